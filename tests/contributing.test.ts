// The examples of CONTRIBUTING.md compile where they say they stand, and the compiler asks for the lines that it speaks of.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { expect, onTestFinished, test } from "vitest";
import { checkGradient } from "#striate/autodiff/index";
import type { Op } from "#striate/graph/index";
import { OPS, reduceSum, reshapeTo, sampleGraph } from "#striate/ops/index";
import { at } from "#striate/tensor/index";

const text = readFileSync("CONTRIBUTING.md", "utf8");
const examples = new Map(
  [...text.matchAll(/```ts\n\/\/ (\S+)\n([\s\S]*?)```/g)].map(([, path = "", code = ""]) => [path, code]),
);

/** Lines that an example asks for in files that are there: what stands before them, and what is put there. */
const LAYER_TYPE = ["src/layers/layerTypes.ts", '  "input",', '  "mish",\n'] as const;
const LAYER_EXPORT = ["src/layers/index.ts", "export {", 'export { mish } from "./mish.ts";\n'] as const;
const KERAS_ENTRY = [
  "src/formats/keras/table.ts",
  "  identity: entry(",
  '  mish: entry("Mish", layers.mish, {}),\n',
] as const;
const ENGINE = [
  "src/engine/table.ts",
  "  reference: {",
  '  timed: { devices: ["cpu"], precisions: ["float64"] },\n',
] as const;
const module = '  timed: () => import("./timed/index.ts"),\n';
const ENGINE_NODE = ["src/engine/enginesNode.ts", "  reference: ", module] as const;
const ENGINE_BROWSER = ["src/engine/enginesBrowser.ts", "  reference: ", module] as const;

type Line = readonly [path: string, before: string, line: string];

const { options, fileNames } = ts.parseJsonConfigFileContent(
  ts.readConfigFile("tsconfig.json", ts.sys.readFile).config,
  ts.sys,
  resolve("."),
);
const settings = { ...options, noEmit: true, incremental: false };
const host = ts.createCompilerHost(settings);
const readFile = host.readFile;
let overlay = new Map<string, string>();
let before: ts.Program | undefined;
host.readFile = (path) => overlay.get(resolve(path)) ?? readFile(path);
host.fileExists = (path) => overlay.has(resolve(path)) || existsSync(path);
host.directoryExists = () => true; // those of the examples too
const sources = new Map<string, ts.SourceFile>();
const getSourceFile = host.getSourceFile;
host.getSourceFile = (path, ...rest) => {
  if (overlay.has(resolve(path))) return getSourceFile(path, ...rest);
  const known = sources.get(path) ?? getSourceFile(path, ...rest);
  if (known) sources.set(path, known);
  return known;
};

/** The files that do not compile when examples and lines are put in their places. */
function compile(paths: readonly string[], lines: readonly Line[] = []): string[] {
  overlay = new Map(paths.map((path) => [resolve(path), examples.get(path) ?? ""]));
  for (const [path, before, line] of lines) {
    const source = overlay.get(resolve(path)) ?? readFileSync(path, "utf8");
    expect(source, path).toContain(before);
    overlay.set(resolve(path), source.replace(before, `${line}${before}`));
  }
  const names = [...fileNames, ...paths.map((path) => resolve(path))];
  before = ts.createProgram({ rootNames: names, options: settings, host, ...(before && { oldProgram: before }) });
  const checked = [...paths, ...lines.map(([path]) => path)];
  const found = checked.flatMap((path) => {
    const file = before?.getSourceFile(resolve(path));
    const diagnostics = before?.getSemanticDiagnostics(file) ?? [];
    return diagnostics.map(({ messageText }) => `${path}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
  });
  return found;
}

test("the examples are there", () => {
  expect([...examples.keys()].map((path) => path.split("/")[1])).toEqual(["ops", "layers", "engine", "formats", "cli"]);
});

test("they compile, with the lines that they ask for", { timeout: 120_000 }, () => {
  const lines = [LAYER_TYPE, LAYER_EXPORT, KERAS_ENTRY, ENGINE, ENGINE_NODE, ENGINE_BROWSER];
  expect(compile([...examples.keys()], lines)).toEqual([]);
  expect(text).toContain(KERAS_ENTRY[2].trim());
});

test("without a line of a table, the table does not compile", { timeout: 120_000 }, () => {
  const files = ["src/formats/keras/table.ts", "src/engine/enginesNode.ts", "src/engine/enginesBrowser.ts"];
  const untouched = files.map((path) => [path, readFileSync(path, "utf8").slice(0, 20), ""] as const);
  const errors = compile([...examples.keys()], [LAYER_TYPE, LAYER_EXPORT, ENGINE, ...untouched]).join("\n");
  for (const path of files) expect(errors).toContain(path);
});

test("the op's gradient is the measured slope", async () => {
  const folder = mkdtempSync(join(tmpdir(), "striate-contributing-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { outputText } = ts.transpileModule(examples.get("src/ops/mish.ts") ?? "", {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  const built = outputText.replace(/"\.\/(\w+)\.ts"/g, (_, name) => `"${pathToFileURL(`dist/ops/${name}.js`)}"`);
  writeFileSync(join(folder, "mish.mjs"), built);
  const { mish }: { readonly mish: Op } = await import(/* @vite-ignore */ pathToFileURL(join(folder, "mish.mjs")).href);
  Object.assign(OPS, { Mish: mish });
  const [sample] = mish.samples;
  if (!sample) throw new Error("the op has no sample");
  const { g, inputs, outputs, feeds } = sampleGraph(mish, sample, "float64");
  const loss = g.op(reduceSum, [reshapeTo(g, at(outputs, 0), [15])], { keepdims: 0 });
  const slopes = checkGradient(g, loss, inputs, feeds);
  expect(slopes).toHaveLength(1);
  for (const { error } of slopes) expect(error).toBeLessThan(2e-7);
});
