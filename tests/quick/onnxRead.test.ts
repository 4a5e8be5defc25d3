import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { checkGradient } from "#striate/autodiff/index";
import { StriateError } from "#striate/errors";
import { readOnnxFile } from "#striate/formats/index";
import { type Graph, GraphBuilder, type Reals, type Value, verify } from "#striate/graph/index";
import {
  instantiate,
  lower,
  type OnnxModel,
  parametersOf,
  parseOnnx,
  readOnnxGraph,
  writeOnnx,
} from "#striate/onnx/index";
import { interpret, mul, OPS, reduceSum, sampleGraph } from "#striate/ops/index";
import { type Shape, sizeOf, toNumbers } from "#striate/tensor/index";
import { closeTo } from "../support/close.ts";
import { mutations } from "../support/mutations.ts";
import { type FileParts, floats, int64s, node, onnxFile, type TensorInit, valueInfo } from "../support/onnxFiles.ts";

const X = [1, -2, 3, -4, 5, -6];

/** Runs a graph by the reference kernels on numbers for its inputs. */
function run(graph: Graph, feeds: Readonly<Record<string, readonly number[]>> = { x: X }): Map<string, Reals> {
  verify(graph, OPS);
  const given = new Map<Value, Reals>(
    graph.inputs.map((value) => [value, { shape: value.shape, data: Float64Array.from(feeds[value.name] ?? []) }]),
  );
  const results = interpret(graph, given);
  return new Map(
    Object.entries(graph.outputs).map(([name, value]) => [
      name,
      results.get(value) ?? { shape: [], data: new Float64Array() },
    ]),
  );
}

/** The numbers of the output `y` of a file for the numbers X. */
function numbersOf(parts: FileParts, feeds?: Readonly<Record<string, readonly number[]>>): number[] {
  return [...(run(readOnnxGraph(onnxFile(parts)), feeds).get("y")?.data ?? [])];
}

/** What reading throws. */
function errorOf(read: () => unknown): StriateError {
  try {
    read();
  } catch (error) {
    if (error instanceof StriateError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

test("Mod of opset 28 gives NumPy's numbers for infinite divisors", () => {
  const b = floats("b", [2, 3], [Infinity, Infinity, -Infinity, -Infinity, 2, -4]);
  const parts = { opset: 28, nodes: [node("Mod", ["x", "b"], ["y"])], initializers: [b] };
  expect(numbersOf(parts)).toEqual([1, Infinity, -Infinity, -4, 1, -2]);
});

describe("what is written is read back:", () => {
  const samples = Object.values(OPS).flatMap((op) =>
    op.samples.map((sample) => ({ name: `${op.name}/${sample.name}`, op, sample })),
  );

  test.each(samples)("$name", ({ op, sample }) => {
    const { g, outputs, feeds } = sampleGraph(op, sample);
    for (const [i, output] of outputs.entries()) g.output(`y${i}`, output);
    const lowered = lower(g.build(), { target: "cpu" });
    const given = Object.fromEntries([...feeds].map(([value, { data }]) => [value.name, [...data]]));
    const wanted = run(lowered, given);
    const read = readOnnxGraph(writeOnnx(lowered));
    expect(read.inputs.map(({ name, shape }) => [name, shape])).toEqual(
      lowered.inputs.map(({ name, shape }) => [name, shape]),
    );
    for (const [name, { shape, data }] of run(read, given)) {
      expect(shape).toEqual(wanted.get(name)?.shape);
      const finite = (list: ArrayLike<number>) => Array.from(list, (x) => (Number.isNaN(x) ? 12345 : x));
      closeTo(finite(data), finite(wanted.get(name)?.data ?? []), 1e-6, name);
    }
  });
});

describe("older forms mean what they meant:", () => {
  const cases: [string, FileParts, readonly number[]][] = [
    [
      "Clip 6 with attributes",
      { opset: 7, nodes: [node("Clip", ["x"], ["y"], { min: -1.5, max: 2.5 })] },
      [1, -1.5, 2.5, -1.5, 2.5, -1.5],
    ],
    [
      "Clip 11 with inputs",
      { opset: 11, nodes: [node("Clip", ["x", "", "m"], ["y"])], initializers: [floats("m", [], [2])] },
      [1, -2, 2, -4, 2, -6],
    ],
    ["Dropout 7 with a ratio", { opset: 7, nodes: [node("Dropout", ["x"], ["y"], { ratio: 0.5 })] }, X],
    ["Dropout 13 with a mask", { opset: 13, nodes: [node("Dropout", ["x"], ["d", "y"])] }, [1, 1, 1, 1, 1, 1]],
    [
      "Pad 2 with attributes",
      { opset: 7, nodes: [node("Pad", ["x"], ["y"], { pads: [0, 1, 0, 0], value: 0.5 })] },
      [0.5, 1, -2, 3, 0.5, -4, 5, -6],
    ],
    [
      "Slice 1 with attributes",
      { opset: 9, nodes: [node("Slice", ["x"], ["y"], { starts: [1], ends: [1000], axes: [1] })] },
      [-2, 3, 5, -6],
    ],
    [
      "Slice 10 to the end",
      {
        opset: 10,
        nodes: [node("Slice", ["x", "s", "e", "a"], ["y"])],
        initializers: [int64s("s", [-1]), int64s("e", [2 ** 62]), int64s("a", [1])],
      },
      [3, -6],
    ],
    [
      "Split 2 into equal parts",
      { opset: 7, nodes: [node("Split", ["x"], ["y", "z"], { axis: 0 })], outputs: ["y", "z"] },
      [1, -2, 3],
    ],
    [
      "Split 11 by sizes",
      { opset: 11, nodes: [node("Split", ["x"], ["z", "y"], { axis: 1, split: [1, 2] })], outputs: ["y", "z"] },
      [-2, 3, 5, -6],
    ],
    [
      "Unsqueeze 1 and Squeeze 1",
      {
        opset: 11,
        nodes: [node("Unsqueeze", ["x"], ["u"], { axes: [0, 3] }), node("Squeeze", ["u"], ["y"], { axes: [0] })],
      },
      X,
    ],
    [
      "ReduceSum 1 with axes",
      { opset: 11, nodes: [node("ReduceSum", ["x"], ["y"], { axes: [1], keepdims: 0 })] },
      [2, -5],
    ],
    [
      "ReduceMean 13 with axes",
      { opset: 17, nodes: [node("ReduceMean", ["x"], ["y"], { axes: [0] })] },
      [-1.5, 1.5, -1.5],
    ],
    [
      "ReduceMax 18 with an input",
      { opset: 18, nodes: [node("ReduceMax", ["x", "a"], ["y"])], initializers: [int64s("a", [1])] },
      [3, 5],
    ],
    ["TopK 1 with an attribute", { opset: 7, nodes: [node("TopK", ["x"], ["y", ""], { k: 1 })] }, [3, 5]],
    [
      "Upsample 7 with scales",
      {
        opset: 7,
        inputs: [valueInfo("x", [1, 1, 1, 2])],
        nodes: [
          node("Upsample", ["x"], ["y"], {
            scales: [1.5, 1.5, 1.5, 2.5].map((_, i) => (i < 3 ? 1 : 2)).map((s) => s + 1e-9),
          }),
        ],
      },
      [1, 1, -2, -2],
    ],
    [
      "Resize 10",
      {
        opset: 10,
        inputs: [valueInfo("x", [1, 1, 1, 2])],
        nodes: [node("Resize", ["x", "s"], ["y"], { mode: "linear" })],
        initializers: [floats("s", [4], [1, 1, 1, 2])],
      },
      [1, -0.5, -2, -2],
    ],
    [
      "Greater 7",
      {
        opset: 7,
        nodes: [node("Greater", ["x", "c"], ["b"]), node("Cast", ["b"], ["y"], { to: 1 })],
        initializers: [floats("c", [], [0])],
      },
      [1, 0, 1, 0, 1, 0],
    ],
    [
      "Pow of another type",
      { opset: 13, nodes: [node("Pow", ["x", "c"], ["y"])], initializers: [int64s("c", [2], [])] },
      [1, 4, 9, 16, 25, 36],
    ],
  ];
  test.each(cases)("%s", (_, parts, wanted) => {
    expect(numbersOf(parts)).toEqual(wanted);
  });

  test.each(["Softmax", "LogSoftmax", "Hardmax"])(
    "%s 11 is over all axes from the first one on, that of opset 13 over one",
    (op) => {
      const inputs = [valueInfo("x", [1, 2, 3])];
      const old = numbersOf({ opset: 11, inputs, nodes: [node(op, ["x"], ["y"])] });
      const flat = numbersOf({
        opset: 13,
        inputs: [valueInfo("x", [1, 6])],
        nodes: [node(op, ["x"], ["y"], { axis: 1 })],
      });
      const one = numbersOf({ opset: 13, inputs, nodes: [node(op, ["x"], ["y"], { axis: 1 })] });
      expect(old).toEqual(flat);
      expect(old).not.toEqual(one);
    },
  );

  test.each([
    ["opset 9, by its outputs", 9, {}, ["y", "m", "v", "", ""]],
    ["opset 15, by its attribute", 15, { training_mode: 1 }, ["y", "m", "v"]],
  ])("BatchNormalization takes the statistics of the batch: %s", (_, opset, attributes, outputs) => {
    const ones = (name: string, number: number) => floats(name, [3], [number, number, number]);
    const parts = {
      opset,
      nodes: [node("BatchNormalization", ["x", "s", "b", "mean", "var"], outputs, { ...attributes, momentum: 0.75 })],
      initializers: [ones("s", 1), ones("b", 0), ones("mean", 4), ones("var", 8)],
      outputs: ["y", "m", "v"],
    };
    const results = run(readOnnxGraph(onnxFile(parts)));
    closeTo(results.get("y")?.data ?? [], [1, -1, 1, -1, 1, -1], 1e-5, "y");
    // momentum times what was, and the rest from the batch.
    closeTo(results.get("m")?.data ?? [], [3 - 1.5 / 4, 3 + 1.5 / 4, 3 - 1.5 / 4], 1e-6, "mean");
    closeTo(results.get("v")?.data ?? [], [6 + 6.25 / 4, 6 + 12.25 / 4, 6 + 20.25 / 4], 1e-6, "variance");
  });
});

describe("types:", () => {
  const identity = (tensor: TensorInit) =>
    numbersOf({ inputs: [], nodes: [node("Identity", ["w"], ["y"])], initializers: [{ name: "w", ...tensor }] });
  const raw = (dataType: number, bytes: readonly number[], count: number) => ({
    dataType,
    dims: [BigInt(count)],
    rawData: Uint8Array.from(bytes),
  });

  test("float16 in raw bytes and in a field: 1, -2, the smallest, the largest, infinity", () => {
    const bits = [0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00];
    const wanted = [1, -2, 2 ** -24, 65504, Number.POSITIVE_INFINITY];
    expect(
      identity(
        raw(
          10,
          bits.flatMap((b) => [b & 255, b >> 8]),
          5,
        ),
      ),
    ).toEqual(wanted);
    expect(identity({ dataType: 10, dims: [5n], int32Data: bits })).toEqual(wanted);
  });

  test("bfloat16, the upper half of a float32", () => {
    expect(identity(raw(16, [0x80, 0x3f, 0x48, 0xc0], 2))).toEqual([1, -3.125]);
  });

  test("small and unsigned integers keep their numbers in wider types", () => {
    expect(identity(raw(3, [255, 1], 2))).toEqual([-1, 1]);
    expect(identity(raw(4, [255, 255], 1))).toEqual([65535]);
    expect(identity(raw(5, [255, 255], 1))).toEqual([-1]);
    expect(identity(raw(12, [255, 255, 255, 255], 1))).toEqual([4294967295]);
    expect(identity({ dataType: 13, dims: [1n], uint64Data: [7n] })).toEqual([7]);
    expect(identity({ dataType: 9, dims: [2n], int32Data: [0, 1] })).toEqual([0, 1]);
    expect(identity({ dataType: 11, dims: [1n], doubleData: [0.1] })).toEqual([0.1]);
  });

  test("an input of float16 is fed as float32", () => {
    const graph = readOnnxGraph(onnxFile({ inputs: [valueInfo("x", [2], 10)], nodes: [node("Relu", ["x"], ["y"])] }));
    expect(graph.inputs[0]?.dtype).toBe("float32");
  });
});

describe("dynamic dimensions", () => {
  const parts = {
    inputs: [valueInfo("a", ["batch", 2]), valueInfo("b", ["batch", "width"])],
    nodes: [node("Concat", ["a", "b"], ["y"], { axis: 1 })],
  };

  test("are bound by name", () => {
    const graph = readOnnxGraph(onnxFile(parts), { bind: { batch: 3, width: 4 } });
    expect(graph.outputs.y?.shape).toEqual([3, 6]);
  });

  test("without a size are named", () => {
    expect(errorOf(() => readOnnxGraph(onnxFile(parts), { name: "m.onnx", bind: { batch: 3 } })).message).toBe(
      'm.onnx has dynamic dimensions without a size: width; give bind: { "width": 1 }',
    );
    expect(errorOf(() => readOnnxGraph(onnxFile(parts), { bind: { batch: 3, width: 1, depth: 2 } })).message).toBe(
      "the model has no dimension depth; it has batch, width",
    );
  });

  test("of one name have one size", () => {
    const g = new GraphBuilder("g");
    const inputs = new Map([
      ["a", g.input("a", "float32", [3, 2])],
      ["b", g.input("b", "float32", [4, 1])],
    ]);
    expect(errorOf(() => instantiate(parseOnnx(onnxFile(parts)), g, inputs))).toMatchObject({
      code: "shape",
      message: "the model: dimension batch is 3 in a and 4 in b; it must have one size",
    });
  });

  test.each<[string, Shape, string]>([
    ["another rank", [3], "the model: input a is float32[batch,2], received float32[3]"],
    ["another size", [3, 5], "the model: input a is float32[batch,2], received float32[3,5]"],
  ])("%s is told", (_, shape, message) => {
    const g = new GraphBuilder("g");
    const inputs = new Map([
      ["a", g.input("a", "float32", shape)],
      ["b", g.input("b", "float32", [3, 1])],
    ]);
    expect(errorOf(() => instantiate(parseOnnx(onnxFile(parts)), g, inputs)).message).toBe(message);
  });
});

describe("folding", () => {
  test("computes the shape that PyTorch's view takes from the input's", () => {
    const parts = {
      inputs: [valueInfo("x", ["batch", 2, 3])],
      nodes: [
        node("Shape", ["x"], ["s"]),
        node("Gather", ["s", "zero"], ["n"], { axis: 0 }),
        node("Unsqueeze", ["n", "axes"], ["u"]),
        node("Concat", ["u", "rest"], ["shape"], { axis: 0 }),
        node("Reshape", ["x", "shape"], ["y"]),
      ],
      initializers: [int64s("zero", [0], []), int64s("axes", [0]), int64s("rest", [-1])],
    };
    const graph = readOnnxGraph(onnxFile(parts), { bind: { batch: 5 } });
    expect(graph.nodes.map(({ op }) => op)).toEqual(["Reshape"]);
    expect(graph.outputs.y?.shape).toEqual([5, 6]);
  });

  test("divides integers towards 0, and keeps int64 in its range", () => {
    const of = (op: string, a: readonly number[], b: readonly number[]) =>
      numbersOf({ inputs: [], nodes: [node(op, ["a", "b"], ["y"])], initializers: [int64s("a", a), int64s("b", b)] });
    expect(of("Div", [7, -7, 9], [2, 2, 3])).toEqual([3, -3, 3]);
    expect(of("Mul", [2 ** 62, 3], [4, 5])).toEqual([2 ** 63, 15]);
  });

  test("leaves what is too large to the run", () => {
    const parts = {
      inputs: [],
      nodes: [node("ConstantOfShape", ["s"], ["y"])],
      initializers: [int64s("s", [5000, 5000])],
    };
    const graph = readOnnxGraph(onnxFile(parts));
    expect(graph.nodes.map(({ op }) => op)).toEqual(["ConstantOfShape"]);
  });

  test("a shape that depends on what is fed is an error that names the node", () => {
    const parts = {
      inputs: [valueInfo("x", [6]), valueInfo("s", [2], 7)],
      nodes: [node("Reshape", ["x", "s"], ["y"], {}, "view")],
    };
    expect(errorOf(() => readOnnxGraph(onnxFile(parts))).message).toContain(
      "the model: node view (Reshape): Reshape: shape must be a constant",
    );
  });
});

describe("parameters", () => {
  const model = (): OnnxModel =>
    parseOnnx(
      onnxFile({
        inputs: [valueInfo("x", ["batch", 3, 4, 4])],
        nodes: [
          node("Conv", ["x", "w", "b"], ["c"], { kernel_shape: [3, 3] }),
          node("BatchNormalization", ["c", "scale", "shift", "mean", "var"], ["n"]),
          node("Clip", ["n", "low", "high"], ["r"]),
          node("Flatten", ["r"], ["f"]),
          node("Transpose", ["dense"], ["t"], { perm: [1, 0] }),
          node("MatMul", ["f", "t"], ["m"]),
          node("Dropout", ["m"], ["d"]),
          node("Add", ["d", "bias"], ["a"]),
          node("Mul", ["a", "half"], ["y"]),
        ],
        initializers: [
          floats("w", [2, 3, 3, 3], new Array<number>(54).fill(0.1)),
          floats("b", [2], [0, 1]),
          ...["scale", "shift", "mean", "var"].map((name) => floats(name, [2], [1, 1])),
          floats("low", [], [0]),
          floats("high", [], [6]),
          floats("dense", [5, 8], new Array<number>(40).fill(0.1)),
          floats("bias", [5], [1, 2, 3, 4, 5]),
          floats("half", [], [0.5]),
        ],
      }),
    );

  test("are kernels, biases, scales and statistics; bounds and single numbers are not", () => {
    expect(parametersOf(model()).map(({ name, shape, trainable }) => [name, shape, trainable])).toEqual([
      ["w", [2, 3, 3, 3], true],
      ["b", [2], true],
      ["scale", [2], true],
      ["shift", [2], true],
      ["mean", [2], false],
      ["var", [2], false],
      ["dense", [5, 8], true],
      ["bias", [5], true],
    ]);
  });

  test("become what the caller gives for them, and dropout drops only in training", () => {
    const build = (training: boolean) => {
      const g = new GraphBuilder("step");
      const states = new Map(
        parametersOf(model()).map(({ name, dtype, shape }) => [name, g.state(name, dtype, shape)]),
      );
      const inputs = new Map([["x", g.input("x", "float32", [7, 3, 4, 4])]]);
      const outputs = instantiate(model(), g, inputs, { training, parameter: (name) => states.get(name) });
      for (const [name, value] of outputs) g.output(name, value);
      return g.build();
    };
    const [training, inference] = [build(true), build(false)];
    expect(training.states).toHaveLength(8);
    expect(training.outputs.y?.shape).toEqual([7, 5]);
    expect(training.randoms).toHaveLength(1);
    expect(inference.randoms).toHaveLength(0);
    // The transposed weight is a weight, not a constant.
    expect(inference.nodes.map(({ op }) => op)).toContain("Transpose");
    verify(training, OPS);
  });
});

test("an imported model trains: its gradients are the measured slopes", () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => Math.sin(3 * i + 1));
  const model = parseOnnx(
    onnxFile({
      opset: 11,
      inputs: [valueInfo("x", ["batch", 2, 4, 4])],
      nodes: [
        node("Conv", ["x", "w", "b"], ["c"], { kernel_shape: [3, 3] }),
        node("BatchNormalization", ["c", "scale", "shift", "mean", "var"], ["n"]),
        node("Relu", ["n"], ["r"]),
        node("GlobalAveragePool", ["r"], ["p"]),
        node("Shape", ["p"], ["s"]),
        node("Gather", ["s", "first"], ["count"], { axis: 0 }),
        node("Unsqueeze", ["count"], ["rows"], { axes: [0] }),
        node("Concat", ["rows", "rest"], ["shape"], { axis: 0 }),
        node("Reshape", ["p", "shape"], ["f"]),
        node("Gemm", ["f", "dense", "bias"], ["logits"], { transB: 1 }),
        node("LogSoftmax", ["logits"], ["y"]),
      ],
      initializers: [
        floats("w", [3, 2, 3, 3], numbers(54)),
        floats("b", [3], numbers(3)),
        ...["scale", "shift", "mean"].map((name) => floats(name, [3], numbers(3))),
        floats("var", [3], [1, 2, 3]),
        floats("dense", [4, 3], numbers(12)),
        floats("bias", [4], numbers(4)),
        int64s("first", [0], []),
        int64s("rest", [-1]),
      ],
    }),
  );
  const g = new GraphBuilder("step");
  const x = g.input("x", "float32", [5, 2, 4, 4]);
  const parameters = parametersOf(model);
  const states = new Map(parameters.map(({ name, dtype, shape }) => [name, g.state(name, dtype, shape)]));
  const outputs = instantiate(model, g, new Map([["x", x]]), { training: true, parameter: (name) => states.get(name) });
  const loss = g.op(reduceSum, [g.op(mul, [outputs.get("y"), outputs.get("y")])], { keepdims: 0 });
  const feeds = new Map<Value, Reals>([[x, { shape: x.shape, data: Float64Array.from(numbers(160)) }]]);
  for (const { name, shape, value } of parameters) {
    const state = states.get(name);
    if (state) feeds.set(state, { shape, data: toNumbers(value) });
  }
  const trained = parameters.flatMap(({ name, trainable }) => (trainable ? (states.get(name) ?? []) : []));
  expect(trained).toHaveLength(6);
  for (const { value, error } of checkGradient(g, loss, trained, feeds)) expect(error, value.name).toBeLessThan(1e-6);
});

test("dropout's mask in training tells what was kept", () => {
  const model = parseOnnx(
    onnxFile({
      opset: 13,
      nodes: [node("Dropout", ["x", "ratio"], ["y", "kept"])],
      initializers: [floats("ratio", [], [0.25])],
      outputs: ["y", "kept"],
    }),
  );
  const g = new GraphBuilder("step");
  const x = g.input("x", "float32", [2, 3]);
  for (const [name, value] of instantiate(model, g, new Map([["x", x]]), { training: true })) g.output(name, value);
  const graph = g.build();
  const feeds = new Map<Value, Reals>([[x, { shape: x.shape, data: Float64Array.from([3, 3, 3, 6, 6, 6]) }]]);
  for (const { value } of graph.randoms) {
    feeds.set(value, { shape: value.shape, data: Float64Array.from([0.1, 0.3, 0.9, 0.2, 0.25, 0.24]) });
  }
  const results = interpret(graph, feeds);
  const numbers = (name: string) => [...(results.get(graph.outputs[name] ?? x)?.data ?? [])];
  expect(numbers("y")).toEqual([0, 4, 4, 0, 8, 0]);
  expect(numbers("kept")).toEqual([0, 1, 1, 0, 1, 0]);
});

describe("external data", () => {
  const folder = mkdtempSync(join(tmpdir(), "striate-onnx-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const external = (entries: Readonly<Record<string, string>>): FileParts => ({
    nodes: [node("Add", ["x", "w"], ["y"])],
    initializers: [
      {
        name: "w",
        dims: [3n],
        dataType: 1,
        dataLocation: 1,
        externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
      },
    ],
  });
  const write = (parts: FileParts) => {
    const path = join(folder, "m.onnx");
    writeFileSync(path, onnxFile(parts));
    return path;
  };

  test("is read from the file beside the model", () => {
    mkdirSync(join(folder, "sub"), { recursive: true });
    writeFileSync(join(folder, "sub/weights.bin"), new Uint8Array(Float32Array.of(9, 10, 20, 30).buffer));
    const model = readOnnxFile(write(external({ location: "sub/weights.bin", offset: "4", length: "12" })));
    expect(model.initializers.get("w")?.data).toEqual(Float32Array.of(10, 20, 30));
  });

  test.each([
    ["../secret", 'Striate only reads files in the model\'s own folder, by a relative path without ".."'],
    ["/etc/passwd", "own folder"],
    ["a/../../secret", "own folder"],
    ["C:\\secret", "own folder"],
    ["", "does not say which"],
  ])("the location %j is refused", (location, message) => {
    expect(errorOf(() => readOnnxFile(write(external({ location }))))).toMatchObject({
      code: "data",
      message: expect.stringContaining(message),
    });
  });

  test("a link out of the folder is refused, a missing file and one that is too short are told", () => {
    symlinkSync("/etc/hostname", join(folder, "link"));
    expect(errorOf(() => readOnnxFile(write(external({ location: "link" })))).message).toContain(
      "out of the model's folder",
    );
    expect(errorOf(() => readOnnxFile(write(external({ location: "none" })))).code).toBe("io");
    writeFileSync(join(folder, "short"), new Uint8Array(8));
    expect(errorOf(() => readOnnxFile(write(external({ location: "short" })))).message).toContain(
      "where there are only 8",
    );
    expect(errorOf(() => readOnnxFile(write(external({ location: "short", length: "8" })))).message).toContain(
      "needs 12 bytes",
    );
    expect(errorOf(() => readOnnxFile(write(external({ location: "short", offset: "-1" })))).message).toContain(
      'the offset "-1"',
    );
  });

  test("in the browser it needs somebody to read it", () => {
    expect(errorOf(() => parseOnnx(onnxFile(external({ location: "w.bin" })))).message).toBe(
      "the model: initializer w is in the file w.bin; give readExternal, which reads it",
    );
  });
});

describe("a damaged or foreign file is told what is wrong with it:", () => {
  const add = node("Add", ["x", "w"], ["y"]);
  const w = floats("w", [3], [1, 2, 3]);
  test.each<[string, FileParts, string]>([
    [
      "a value that nothing makes",
      { nodes: [add] },
      'the Add node that makes "y" needs the value w, which nothing makes',
    ],
    ["an output that nothing makes", {}, "the list of outputs needs the value y"],
    [
      "a loop",
      {
        nodes: [
          node("Add", ["x", "b"], ["a"], {}, "first"),
          node("Relu", ["a"], ["b"], {}, "second"),
          node("Relu", ["b"], ["y"]),
        ],
      },
      "depends on its own output",
    ],
    [
      "a value made twice",
      { nodes: [node("Relu", ["x"], ["y"], {}, "one"), node("Tanh", ["x"], ["y"], {}, "two")] },
      "node two (Tanh) makes the value y, which there is already",
    ],
    ["two initializers of one name", { nodes: [add], initializers: [w, w] }, "has two initializers named w"],
    [
      "two inputs of one name",
      { nodes: [node("Relu", ["x"], ["y"])], inputs: [valueInfo("x"), valueInfo("x")] },
      "has two inputs named x",
    ],
    [
      "too few elements",
      { nodes: [add], initializers: [floats("w", [3], [1])] },
      "initializer w is float32[3], which is 3 elements, but has 1",
    ],
    [
      "too few bytes",
      { nodes: [add], initializers: [{ name: "w", dims: [3n], dataType: 1, rawData: new Uint8Array(11) }] },
      "which takes 12 bytes, but has 11",
    ],
    [
      "a huge shape",
      { nodes: [add], initializers: [{ name: "w", dims: [2n ** 40n, 2n ** 40n], dataType: 1 }] },
      "more than 2147483647 elements cannot be read",
    ],
    [
      "a negative size",
      { nodes: [add], initializers: [{ name: "w", dims: [-3n], dataType: 1 }] },
      "has an axis of size -3",
    ],
    [
      "a type that cannot be read",
      { nodes: [add], initializers: [{ name: "w", dims: [0n], dataType: 8 }] },
      "initializer w has elements of type string, which Striate cannot read; it reads float32",
    ],
    [
      "elements in the wrong field",
      { nodes: [add], initializers: [{ name: "w", dims: [1n], dataType: 1, int64Data: [1n] }] },
      "has its elements in int64_data, not in float_data",
    ],
    [
      "an opset of tomorrow",
      { opset: 99, nodes: [node("Relu", ["x"], ["y"])] },
      "is of version 99 of ONNX's operators; Striate reads up to 28",
    ],
    [
      "an attribute twice",
      {
        nodes: [
          {
            ...node("Elu", ["x"], ["y"]),
            attribute: [
              { name: "alpha", type: 1 },
              { name: "alpha", type: 1 },
            ],
          },
        ],
      },
      'has the attribute "alpha" twice',
    ],
    [
      "an unknown attribute",
      { nodes: [node("Relu", ["x"], ["y"], { slope: 2 }, "r")] },
      "node r (Relu): Relu: unknown attribute slope",
    ],
    [
      "shapes that do not fit",
      { nodes: [node("Add", ["x", "w"], ["y"], {}, "sum")], initializers: [floats("w", [2], [1, 2])] },
      "node sum (Add): shapes [2,3] and [2] do not broadcast together",
    ],
    [
      "a result that is too large",
      { nodes: [node("Expand", ["x", "s"], ["y"])], initializers: [int64s("s", [2 ** 40, 2, 3])] },
      "cannot be computed: at most 2147483647 elements can",
    ],
  ])("%s", (_, parts, message) => {
    const error = errorOf(() => readOnnxGraph(onnxFile(parts), { name: "m.onnx" }));
    expect(error.message).toMatch(/^m\.onnx: /);
    expect(error.message).toContain(message);
    expect(["data", "shape"]).toContain(error.code);
  });

  test("all operators that are missing are listed at once, with their nodes", () => {
    const nodes = [
      node("GRU", ["x"], ["a"], {}, "rnn"),
      node("RoiAlign", ["a"], ["b"], {}, "r1"),
      node("RoiAlign", ["b"], ["c"], {}, "r2"),
      { ...node("FusedConv", ["c"], ["y"]), domain: "com.microsoft" },
      node("NonZero", ["x"], ["unused"]),
    ];
    expect(errorOf(() => parseOnnx(onnxFile({ nodes }), { name: "m.onnx" })).message).toBe(
      "m.onnx: has operators that Striate does not have, by node:\n  GRU (rnn)\n  RoiAlign (r1, r2)\n  com.microsoft.FusedConv (y)",
    );
  });

  test("what is no ONNX file at all", () => {
    expect(errorOf(() => parseOnnx(new Uint8Array())).message).toBe(
      "the model: is no ONNX model, or damaged: it has no graph with outputs",
    );
    expect(errorOf(() => parseOnnx(new TextEncoder().encode("<html>"))).code).toBe("data");
  });
});

describe("a file cannot make reading it long:", () => {
  const within = (milliseconds: number, read: () => unknown) => {
    const begin = performance.now();
    const result = read();
    expect(performance.now() - begin).toBeLessThan(milliseconds);
    return result;
  };

  test("a chain of 20,000 nodes, in the file from its end on", () => {
    const nodes = Array.from({ length: 20_000 }, (_, i) => node("Relu", [i === 0 ? "x" : `v${i}`], [`v${i + 1}`]));
    const bytes = onnxFile({ nodes: nodes.reverse(), outputs: ["v20000"] });
    within(15_000, () => expect(readOnnxGraph(bytes).nodes).toHaveLength(20_000));
  });

  test.each<[string, FileParts]>([
    [
      "tensors that double, forty times",
      {
        nodes: Array.from({ length: 40 }, (_, i) =>
          node("Concat", [i === 0 ? "w" : `v${i}`, i === 0 ? "w" : `v${i}`], [i === 39 ? "y" : `v${i + 1}`], {
            axis: 0,
          }),
        ),
        initializers: [floats("w", [2], [1, 2])],
      },
    ],
    [
      "a thousand large masks",
      {
        inputs: [valueInfo("x", [2000, 2000])],
        nodes: Array.from({ length: 1000 }, (_, i) =>
          node("Trilu", [i === 0 ? "x" : `v${i}`], [i === 999 ? "y" : `v${i + 1}`]),
        ),
      },
    ],
    ["a matrix of ones", { inputs: [valueInfo("x", [40000, 40000])], nodes: [node("EyeLike", ["x"], ["y"])] }],
    [
      "many groups",
      {
        inputs: [valueInfo("x", [1, 2 ** 30, 1])],
        nodes: [node("GroupNormalization", ["x", "w", "w"], ["y"], { num_groups: 2 ** 30 })],
        initializers: [floats("w", [1], [1])],
      },
    ],
  ])("%s", (_, parts) => {
    const error = within(15_000, () => errorOf(() => readOnnxGraph(onnxFile(parts))));
    expect(error).toMatchObject({ code: "data" });
  });
});

test("values make way for the names under which others leave the graph", () => {
  const parts = {
    inputs: [valueInfo("x", [2, 3])],
    nodes: [node("Relu", ["x"], ["first"]), node("Tanh", ["first"], ["Relu"]), node("Relu", ["Relu"], ["constant"])],
    outputs: ["Relu", "constant", "x"],
  };
  const graph = readOnnxGraph(onnxFile(parts));
  const again = readOnnxGraph(writeOnnx(graph));
  expect(Object.keys(again.outputs)).toEqual(["Relu", "constant", "x"]);
  for (const [name, { data }] of run(again)) closeTo(data, run(graph).get(name)?.data ?? [], 1e-7, name);
});

test("1000 damaged copies of a file are read or refused, each within a second", () => {
  const bytes = onnxFile({
    inputs: [valueInfo("x", [1, 2, 6, 6])],
    nodes: [
      node("Conv", ["x", "w", ""], ["c"], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] }, "conv"),
      node("MaxPool", ["c"], ["p"], { kernel_shape: [2, 2] }, "pool"),
      node("Shape", ["p"], ["s"]),
      node("Slice", ["s", "zero", "one"], ["n"]),
      node("Concat", ["n", "minus"], ["shape"], { axis: 0 }),
      node("Reshape", ["p", "shape"], ["f"]),
      node("ConstantOfShape", ["n"], ["k"], { value: floats("", [1], [2]) }),
      node("Tile", ["k", "one"], ["t"]),
      node("Add", ["f", "t"], ["a"]),
      node("Split", ["a"], ["y", "rest"], { axis: 1, num_outputs: 2 }),
    ],
    initializers: [
      floats("w", [2, 2, 3, 3], new Array<number>(36).fill(0.5)),
      ...(
        [
          ["zero", [0]],
          ["one", [1]],
          ["minus", [-1]],
        ] as const
      ).map(([name, list]) => int64s(name, list)),
    ],
  });
  expect(sizeOf(readOnnxGraph(bytes).outputs.y?.shape ?? [])).toBeGreaterThan(0);
  let [read, slowest] = [0, 0];
  for (const damaged of mutations(bytes, 1000)) {
    const begin = performance.now();
    try {
      const graph = readOnnxGraph(damaged, { name: "damaged", bind: {} });
      verify(graph, OPS);
      read++;
    } catch (error) {
      expect(error).toBeInstanceOf(StriateError);
      expect((error as StriateError).code, (error as StriateError).message).not.toBe("internal");
    }
    slowest = Math.max(slowest, performance.now() - begin);
  }
  expect(read).toBeGreaterThan(50);
  expect(slowest).toBeLessThan(10_000);
});
