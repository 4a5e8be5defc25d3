// Operators of ONNX that are built from others: their gradients are the measured slopes, in float64.
import { describe, expect, test } from "vitest";
import { checkGradient, gradients } from "#striate/autodiff/index";
import { GraphBuilder } from "#striate/graph/index";
import { instantiate, parseOnnx } from "#striate/onnx/index";
import { interpret, mul, reduceSum } from "#striate/ops/index";
import { sizeOf, tensor, uniform } from "#striate/tensor/index";
import { int64s, node, onnxFile, type TensorInit, valueInfo } from "../support/onnxFiles.ts";

interface Case {
  readonly name: string;
  readonly op: string;
  /** The shapes of the inputs that have a gradient; what else the node takes are initializers. */
  readonly inputs: readonly (readonly number[])[];
  readonly constants?: readonly TensorInit[];
  readonly attributes?: Parameters<typeof node>[3];
}

const [FLOAT64, BATCH] = [11, [2, 2, 4, 5]];
const modes = ["linear", "nearest", "cubic"].flatMap((mode) =>
  ["zeros", "border", "reflection"].flatMap((padding_mode) =>
    [0, 1].map((align_corners) => ({ mode, padding_mode, align_corners })),
  ),
);

const CASES: readonly Case[] = [
  ...modes.map((attributes) => ({
    name: `${Object.values(attributes).join(" ")}`,
    op: "GridSample",
    inputs: [BATCH, [2, 3, 2, 2]],
    attributes,
  })),
  {
    name: "of a volume",
    op: "GridSample",
    inputs: [
      [1, 1, 3, 2, 3],
      [1, 2, 1, 2, 3],
    ],
  },
  { name: "of pictures", op: "AffineGrid", inputs: [[2, 2, 3]], constants: [int64s("size", [2, 1, 3, 4])] },
  {
    name: "of volumes, aligned",
    op: "AffineGrid",
    inputs: [[1, 3, 4]],
    constants: [int64s("size", [1, 1, 2, 3, 2])],
    attributes: { align_corners: 1 },
  },
  {
    name: "products of a batch",
    op: "Einsum",
    inputs: [
      [2, 3, 4],
      [2, 4, 3],
    ],
    attributes: { equation: "bij,bjk->bik" },
  },
  { name: "a diagonal", op: "Einsum", inputs: [[3, 2, 3]], attributes: { equation: "iji->ij" } },
  {
    name: "an outer product of three",
    op: "Einsum",
    inputs: [[2], [3], [2, 2]],
    attributes: { equation: "a,b,...a->ab..." },
  },
  {
    name: "nothing said",
    op: "Einsum",
    inputs: [
      [2, 3],
      [3, 2],
    ],
    attributes: { equation: "ij,jk" },
  },
  {
    name: "overlapping patches",
    op: "Col2Im",
    inputs: [[1, 2 * 4, 12]],
    constants: [int64s("size", [4, 5]), int64s("kernel", [2, 2])],
  },
  {
    name: "with all arguments",
    op: "Col2Im",
    inputs: [[1, 4, 9]],
    constants: [int64s("size", [5, 6]), int64s("kernel", [2, 2])],
    attributes: { strides: [2, 2], dilations: [1, 2], pads: [1, 1, 0, 1] },
  },
  {
    name: "both",
    op: "CenterCropPad",
    inputs: [[5, 4, 3]],
    constants: [int64s("shape", [3, 6])],
    attributes: { axes: [0, 1] },
  },
  {
    name: "causal, with repeated heads",
    op: "Attention",
    inputs: [
      [1, 4, 3, 2],
      [1, 2, 3, 2],
      [1, 2, 3, 2],
    ],
    attributes: { is_causal: 1, softcap: 2.5 },
  },
  {
    name: "interleaved",
    op: "RotaryEmbedding",
    inputs: [
      [1, 2, 2, 4],
      [1, 2, 2],
      [1, 2, 2],
    ],
    attributes: { interleaved: 1 },
  },
  {
    name: "reversed",
    op: "CumProd",
    inputs: [[2, 5]],
    constants: [int64s("axis", [1], [])],
    attributes: { reverse: 1 },
  },
  { name: "of sequences", op: "ReverseSequence", inputs: [[4, 3]], constants: [int64s("lengths", [2, 4, 1])] },
];

function graphOf({ op, inputs, constants = [], attributes = {} }: Case) {
  const names = inputs.map((_, i) => `x${i}`);
  const file = onnxFile({
    opset: 26,
    inputs: inputs.map((shape, i) => valueInfo(`x${i}`, shape, FLOAT64)),
    nodes: [node(op, [...names, ...constants.map(({ name }) => name ?? "")], ["y"], attributes)],
    initializers: constants,
  });
  const g = new GraphBuilder(op);
  const values = new Map(inputs.map((shape, i) => [`x${i}`, g.input(`x${i}`, "float64", shape)]));
  const y = instantiate(parseOnnx(file), g, values).get("y");
  if (!y) throw new Error("there is no output");
  const draw = (stream: string, count: number) => uniform({ seed: 3, stream, counter: 0 }, count, -0.95, 0.9);
  const weights = g.constant(tensor("float64", y.shape, Float64Array.from(draw("weights", sizeOf(y.shape)))));
  const loss = g.op(reduceSum, [g.op(mul, [y, weights])], { keepdims: 0 });
  const feeds = new Map(
    [...values.values()].map((value) => [
      value,
      { shape: value.shape, data: Float64Array.from(draw(value.name, sizeOf(value.shape))) },
    ]),
  );
  return { g, loss, feeds, wrt: [...values.values()] };
}

describe("the gradient is the measured slope:", () => {
  test.each(CASES)("$op, $name", (item) => {
    const { g, loss, feeds, wrt } = graphOf(item);
    for (const { value, error } of checkGradient(g, loss, wrt, feeds)) {
      expect(error, `${item.op} by ${value.name}`).toBeLessThan(1e-6);
    }
  });
});

test("what is quantized and dequantized again has the gradient of what it was, within the range", () => {
  const file = onnxFile({
    inputs: [valueInfo("x", [4])],
    nodes: [
      node("QuantizeLinear", ["x", "scale", "zero"], ["q"]),
      node("DequantizeLinear", ["q", "scale", "zero"], ["y"]),
    ],
    initializers: [
      { name: "scale", dims: [], dataType: 1, floatData: [0.5] },
      { name: "zero", dims: [], dataType: 3, int32Data: [10] },
    ],
  });
  const g = new GraphBuilder("fake quantization");
  const x = g.input("x", "float32", [4]);
  const y = instantiate(parseOnnx(file), g, new Map([["x", x]])).get("y");
  if (!y) throw new Error("there is no output");
  const [dX] = gradients(g, g.op(reduceSum, [y], { keepdims: 0 }), [x]);
  if (!dX) throw new Error("there is no gradient");
  g.output("y", y);
  g.output("dX", dX);
  const values = interpret(g.build(), new Map([[x, { shape: [4], data: Float64Array.of(0.3, -1.1, 80, -90) }]]));
  expect([...(values.get(y)?.data ?? [])]).toEqual([0.5, -1, 58.5, -69]);
  expect([...(values.get(dX)?.data ?? [])]).toEqual([1, 1, 0, 0]);
});
