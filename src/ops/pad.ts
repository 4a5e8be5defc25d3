import { StriateError } from "../errors.ts";
import { defineOp, type GradientThunk, type GraphBuilder, string, type Value } from "../graph/index.ts";
import { at, normalizeAxis, type Shape, shapeText, sizeOf, stridesOf } from "../tensor/index.ts";
import { add } from "./arithmetic.ts";
import { forEachIndex } from "./broadcast.ts";
import { reduceSum } from "./reduce.ts";
import { constantInts } from "./reshape.ts";
import { reverseAxes, sliceAxis } from "./slice.ts";

type PadMode = "constant" | "edge" | "reflect";

/** The padding before and after each axis. */
function amountsOf(data: Value, pads: Value, axes: Value | undefined): [before: number, after: number][] {
  const amounts: [number, number][] = data.shape.map(() => [0, 0]);
  const list = constantInts("Pad", "pads", pads);
  const along = axes ? constantInts("Pad", "axes", axes) : [...data.shape.keys()];
  if (list.length !== 2 * along.length) {
    throw new StriateError(
      "shape",
      `Pad: ${2 * along.length} pads are needed for ${along.length} axes, received ${shapeText(list)}`,
    );
  }
  for (const [i, axis] of along.entries()) {
    amounts[normalizeAxis(axis, data.shape.length)] = [at(list, i), at(list, along.length + i)];
  }
  return amounts;
}

/** The index in the input that a padded position repeats, or -1 where the constant goes. */
function sourceOf(position: number, size: number, mode: PadMode): number {
  if (position >= 0 && position < size) return position;
  if (mode === "constant") return -1;
  if (mode === "edge") return position < 0 ? 0 : size - 1;
  return position < 0 ? -position : 2 * (size - 1) - position;
}

/** Adds elements around a tensor: a constant, its edge, or its reflection without the edge. Negative pads cut off. */
export const pad = defineOp({
  name: "Pad",
  inputs: ["data", "pads"],
  optional: ["constant_value", "axes"],
  attributes: { mode: string<string>("constant") },
  infer: ({ data, pads, axes }, { mode }) => {
    if (mode !== "constant" && mode !== "edge" && mode !== "reflect") {
      throw new StriateError("usage", `Pad: mode must be constant, edge or reflect, received ${mode}`);
    }
    const amounts = amountsOf(data, pads, axes);
    const shape = data.shape.map((size, axis) => size + at(at(amounts, axis), 0) + at(at(amounts, axis), 1));
    if (shape.some((size) => size < 0)) {
      throw new StriateError(
        "shape",
        `Pad: cutting ${shapeText(amounts.flat())} off ${shapeText(data.shape)} leaves nothing`,
      );
    }
    if (mode === "reflect" && amounts.some((pair, axis) => Math.max(...pair) >= Math.max(1, at(data.shape, axis)))) {
      throw new StriateError(
        "shape",
        `Pad: a reflection of ${shapeText(data.shape)} can be at most one less than its size`,
      );
    }
    return [{ dtype: data.dtype, shape }];
  },
  reference: ({ data, constant_value }, { mode }, node) => {
    const [value, pads, , axes] = node.inputs as [Value, Value, Value?, Value?];
    const amounts = amountsOf(value, pads, axes);
    const { shape } = at(node.outputs, 0);
    const strides = stridesOf(data.shape);
    const positions = stridesOf(shape);
    const result = new Float64Array(sizeOf(shape)).fill(constant_value?.data[0] ?? 0);
    forEachIndex(shape, [], (index) => {
      let offset = 0;
      for (let axis = 0; axis < shape.length; axis++) {
        const position = Math.floor(index / at(positions, axis)) % at(shape, axis);
        const source = sourceOf(position - at(at(amounts, axis), 0), at(data.shape, axis), mode as PadMode);
        if (source < 0) return;
        offset += source * at(strides, axis);
      }
      result[index] = at(data.data, offset);
    });
    return [{ shape, data: result }];
  },
  gradient: ({ g, data, pads, axes, attributes: { mode }, dOutput }): { data: GradientThunk } => ({
    data: () =>
      amountsOf(data, pads, axes).reduce(
        (dY, [before, after], axis) => unpadAxis(g, dY, axis, before, after, mode as PadMode),
        dOutput,
      ),
  }),
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [
    { name: "zeros", inputs: [{ shape: [2, 3] }, amounts(1, 0, 2, 1)] },
    { name: "a constant", inputs: [{ shape: [2, 3] }, amounts(0, 1, 0, 1), { shape: [], values: [3] }] },
    { name: "edge", inputs: [{ shape: [3, 4] }, amounts(1, 2, 2, 1)], attributes: { mode: "edge" } },
    { name: "reflect", inputs: [{ shape: [3, 4] }, amounts(1, 2, 2, 3)], attributes: { mode: "reflect" } },
    { name: "cut", inputs: [{ shape: [4, 4] }, amounts(-1, 0, 0, -2)] },
    {
      name: "one axis",
      inputs: [{ shape: [2, 3] }, amounts(1, 2), undefined, amounts(-1)],
      attributes: { mode: "edge" },
    },
  ],
});

function amounts(...values: readonly number[]) {
  return { shape: [values.length], values, dtype: "int64", constant: true } as const;
}

/** Zeros before and after along one axis; negative numbers cut off. */
export function padAxis(g: GraphBuilder, value: Value, axis: number, before: number, after: number): Value {
  return zeroPad(
    g,
    value,
    value.shape.map((_, i) => (i === axis ? before : 0)),
    value.shape.map((_, i) => (i === axis ? after : 0)),
  );
}

/** Zeros before and after along every axis. */
export function zeroPad(g: GraphBuilder, value: Value, before: Shape, after: Shape): Value {
  const pads = [...before, ...after];
  return pads.every((amount) => amount === 0) ? value : g.op(pad, [value, g.int64s(...pads)]);
}

/** The gradient of padding one axis: the middle, plus what the copies at both ends got. */
function unpadAxis(g: GraphBuilder, dY: Value, axis: number, before: number, after: number, mode: PadMode): Value {
  const middle = padAxis(g, dY, axis, -before, -after);
  if (mode === "constant") return middle;
  const total = at(dY.shape, axis);
  const size = at(middle.shape, axis);
  let sum = middle;
  if (before > 0) sum = addAt(g, sum, axis, mode, sliceAxis(g, dY, axis, 0, before), mode === "edge" ? 0 : 1);
  if (after > 0) {
    const end = sliceAxis(g, dY, axis, total - after, total);
    sum = addAt(g, sum, axis, mode, end, mode === "edge" ? size - 1 : size - 1 - after);
  }
  return sum;
}

/** Adds the gradient of one end's copies to the elements that were copied, which begin at `start`. */
function addAt(g: GraphBuilder, sum: Value, axis: number, mode: PadMode, end: Value, start: number): Value {
  const folded =
    mode === "edge" ? g.op(reduceSum, [end, g.int64s(axis)], { keepdims: 1 }) : reverseAxes(g, end, [axis]);
  return g.op(add, [sum, padAxis(g, folded, axis, start, at(sum.shape, axis) - start - at(folded.shape, axis))]);
}
