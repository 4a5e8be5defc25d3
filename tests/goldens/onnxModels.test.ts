// What a user meets when an ONNX file becomes a model: batches that are written in it, open sizes, files that mean harm.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arrays } from "#striate/data/index";
import type { Engine } from "#striate/engine/index";
import { encodeOnnx, loadModel, modelFromOnnx } from "#striate/formats/index";
import { parseOnnx, readOnnxGraph } from "#striate/onnx/index";
import { tensor } from "#striate/tensor/index";
import { evaluate, predict } from "#striate/training/index";
import { striate } from "../support/cli.ts";
import { closeTo } from "../support/close.ts";
import { startSmall } from "../support/engines.ts";
import { branch, floats, int64s, node, onnxFile, valueInfo } from "../support/onnxFiles.ts";

const folder = mkdtempSync(join(tmpdir(), "striate-onnx-"));
let engine: Engine;
beforeAll(async () => {
  engine = await startSmall();
});
afterAll(async () => {
  await engine?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The batch of 2 is the second dimension for a while. */
const TURNED = {
  inputs: [valueInfo("x", [2, 3])],
  nodes: [
    node("Transpose", ["x"], ["t"], { perm: [1, 0] }),
    node("Add", ["t", "column"], ["a"]),
    node("Transpose", ["a"], ["y"], { perm: [1, 0] }),
  ],
  initializers: [floats("column", [3, 1], [1, 2, 3])],
};

describe("a file with a batch written in it that cannot be another", () => {
  test("is a model of that batch, which computes others in several, the last one filled up", async () => {
    const model = modelFromOnnx(onnxFile(TURNED));
    expect([model.batchSize, model.inputShape, model.outputShape]).toEqual([2, [3], [3]]);
    const x = tensor("float32", [3, 3], Float32Array.from([1, 2, 3, 3, 2, 1, 5, 5, 5]));
    for (const batchSize of [undefined, 1, 2, 3]) {
      const { data } = await predict(model, x, { engine, ...(batchSize && { batchSize }) });
      closeTo(data, [2, 4, 6, 4, 4, 4, 6, 7, 8], 1e-6, `batches of ${batchSize}`);
    }
    const data = arrays({ inputs: x, targets: x });
    const { loss } = await evaluate(model, data, { engine, loss: "meanSquaredError" });
    expect(loss).toBeCloseTo((1 + 4 + 9) / 3, 5);
  });

  test("is saved for that batch", () => {
    const again = modelFromOnnx(encodeOnnx(modelFromOnnx(onnxFile(TURNED))));
    expect(again.batchSize).toBe(2);
  });

  test("is not taken for another where a shape would repeat one picture for all", () => {
    const resized = onnxFile({
      inputs: [valueInfo("x", [1, 1, 2, 2])],
      nodes: [
        node("Shape", ["x"], ["s"]),
        node("Expand", ["c", "s"], ["e"]),
        node("Add", ["x", "e"], ["a"]),
        node("Slice", ["a", "zero", "one", "zero"], ["f"]),
        node("Add", ["a", "f"], ["y"]),
      ],
      initializers: [floats("c", [1, 1, 1, 1], [1]), int64s("zero", [0]), int64s("one", [1])],
    });
    expect(modelFromOnnx(resized).batchSize).toBe(1);
  });
});

describe("sizes that a file leaves open", () => {
  const open = onnxFile({ inputs: [valueInfo("x", ["n", 3, "height", "width"])], nodes: [node("Relu", ["x"], ["y"])] });
  const path = join(folder, "open.onnx");
  beforeAll(() => writeFileSync(path, open));

  test("are given by inputShape or bind, in the API's words", async () => {
    expect(() => modelFromOnnx(open)).toThrow(
      'dimension 2 of input x is open; of [3,?,?], give all sizes by inputShape or bind: { "height": 224, "width": 224 }',
    );
    expect((await loadModel(path, { inputShape: [3, 4, 5] })).inputShape).toEqual([3, 4, 5]);
    expect((await loadModel(path, { bind: { height: 4, width: 5 } })).inputShape).toEqual([3, 4, 5]);
    await expect(loadModel(path, { inputShape: [4, 5, 3] })).rejects.toThrow(
      "inputShape is [4,5,3], but input x is [3,height,width] without the batch, in the file's own order",
    );
  });

  test("are given by --input-shape or --bind, in the command's words", async () => {
    for (const command of [
      ["summary", path],
      ["export", path, join(folder, "out.onnx")],
      ["convert", path, join(folder, "out.onnx")],
    ]) {
      const refused = await striate(folder, ...command);
      expect(refused.stderr).toContain("give all sizes by --input-shape or --bind height=224,width=224");
      for (const option of [
        ["--input-shape", "3,4,5"],
        ["--bind", "height=4,width=5"],
      ]) {
        const { code, stderr } = await striate(folder, ...command, ...option);
        expect([code, stderr]).toEqual([0, ""]);
      }
    }
  });
});

test("weights that are inputs of the file are told as that", () => {
  const fed = onnxFile({
    inputs: [valueInfo("x", ["n", 3, 8, 8]), valueInfo("w", [4, 3, 3, 3])],
    nodes: [node("Conv", ["x", "w"], ["y"], {}, "stem")],
  });
  expect(() => modelFromOnnx(fed)).toThrow(
    'input "w" is what node stem (Conv) takes as its weights, not a batch of examples; give the file with its weights as initializers',
  );
});

test("an input whose first dimension is no batch is told as that", () => {
  const odd = onnxFile({
    inputs: [valueInfo("x", ["n", "k"]), valueInfo("z", ["n", "k"])],
    nodes: [node("Transpose", ["z"], ["t"], { perm: [1, 0] }), node("MatMul", ["x", "t"], ["y"])],
  });
  expect(() => modelFromOnnx(odd, { bind: { k: 3 } })).toThrow("the first dimension of its inputs is no batch");
});

describe("If", () => {
  const choice = (condition: number) =>
    onnxFile({
      inputs: [valueInfo("x", ["n", 3])],
      nodes: [
        node("Cast", ["c"], ["b"], { to: 9 }),
        node("If", ["b"], ["y"], {
          then_branch: branch([node("Add", ["x", "w"], ["then"])], "then"),
          else_branch: branch([node("NoSuchThing", ["x"], ["else"])], "else"),
        }),
      ],
      initializers: [int64s("c", [condition], []), floats("w", [3], [1, 2, 3])],
    });

  test("takes the branch of a known condition, whose weights learn; the other one may be what it likes", async () => {
    const model = modelFromOnnx(choice(1));
    expect(model.weightSpecs.map(({ key }) => key)).toEqual(["graph/w"]);
    const { data } = await predict(model, tensor("float32", [1, 3], Float32Array.of(1, 1, 1)), { engine });
    expect([...data]).toEqual([2, 3, 4]);
    expect(() => modelFromOnnx(choice(0))).toThrow("NoSuchThing");
  });

  test("needs a condition that is known before a run", () => {
    const fed = onnxFile({
      inputs: [valueInfo("x", ["n", 3]), valueInfo("c", [], 9)],
      nodes: [node("If", ["c"], ["y"], { then_branch: branch([], "x"), else_branch: branch([], "x") })],
    });
    expect(() => readOnnxGraph(fed, { bind: { n: 1 } })).toThrow("the condition of If must be known before a run");
  });
});

describe("files that mean harm", () => {
  test("a node that takes one value many thousand times is read as fast as it is long", { timeout: 20_000 }, () => {
    const many = 60_000;
    const nodes = [
      node("Sum", new Array<string>(many).fill("m"), ["y"]),
      node("Sum", new Array<string>(many).fill("x"), ["m"]),
    ];
    expect(parseOnnx(onnxFile({ nodes })).nodes.map(({ outputs }) => outputs[0])).toEqual(["m", "y"]);
    const inputs = Array.from({ length: many }, (_, i) => valueInfo(`x${i}`, [2, 3]));
    readOnnxGraph(onnxFile({ inputs, nodes: [node("Relu", ["x0"], ["y"])] }));
  });

  test("gigabytes out of a hundred bytes are refused, unless somebody asks for them", () => {
    const huge = (indices: string) =>
      onnxFile({
        inputs: [valueInfo("x", [1])],
        nodes: [node("OneHot", [indices, "depth", "values"], ["y"])],
        initializers: [int64s("i", [0]), int64s("depth", [2 ** 31 - 1], []), floats("values", [2], [0, 1])],
      });
    expect(huge("i").length).toBeLessThan(200);
    for (const indices of ["i", "x"]) {
      expect(() => readOnnxGraph(huge(indices))).toThrow("float32[1,2147483647] takes 8589934588 bytes");
      expect(() => readOnnxGraph(huge(indices))).toThrow("give a larger maxBytes if you trust it");
      expect(readOnnxGraph(huge(indices), { maxBytes: 2 ** 34 }).nodes.at(-1)?.op).toBe("OneHot");
    }
  });

  test("many results of constants that are not too large one by one are too large together", () => {
    const nodes = Array.from({ length: 20 }, (_, i) => node("ConstantOfShape", ["s"], [`c${i}`]));
    const file = onnxFile({
      nodes: [...nodes, node("Sum", ["x", ...nodes.map((_, i) => `c${i}`)], ["y"])],
      inputs: [valueInfo("x", [1])],
      initializers: [int64s("s", [2 ** 25])],
    });
    expect(() => readOnnxGraph(file)).toThrow("what it makes of constants takes");
  });

  test("graphs in graphs in graphs, and groups in groups, end in an error that names the file", () => {
    let inner = branch([node("Relu", ["x"], ["r"])], "r");
    for (let i = 0; i < 200; i++) {
      const both = { then_branch: inner, else_branch: inner };
      inner = branch([node("If", ["c"], [`v${i}`], i === 0 ? both : { then_branch: inner })], `v${i}`);
    }
    const deep = onnxFile({
      nodes: [node("If", ["c"], ["y"], { then_branch: inner })],
      initializers: [int64s("c", [1], [])],
    });
    expect(() => parseOnnx(deep, { name: "deep.onnx" })).toThrow(
      /^deep.onnx: is no ONNX file, or damaged: .*recursion depth/,
    );
    // Field 100 as a group that begins and begins.
    const groups = Uint8Array.from({ length: 600_000 }, (_, i) => (i % 2 === 0 ? 0xa3 : 0x06));
    expect(() => parseOnnx(groups, { name: "groups.onnx" })).toThrow(/^groups.onnx: .*recursion depth/);
  });
});
