import { internalError } from "../errors.ts";
import {
  defineOp,
  type GradientThunk,
  type GraphBuilder,
  int,
  type Node,
  type Reals,
  type Sample,
  type Value,
} from "../graph/index.ts";
import { at, type DType, normalizeAxis, type Shape, sizeOf, stridesOf } from "../tensor/index.ts";
import { add, div, mul, sign, sub } from "./arithmetic.ts";
import { forEachIndex, mapReals, sumTo } from "./broadcast.ts";
import { castTo } from "./cast.ts";
import { equal } from "./compare.ts";
import { exp } from "./exponential.ts";
import { constantInts, expandTo, reshapeTo } from "./reshape.ts";

/** The reduced axes: those given, else all, or none with `noop_with_empty_axes`. */
function reducedAxes(data: Value, axes: Value | undefined, noop: number): Set<number> {
  const given = axes ? constantInts("Reduce", "axes", axes).map((axis) => normalizeAxis(axis, data.shape.length)) : [];
  return new Set(given.length > 0 || noop ? given : data.shape.keys());
}

/** The input's shape with the reduced axes set to 1. */
function keptShape(data: Value, axes: Value | undefined, noop: number): number[] {
  const reduced = reducedAxes(data, axes, noop);
  return data.shape.map((size, axis) => (reduced.has(axis) ? 1 : size));
}

interface Reduction {
  readonly name: string;
  /** One group of elements to one, from this number on, which may depend on the type. */
  readonly start: number | ((dtype: DType) => number);
  fold(folded: number, x: number, count: number): number;
  /** What becomes of the folded number in the end. */
  finish?(folded: number): number;
  /** The numbers of the samples lie between these. */
  readonly low?: number;
  readonly high?: number;
  readonly more?: readonly Sample[];
  gradient(parts: {
    readonly g: GraphBuilder;
    readonly data: Value;
    readonly output: Value;
    readonly dOutput: Value;
    readonly count: number;
  }): Value;
}

/** One of the Reduce family; in its gradient, `output` and `dOutput` have the rank of the input. */
function defineReduction(reduction: Reduction) {
  const { low = -1, high = 1, start, finish, more = [] } = reduction;
  const startOf = (dtype: DType) => (typeof start === "number" ? start : start(dtype));
  const input = { shape: [2, 3, 4], low, high };
  return defineOp({
    name: reduction.name,
    inputs: ["data"],
    optional: ["axes"],
    attributes: { keepdims: int(1), noop_with_empty_axes: int(0) },
    infer: ({ data, axes }, { keepdims, noop_with_empty_axes }) => {
      const reduced = reducedAxes(data, axes, noop_with_empty_axes);
      const kept = keptShape(data, axes, noop_with_empty_axes);
      return [{ dtype: data.dtype, shape: keepdims ? kept : kept.filter((_, axis) => !reduced.has(axis)) }];
    },
    reference: ({ data }, { noop_with_empty_axes }, node) => {
      const kept = keptShape(inputOf(node), node.inputs[1], noop_with_empty_axes);
      const count = sizeOf(data.shape) / sizeOf(kept);
      const fold = (folded: number, x: number) => reduction.fold(folded, x, count);
      const folded = foldGroups(data, at(node.outputs, 0).shape, kept, startOf(inputOf(node).dtype), fold);
      return [finish ? mapReals(folded, finish) : folded];
    },
    gradient: ({ g, data, axes, attributes, output, dOutput }): { data: GradientThunk } => ({
      data: () => {
        const kept = keptShape(data, axes, attributes.noop_with_empty_axes);
        const count = sizeOf(data.shape) / sizeOf(kept);
        const [y, dY] = [reshapeTo(g, output, kept), reshapeTo(g, dOutput, kept)];
        return expandTo(g, reduction.gradient({ g, data, output: y, dOutput: dY, count }), data.shape);
      },
    }),
    // Of nothing ONNX Runtime has no largest in bool, and no smallest.
    lower: ({ g, node, inputs: { data } }): readonly Value[] | undefined => {
      if (typeof start === "number" || sizeOf(data.shape) > 0) return undefined;
      return [expandTo(g, g.scalar(data, start(data.dtype)), at(node.outputs, 0).shape)];
    },
    samples: [
      { name: "all axes", inputs: [input] },
      {
        name: "two axes",
        inputs: [input, { shape: [2], values: [0, -1], dtype: "int64", constant: true }],
      },
      {
        name: "an axis dropped",
        inputs: [input, { shape: [1], values: [1], dtype: "int64", constant: true }],
        attributes: { keepdims: 0 },
      },
      ...more,
    ],
  });
}

function inputOf(node: Node): Value {
  const [input] = node.inputs;
  if (!input) throw internalError(`node ${node.name} has no input`);
  return input;
}

function foldGroups(
  data: Reals,
  shape: Shape,
  kept: Shape,
  start: number,
  fold: (folded: number, x: number) => number,
): Reals {
  const result = new Float64Array(sizeOf(shape)).fill(start);
  const strides = stridesOf(kept).map((stride, axis) => (kept[axis] === 1 ? 0 : stride));
  forEachIndex(data.shape, [strides], (index, group) => {
    result[group] = fold(at(result, group), at(data.data, index));
  });
  return { shape, data: result };
}

/** The sum along axes. */
export const reduceSum = defineReduction({
  name: "ReduceSum",
  start: 0,
  fold: (sum, x) => sum + x,
  gradient: ({ dOutput }) => dOutput,
});

/** The mean along axes. */
export const reduceMean = defineReduction({
  name: "ReduceMean",
  start: 0,
  fold: (mean, x, count) => mean + x / count,
  gradient: ({ g, dOutput, count }) => g.op(div, [dOutput, g.scalar(dOutput, count)]),
});

/** The gradient goes to the element that was taken; where several are equal, they share it evenly. */
const taken: Reduction["gradient"] = ({ g, data, output, dOutput }) => {
  const isTaken = castTo(g, g.op(equal, [data, output]), data.dtype);
  return g.op(mul, [isTaken, g.op(div, [dOutput, sumTo(g, isTaken, dOutput.shape)])]);
};

/** The least and the largest number of a type, of int64 the largest that a float64 holds. */
const LIMITS: Readonly<Record<DType, readonly [least: number, most: number]>> = {
  float32: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  float64: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  int64: [-(2 ** 63), 2 ** 63 - 1024],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint8: [0, 255],
  bool: [0, 1],
};

const ofNothing: readonly Sample[] = (["float32", "int64", "int32", "uint8", "bool"] as const).map((dtype) => ({
  name: `nothing in ${dtype}`,
  inputs: [
    { shape: [2, 0, 3], values: [], dtype },
    { shape: [1], values: [1], dtype: "int64", constant: true },
  ],
}));

/** The largest; of nothing the least number that the type has. */
export const reduceMax = defineReduction({
  name: "ReduceMax",
  start: (dtype) => LIMITS[dtype][0],
  fold: (largest, x) => Math.max(largest, x),
  gradient: taken,
  more: ofNothing,
});

/** The smallest; of nothing the largest number that the type has. */
export const reduceMin = defineReduction({
  name: "ReduceMin",
  start: (dtype) => LIMITS[dtype][1],
  fold: (smallest, x) => Math.min(smallest, x),
  gradient: taken,
  more: ofNothing,
});

/** The product. Its gradient is the product of the others, which a single 0 does not make 0 for itself. */
export const reduceProd = defineReduction({
  name: "ReduceProd",
  start: 1,
  fold: (product, x) => product * x,
  gradient: ({ g, data, dOutput }) => {
    const isZero = castTo(g, g.op(equal, [data, g.scalar(data, 0)]), data.dtype);
    const withoutZeros = g.op(add, [data, isZero]);
    const axes = [...data.shape.keys()].filter((axis) => data.shape[axis] !== dOutput.shape[axis]);
    const product = g.op(reduceProd, [withoutZeros, g.int64s(...axes)], { noop_with_empty_axes: 1 });
    const otherZeros = g.op(sub, [sumTo(g, isZero, dOutput.shape), isZero]);
    const noOther = castTo(g, g.op(equal, [otherZeros, g.scalar(data, 0)]), data.dtype);
    return g.op(mul, [noOther, g.op(div, [g.op(mul, [dOutput, product]), withoutZeros])]);
  },
  more: [
    {
      name: "zeros",
      inputs: [
        { shape: [3, 3], values: [0, 2, 3, 0, 0, 4, 1, -2, 5] },
        { shape: [1], values: [1], dtype: "int64", constant: true },
      ],
    },
  ],
});

/** The sum of the absolute values. */
export const reduceL1 = defineReduction({
  name: "ReduceL1",
  start: 0,
  fold: (sum, x) => sum + Math.abs(x),
  gradient: ({ g, data, dOutput }) => g.op(mul, [dOutput, g.op(sign, [data])]),
});

/** The Euclidean norm. Its gradient where all elements are 0 is 0. */
export const reduceL2 = defineReduction({
  name: "ReduceL2",
  start: 0,
  fold: (sum, x) => sum + x * x,
  finish: Math.sqrt,
  gradient: ({ g, data, output, dOutput }) => g.op(mul, [data, g.op(div, [dOutput, nonZero(g, output)])]),
});

/** `value`, with 1 where it is 0: a divisor for numbers that are 0 there too. */
export function nonZero(g: GraphBuilder, value: Value): Value {
  return g.op(add, [value, castTo(g, g.op(equal, [value, g.scalar(value, 0)]), value.dtype)]);
}

export const reduceSumSquare = defineReduction({
  name: "ReduceSumSquare",
  start: 0,
  fold: (sum, x) => sum + x * x,
  gradient: ({ g, data, dOutput }) => g.op(mul, [data, g.op(add, [dOutput, dOutput])]),
});

/** The logarithm of the sum. */
export const reduceLogSum = defineReduction({
  name: "ReduceLogSum",
  start: 0,
  fold: (sum, x) => sum + x,
  finish: Math.log,
  // d log s = ds / s with s = exp(y)
  gradient: ({ g, output, dOutput }) => g.op(div, [dOutput, g.op(exp, [output])]),
  low: 0.2,
});

/** The logarithm of the sum of exponentials, folded so that nothing overflows. */
export const reduceLogSumExp = defineReduction({
  name: "ReduceLogSumExp",
  start: Number.NEGATIVE_INFINITY,
  fold: (folded, x) => {
    const largest = Math.max(folded, x);
    return largest === Number.NEGATIVE_INFINITY
      ? largest
      : largest + Math.log1p(Math.exp(Math.min(folded, x) - largest));
  },
  gradient: ({ g, data, output, dOutput }) => g.op(mul, [dOutput, g.op(exp, [g.op(sub, [data, output])])]),
});
