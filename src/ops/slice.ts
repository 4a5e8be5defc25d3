import { StriateError } from "../errors.ts";
import { defineOp, type GradientThunk, type GraphBuilder, type Value } from "../graph/index.ts";
import { at, normalizeAxis, type Shape, sizeOf, stridesOf } from "../tensor/index.ts";
import { forEachIndex } from "./broadcast.ts";
import { padAxis } from "./pad.ts";
import { constantInts, reshapeTo } from "./reshape.ts";

/** One axis of a slice: `count` elements from `start` in steps of `step`. */
interface Range {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

interface SliceInputs {
  readonly data: Value;
  readonly starts: Value;
  readonly ends: Value;
  readonly axes?: Value | undefined;
  readonly steps?: Value | undefined;
}

/** What is taken of each axis, with ONNX's rules: negative indices count from the end, everything is clamped. */
function rangesOf({ data, starts, ends, axes, steps }: SliceInputs): Range[] {
  const ranges: Range[] = data.shape.map((size) => ({ start: 0, step: 1, count: size }));
  const ints = (name: string, value: Value) => constantInts("Slice", name, value);
  const startList = ints("starts", starts);
  const endList = ints("ends", ends);
  const stepList = steps ? ints("steps", steps) : startList.map(() => 1);
  const axisList = axes ? ints("axes", axes) : [...startList.keys()];
  for (const [i, given] of axisList.entries()) {
    const axis = normalizeAxis(given, data.shape.length);
    const size = at(data.shape, axis);
    const step = at(stepList, i);
    if (step === 0)
      throw new StriateError("shape", "Slice: a step of 0 takes nothing; give a step of at least 1 or at most -1");
    const clamp = (index: number, low: number, high: number) =>
      Math.min(Math.max(index < 0 ? index + size : index, low), high);
    const start = clamp(at(startList, i), 0, step > 0 ? size : size - 1);
    const end = clamp(at(endList, i), step > 0 ? 0 : -1, size);
    ranges[axis] = { start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  }
  return ranges;
}

/** Part of a tensor: along each of `axes` from `starts` to before `ends` in steps, backwards when a step is negative. */
export const slice = defineOp({
  name: "Slice",
  inputs: ["data", "starts", "ends"],
  optional: ["axes", "steps"],
  infer: (inputs) => [{ dtype: inputs.data.dtype, shape: rangesOf(inputs).map(({ count }) => count) }],
  reference: ({ data }, _, node) => {
    const [value, starts, ends, axes, steps] = node.inputs as [Value, Value, Value, Value?, Value?];
    const ranges = rangesOf({ data: value, starts, ends, axes, steps });
    const shape = ranges.map(({ count }) => count);
    const strides = stridesOf(data.shape);
    const origin = ranges.reduce((sum, { start }, axis) => sum + start * at(strides, axis), 0);
    const result = new Float64Array(sizeOf(shape));
    forEachIndex(shape, [ranges.map(({ step }, axis) => step * at(strides, axis))], (index, offset) => {
      result[index] = at(data.data, origin + offset);
    });
    return [{ shape, data: result }];
  },
  gradient: ({ g, data, starts, ends, axes, steps, dOutput }): { data: GradientThunk } => ({
    data: () =>
      rangesOf({ data, starts, ends, axes, steps }).reduce(
        (dY, range, axis) => spreadAxis(g, dY, axis, range, at(data.shape, axis)),
        dOutput,
      ),
  }),
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [
    { name: "a window", inputs: [{ shape: [4, 5] }, indices(1, 0), indices(3, -1)] },
    { name: "every other", inputs: [{ shape: [3, 7] }, indices(1), indices(100), indices(1), indices(2)] },
    { name: "backwards", inputs: [{ shape: [2, 5] }, indices(-1), indices(-100), indices(-1), indices(-2)] },
  ],
});

function indices(...values: readonly number[]) {
  return { shape: [values.length], values, dtype: "int64", constant: true } as const;
}

/** `value[start:end]` along one axis. */
export function sliceAxis(g: GraphBuilder, value: Value, axis: number, start: number, end: number): Value {
  if (start === 0 && end === value.shape[axis]) return value;
  return g.op(slice, [value, g.int64s(start), g.int64s(end), g.int64s(axis)]);
}

/** `value` with the order of its elements along some axes turned round. */
export function reverseAxes(g: GraphBuilder, value: Value, axes: readonly number[]): Value {
  const turned = axes.filter((axis) => value.shape[axis] !== 1);
  if (turned.length === 0) return value;
  const all = (number: number) => g.int64s(...turned.map(() => number));
  return g.op(slice, [value, all(-1), all(Number.MIN_SAFE_INTEGER), g.int64s(...turned), all(-1)]);
}

/** The inverse of taking `range` along an axis: the elements go where they came from, zeros everywhere else. */
function spreadAxis(g: GraphBuilder, value: Value, axis: number, { start, step, count }: Range, size: number): Value {
  const forward = step > 0 ? value : reverseAxes(g, value, [axis]);
  const first = step > 0 ? start : start + step * (count - 1);
  const spread = dilateAxis(g, forward, axis, Math.abs(step));
  const length = at(spread.shape, axis);
  return padAxis(g, spread, axis, first, size - first - length);
}

/** Puts `step - 1` zeros between the elements along an axis. */
function dilateAxis(g: GraphBuilder, value: Value, axis: number, step: number): Value {
  const count = at(value.shape, axis);
  if (step === 1 || count < 2) return value;
  const split: Shape = [...value.shape.slice(0, axis + 1), 1, ...value.shape.slice(axis + 1)];
  const padded = padAxis(g, reshapeTo(g, value, split), axis + 1, 0, step - 1);
  const joined = reshapeTo(g, padded, value.shape.with(axis, count * step));
  return sliceAxis(g, joined, axis, 0, (count - 1) * step + 1);
}
