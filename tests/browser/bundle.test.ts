// What a bundler makes of the package for a browser, and what it weighs.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bundle, loadedAtOnce, packagesOf, sizeOf } from "../support/bundle.ts";

const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as { exports: Record<string, unknown> };
const ENTRIES = Object.keys(exports).map((name) => name.replace(/^\./, "striate"));

test("every entry bundles without configuration, with no package but those that a browser uses", async () => {
  const all = await bundle({ all: ENTRIES.map((name, i) => `export * as e${i} from "${name}";`).join("\n") });
  expect(all.warnings).toEqual([]);
  const outside = Object.values(all.metafile.outputs).flatMap(({ imports }) =>
    imports.filter(({ external }) => external),
  );
  expect(outside).toEqual([]);
  const packages = packagesOf(Object.keys(all.metafile.inputs));
  expect(packages).toEqual(["@bufbuild/protobuf", "@zip.js/zip.js", "h5wasm", "zod"]);
  // What is large and rarely needed is loaded when it is needed.
  expect(loadedAtOnce(all, "all").packages).not.toContain("h5wasm");
});

test("as one script that is no module, too: what such a script cannot have is the addresses of its files", async () => {
  const { warnings, scripts } = await bundle({ app: `import { lenet } from "striate/zoo"; lenet();` }, false);
  expect([...scripts.keys()]).toEqual(["/app.js"]);
  expect(warnings.filter((text) => !text.includes('"import.meta" is not available'))).toEqual([]);
});

describe("what is loaded before it runs", () => {
  const PROGRAMS = {
    lenet: `import { lenet } from "striate/zoo"; lenet();`,
    training: `import { conv2d, dense, fit, flatten, sequential } from "striate"; import { arrays } from "striate/data";
      globalThis.use = [sequential([conv2d({ filters: 1, kernelSize: 3 }), flatten(), dense({ units: 2 })]), fit, arrays];`,
  };

  test.each(Object.entries(PROGRAMS))("%s: no format's package, under 150 kB compressed", async (name, text) => {
    const made = await bundle({ app: text });
    const { scripts, packages } = loadedAtOnce(made, "app");
    expect(packages).toEqual(["zod"]);
    // The engine comes when training begins.
    const engine = [...made.scripts.keys()].filter((path) => path.startsWith("/reference-"));
    expect(engine).toHaveLength(1);
    const { raw, gzip } = sizeOf(made, [...scripts, ...engine]);
    const all = sizeOf(made, [...made.scripts.keys()]);
    console.log(
      `${name} in a browser, with the reference engine: ${kB(raw)}, gzip ${kB(gzip)}; with all that may be loaded later ` +
        `${kB(all.raw)}, gzip ${kB(all.gzip)}`,
    );
    expect(gzip).toBeLessThan(150_000);
  });
});

function kB(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}
