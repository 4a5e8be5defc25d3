import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { importCircles } from "./support/importCircles.ts";
import { importsOf, roomViolations } from "./support/rooms.ts";

/** The violations of one made-up file. */
function check(file: string, ...lines: string[]): string[] {
  return roomViolations(new Map([[file, lines.join("\n")]]));
}

/** Every file of src/ with its text. */
function sources(): ReadonlyMap<string, string> {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const paths = files.map((name) => `src/${name.replaceAll("\\", "/")}`);
  expect(paths).toContain("src/tensor/tensor.ts");
  return new Map(paths.map((path) => [path, readFileSync(path, "utf8")]));
}

test("no room of src/ imports one to its right", () => {
  expect(roomViolations(sources())).toEqual([]);
});

/** Rooms in which some files still import each other, most of them for types; a room that is rid of it is taken out. */
const WITH_CIRCLES = ["graph", "ops", "layers", "model", "formats", "image", "data", "training"];

test("no files import each other in a circle", () => {
  const circles = importCircles(sources());
  expect(circles.filter(([file = ""]) => !WITH_CIRCLES.includes(file.split("/")[1] ?? ""))).toEqual([]);
});

test("a circle of imports is found, through types and through what is loaded later", () => {
  const files = {
    "src/a.ts": `import { b } from "./b.ts"; import { d } from "./d.ts";`,
    "src/b.ts": `import type { C } from "./c.ts";`,
    "src/c.ts": `const a = () => import("./a.ts");`,
    "src/d.ts": `import { e } from "./e.ts";`,
    "src/e.ts": `import "./e.ts";`,
  };
  expect(importCircles(new Map(Object.entries(files)))).toEqual([["src/e.ts"], ["src/a.ts", "src/b.ts", "src/c.ts"]]);
});

describe("the check finds", () => {
  test("a room to the right, and names both files", () => {
    expect(check("src/tensor/tensor.ts", `import { conv } from "../ops/conv.ts";`)).toEqual([
      `src/tensor/tensor.ts imports src/ops/conv.ts: "ops" is not to the left of "tensor"`,
    ]);
  });

  test("every way to import", () => {
    const lines = [
      `import "./a.ts";`,
      `import { b } from "./b.ts";`,
      `import type { C } from "./c.ts";`,
      `export * from "./d.ts";`,
      `export { type E } from "./e.ts";`,
      `const f = async () => await import("./f.ts");`,
      `let g: import("./g.ts").G;`,
      "const h = import(`./h.ts`);",
      `// import "./comment.ts"`,
      `const text = 'import "./text.ts"';`,
    ];
    const names = importsOf("src/x.ts", lines.join("\n")).map((specifier) => specifier.slice(2, 3));
    expect(names.join("")).toBe("abcdefgh");
  });

  test("the data rooms in the compute rooms, and the other way around", () => {
    expect(check("src/layers/conv2d.ts", `import type { Dataset } from "../data/dataset.ts";`)).toHaveLength(1);
    expect(check("src/formats/keras.ts", `import { decode } from "../image/decode.ts";`)).toHaveLength(1);
    expect(check("src/data/dataset.ts", `import { value } from "../graph/graph.ts";`)).toHaveLength(1);
    expect(check("src/image/decode.ts", `import { batch } from "../data/batch.ts";`)).toHaveLength(1);
  });

  test("imports that go around the rooms", () => {
    expect(check("src/errors.ts", `import { readFileSync } from "node:fs";`)).toHaveLength(1);
    expect(check("src/cli/main.ts", `import { fit } from "../entries/striate.ts";`)).toHaveLength(1);
    expect(check("src/cli/main.ts", `import { fit } from "striate/training";`)).toHaveLength(1);
    expect(check("src/cli/main.ts", `import { fit } from "#striate/training/fit";`)).toHaveLength(1);
    expect(check("src/cli/main.ts", `import { fit } from "../../dist/training/fit.js";`)).toHaveLength(1);
    expect(check("src/misc/a.ts", `import { b } from "../tensor/b.ts";`)).toEqual([
      `src/misc/a.ts imports src/tensor/b.ts: "misc" is not a room of tests/support/rooms.ts`,
    ]);
  });
});

describe("the check allows", () => {
  test("a room to the left, the room itself, errors.ts and packages", () => {
    const lines = ["../tensor/tensor.ts", "../graph/graph.ts", "./pool.ts", "../errors.ts", "node:fs", "zod"];
    expect(check("src/ops/conv.ts", ...lines.map((path) => `import "${path}";`))).toEqual([]);
  });

  test("training and the rooms to its right to import image and data", () => {
    const lines = [`import "../data/dataset.ts";`, `import "../image/decode.ts";`, `import "../model/model.ts";`];
    expect(check("src/training/fit.ts", ...lines)).toEqual([]);
    expect(check("src/cli/train.ts", ...lines)).toEqual([]);
  });

  test("an entry to import every room", () => {
    expect(check("src/entries/striate.ts", `export * from "../cli/main.ts";`, `export * from "../errors.ts";`)).toEqual(
      [],
    );
  });
});
