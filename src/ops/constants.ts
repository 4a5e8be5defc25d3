import { StriateError } from "../errors.ts";
import {
  type AttributeSpec,
  type AttributesOf,
  defineOp,
  int,
  optionalInt,
  optionalInts,
  optionalTensor,
} from "../graph/index.ts";
import { at, fromNumbers, sizeOf, type Tensor, tensor, toNumbers } from "../tensor/index.ts";
import { constantInts, expandTo } from "./reshape.ts";

const optionalFloat: AttributeSpec<number | undefined> = { kind: "float", default: undefined };
const optionalFloats: AttributeSpec<readonly number[] | undefined> = { kind: "floats", default: undefined };

const CONSTANT = {
  value: optionalTensor,
  value_float: optionalFloat,
  value_floats: optionalFloats,
  value_int: optionalInt,
  value_ints: optionalInts,
};

function tensorOf(attributes: AttributesOf<typeof CONSTANT>): Tensor {
  const { value, value_float, value_floats, value_int, value_ints } = attributes;
  if (value) return value;
  if (value_float !== undefined) return fromNumbers("float32", [], [value_float]);
  if (value_floats) return fromNumbers("float32", [value_floats.length], value_floats);
  if (value_int !== undefined) return fromNumbers("int64", [], [value_int]);
  if (value_ints) return fromNumbers("int64", [value_ints.length], value_ints);
  throw new StriateError("usage", `Constant needs one of ${Object.keys(CONSTANT).join(", ")}`);
}

/** A tensor that is known while the graph is built, as a node; `GraphBuilder.constant` does without one. */
export const constant = defineOp({
  name: "Constant",
  inputs: [],
  attributes: CONSTANT,
  infer: (_, attributes) => {
    const { dtype, shape } = tensorOf(attributes);
    return [{ dtype, shape }];
  },
  reference: (_, attributes) => {
    const value = tensorOf(attributes);
    return [{ shape: value.shape, data: toNumbers(value) }];
  },
  lower: ({ g, attributes }) => [g.constant(tensorOf(attributes))],
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [
    { name: "a tensor", inputs: [], attributes: { value: fromNumbers("float32", [2, 2], [1, 2, 3, 4]) } },
    { name: "a float", inputs: [], attributes: { value_float: 0.5 } },
    { name: "floats", inputs: [], attributes: { value_floats: [0.5, -2] } },
    { name: "an int", inputs: [], attributes: { value_int: 3 } },
    { name: "ints", inputs: [], attributes: { value_ints: [3, -1] } },
  ],
});

const ZERO = tensor("float32", [1], new Float32Array(1));

/** A tensor of a given shape that repeats the one element of `value`, which is a float32 0 when it is left out. */
export const constantOfShape = defineOp({
  name: "ConstantOfShape",
  inputs: ["input"],
  attributes: { value: optionalTensor },
  infer: ({ input }, { value = ZERO }) => {
    if (sizeOf(value.shape) !== 1) throw new StriateError("usage", "ConstantOfShape: value must have one element");
    return [{ dtype: value.dtype, shape: constantInts("ConstantOfShape", "input", input) }];
  },
  reference: (_, { value = ZERO }, node) => {
    const { shape } = at(node.outputs, 0);
    return [{ shape, data: new Float64Array(sizeOf(shape)).fill(at(toNumbers(value), 0)) }];
  },
  lower: ({ g, node, attributes: { value = ZERO } }) => [
    expandTo(g, g.numbers(value.dtype, [], [...toNumbers(value)]), at(node.outputs, 0).shape),
  ],
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [
    { name: "zeros", inputs: [{ shape: [2], values: [2, 3], dtype: "int64", constant: true }] },
    {
      name: "sevens",
      inputs: [{ shape: [1], values: [4], dtype: "int64", constant: true }],
      attributes: { value: fromNumbers("int64", [1], [7]) },
    },
  ],
});

/** The sizes of a tensor along its axes from `start` to before `end`. */
export const shape = defineOp({
  name: "Shape",
  inputs: ["data"],
  attributes: { start: int(0), end: optionalInt },
  infer: ({ data }, { start, end }) => [{ dtype: "int64", shape: [data.shape.slice(start, end).length] }],
  reference: ({ data }, { start, end }, node) => [
    { shape: at(node.outputs, 0).shape, data: Float64Array.from(data.shape.slice(start, end)) },
  ],
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [
    { name: "whole", inputs: [{ shape: [2, 3, 4] }] },
    { name: "without batch and last axis", inputs: [{ shape: [2, 3, 4] }], attributes: { start: 1, end: -1 } },
  ],
});

/** start, start + delta, ... to before `limit`. */
export const range = defineOp({
  name: "Range",
  inputs: ["start", "limit", "delta"],
  infer: (inputs) => {
    const [start, limit, delta] = [inputs.start, inputs.limit, inputs.delta].map((value) => {
      if (!value.constant)
        throw new StriateError("shape", "Range: inputs must be constants, because shapes are static");
      return at(toNumbers(value.constant), 0);
    }) as [number, number, number];
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    if (!Number.isFinite(count)) throw new StriateError("shape", `Range: a step of ${delta} never reaches ${limit}`);
    return [{ dtype: inputs.start.dtype, shape: [count] }];
  },
  reference: ({ start, delta }, _, node) => {
    const { shape } = at(node.outputs, 0);
    return [
      {
        shape,
        data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => at(start.data, 0) + i * at(delta.data, 0)),
      },
    ];
  },
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [
    { name: "ints down", inputs: [scalar(7, "int64"), scalar(-2, "int64"), scalar(-3, "int64")] },
    { name: "reals up", inputs: [scalar(0.5), scalar(2), scalar(0.25)] },
  ],
});

function scalar(value: number, dtype: "int64" | "float32" = "float32") {
  return { shape: [], values: [value], dtype, constant: true } as const;
}

/** The same tensor. */
export const identity = defineOp({
  name: "Identity",
  inputs: ["input"],
  infer: ({ input }) => [input],
  reference: ({ input }) => [input],
  gradient: ({ dOutput }) => ({ input: () => dOutput }),
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [{ name: "a matrix", inputs: [{ shape: [2, 3] }] }],
});
