// What leads to a file of dist/ leads to the file of src/ that it is made from, whose types are taken away. Node does the
// latter by itself from 22.18 on; Striate supports 20.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { transformSync } from "rolldown/utils";

const root = new URL("../../", import.meta.url).href;
const src = `${root}src/`;
const dist = `${root}dist/`;
const manifest = JSON.parse(await readFile(new URL("package.json", root), "utf8"));

export function resolve(specifier, context, next) {
  const url = specifier.startsWith("#") ? importsEntry(specifier) : absolute(specifier, context.parentURL);
  if (url?.startsWith(dist)) return { url: url.replace(dist, src).replace(/\.js$/, ".ts"), shortCircuit: true };
  if (url?.startsWith(src)) return { url: url.replace(/\.js$/, ".ts"), shortCircuit: true }; // a worker's file
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.startsWith(src)) return next(url, context);
  const path = fileURLToPath(url);
  const { code, map, errors } = transformSync(path, await readFile(path, "utf8"), { sourcemap: true });
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors.map(({ message }) => message).join("; ")}`);
  const mapped = Buffer.from(JSON.stringify(map)).toString("base64");
  const source = `${code}\n//# sourceMappingURL=data:application/json;base64,${mapped}\n`;
  return { format: "module", source, shortCircuit: true };
}

/** The file that an entry of package.json's `imports` leads to in Node. */
function importsEntry(specifier) {
  for (const [name, target] of Object.entries(manifest.imports)) {
    const [before, after] = name.split("*");
    if (after === undefined ? specifier !== name : !specifier.startsWith(before)) continue;
    return new URL((target.node ?? target.default).replace("*", specifier.slice(before.length)), root).href;
  }
  return undefined;
}

function absolute(specifier, parent) {
  if (specifier.startsWith("file:")) return specifier;
  return specifier.startsWith(".") && parent?.startsWith("file:") ? new URL(specifier, parent).href : undefined;
}
