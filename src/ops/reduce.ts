import { internalError } from "../errors.ts";
import {
  defineOp,
  type GradientThunk,
  type GraphBuilder,
  int,
  type Node,
  type Reals,
  type Value,
} from "../graph/index.ts";
import { at, normalizeAxis, type Shape, sizeOf, stridesOf } from "../tensor/index.ts";
import { div, mul } from "./arithmetic.ts";
import { forEachIndex } from "./broadcast.ts";
import { castTo } from "./cast.ts";
import { equal } from "./compare.ts";
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
  /** One group of elements to one. */
  readonly start: number;
  fold(folded: number, x: number, count: number): number;
  gradient(parts: {
    readonly g: GraphBuilder;
    readonly data: Value;
    readonly axes: Value | undefined;
    readonly output: Value;
    readonly dOutput: Value;
    readonly count: number;
  }): Value;
}

/** One of the Reduce family; in its gradient, `output` and `dOutput` have the rank of the input. */
function defineReduction(reduction: Reduction) {
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
      return [foldGroups(data, at(node.outputs, 0).shape, kept, reduction.start, fold)];
    },
    gradient: ({ g, data, axes, attributes, output, dOutput }): { data: GradientThunk } => ({
      data: () => {
        const kept = keptShape(data, axes, attributes.noop_with_empty_axes);
        const count = sizeOf(data.shape) / sizeOf(kept);
        const [y, dY] = [reshapeTo(g, output, kept), reshapeTo(g, dOutput, kept)];
        return expandTo(g, reduction.gradient({ g, data, axes, output: y, dOutput: dY, count }), data.shape);
      },
    }),
    samples: [
      { name: "all axes", inputs: [{ shape: [2, 3, 4] }] },
      {
        name: "two axes",
        inputs: [{ shape: [2, 3, 4] }, { shape: [2], values: [0, -1], dtype: "int64", constant: true }],
      },
      {
        name: "an axis dropped",
        inputs: [{ shape: [2, 3, 4] }, { shape: [1], values: [1], dtype: "int64", constant: true }],
        attributes: { keepdims: 0 },
      },
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

export const reduceSum = defineReduction({
  name: "ReduceSum",
  start: 0,
  fold: (sum, x) => sum + x,
  gradient: ({ dOutput }) => dOutput,
});

export const reduceMean = defineReduction({
  name: "ReduceMean",
  start: 0,
  fold: (mean, x, count) => mean + x / count,
  gradient: ({ g, dOutput, count }) => g.op(div, [dOutput, g.scalar(dOutput, count)]),
});

/** The largest element of each group. Where several are the largest, they share the gradient evenly. */
export const reduceMax = defineReduction({
  name: "ReduceMax",
  start: Number.NEGATIVE_INFINITY,
  fold: (largest, x) => Math.max(largest, x),
  gradient: ({ g, data, axes, output, dOutput }) => {
    const isLargest = castTo(g, g.op(equal, [data, output]), data.dtype);
    const ties = g.op(reduceSum, [isLargest, axes], { keepdims: 1 });
    return g.op(mul, [isLargest, g.op(div, [dOutput, reshapeTo(g, ties, dOutput.shape)])]);
  },
});
