// Pictures resampled where a grid says (Jaderberg et al. 2015, "Spatial Transformer Networks"). All is built of gathering and
// arithmetic, so that it has gradients by the picture and by the grid.
import { StriateError } from "../../errors.ts";
import type { Value } from "../../graph/index.ts";
import {
  abs,
  clip,
  equal,
  expand,
  floor,
  formula,
  gatherElements,
  matMul,
  round,
  sliceAxis,
  transpose,
} from "../../ops/index.ts";
import { at, type Shape, sizeOf, stridesOf, toNumbers } from "../../tensor/index.ts";
import {
  addOne,
  castInto,
  type Importer,
  input,
  int,
  intList,
  known,
  type NodeContext,
  reshaped,
  text,
} from "./context.ts";

/** The coefficient of the cubic kernel, which is PyTorch's. */
const CUBIC = -0.75;

/** A neighbour along one axis: its index, and what it counts. */
interface Neighbour {
  readonly index: Value;
  readonly weight: Value | undefined;
}

const MODES: ReadonlyMap<string, string> = new Map([
  ["linear", "linear"],
  ["bilinear", "linear"],
  ["cubic", "cubic"],
  ["bicubic", "cubic"],
  ["nearest", "nearest"],
]);

/** The place as it is thrown back and forth between two ends. */
function reflected(context: NodeContext, place: Value, low: number, high: number): Value {
  const f = formula(context.g, place);
  const span = high - low;
  if (span === 0) return f.mul(place, 0);
  const away = context.g.op(abs, [f.sub(place, low)]);
  const phase = f.sub(away, f.mul(context.g.op(floor, [f.div(away, 2 * span)]), 2 * span));
  // A triangle: span - |phase - span|
  return f.add(f.sub(span, context.g.op(abs, [f.sub(phase, span)])), low);
}

/** Keys's kernel for the neighbours at -1, 0, 1 and 2, `t` being how far the place is past the one at 0. */
function cubicWeights(context: NodeContext, t: Value): Value[] {
  const f = formula(context.g, t);
  const near = (x: Value) => f.add(f.mul(f.mul(f.sub(f.mul(x, CUBIC + 2), CUBIC + 3), x), x), 1);
  const far = (x: Value) => f.sub(f.mul(f.add(f.mul(f.sub(f.mul(x, CUBIC), 5 * CUBIC), x), 8 * CUBIC), x), 4 * CUBIC);
  return [far(f.add(t, 1)), near(t), near(f.sub(1, t)), far(f.sub(2, t))];
}

/** The neighbours of all places along an axis of `size` elements; those outside count as the padding says. */
function neighbours(context: NodeContext, coordinate: Value, size: number, mode: string, padding: string): Neighbour[] {
  const { g } = context;
  const f = formula(g, coordinate);
  const aligned = int(context, "align_corners", 0) !== 0;
  const [low, high] = aligned ? [0, size - 1] : [-0.5, size - 0.5];
  const clipped = (value: Value) => g.op(clip, [value, g.scalar(value, 0), g.scalar(value, size - 1)]);
  const within = (value: Value) =>
    padding === "reflection" ? clipped(reflected(context, value, low, high)) : clipped(value);
  const scaled = aligned
    ? f.mul(f.add(coordinate, 1), (size - 1) / 2)
    : f.div(f.sub(f.mul(f.add(coordinate, 1), size), 1), 2);
  const place = padding === "zeros" || mode === "cubic" ? scaled : within(scaled);
  const base = g.op(mode === "nearest" ? round : floor, [place]);
  const t = f.sub(place, base);
  const weights = mode === "nearest" ? [undefined] : mode === "linear" ? [f.sub(1, t), t] : cubicWeights(context, t);
  const first = mode === "cubic" ? -1 : 0;
  return weights.map((weight, i) => {
    const index = f.add(base, first + i);
    const inside = within(index);
    if (padding !== "zeros") return { index: inside, weight };
    const mask = castInto(context, g.op(equal, [index, inside]), index.dtype);
    return { index: inside, weight: weight ? f.mul(weight, mask) : mask };
  });
}

const gridSample: Importer = (context) => {
  const { g } = context;
  const [X, grid] = [input(context, 0), input(context, 1)];
  const [batch = 0, channels = 0, ...size] = X.shape;
  const places = grid.shape.slice(1, -1);
  const mode = MODES.get(text(context, "mode", "linear"));
  const padding = text(context, "padding_mode", "zeros");
  if (!mode || !["zeros", "border", "reflection"].includes(padding) || grid.shape.at(-1) !== size.length) {
    throw new StriateError(
      "data",
      `GridSample: mode ${text(context, "mode", "linear")}, padding_mode ${padding}, a grid of [${grid.shape.join(",")}] ` +
        `for [${X.shape.join(",")}] cannot be computed`,
    );
  }
  const count = sizeOf(places);
  // The last axis of the picture comes first in the grid.
  const along = size.map((length, axis) => {
    const part = sliceAxis(g, grid, grid.shape.length - 1, size.length - 1 - axis, size.length - axis);
    return neighbours(
      context,
      castInto(context, reshaped(context, part, [batch, 1, count]), X.dtype),
      length,
      mode,
      padding,
    );
  });
  const flat = reshaped(context, X, [batch, channels, sizeOf(size)]);
  const strides = stridesOf(size);
  const f = formula(g, X);
  const corners = along.reduce<readonly (readonly Neighbour[])[]>(
    (lists, next) => lists.flatMap((list) => next.map((neighbour) => [...list, neighbour])),
    [[]],
  );
  const terms = corners.map((corner) => {
    const index = corner.map(({ index }, axis) => f.mul(index, at(strides, axis))).reduce((a, b) => f.add(a, b));
    const shape: Shape = [batch, channels, count];
    const whole = addOne(context, expand, [castInto(context, index, "int64"), intList(context, shape)]);
    const taken = addOne(context, gatherElements, [flat, whole], { axis: 2 });
    const weights = corner.flatMap(({ weight }) => weight ?? []);
    return weights.length === 0
      ? taken
      : f.mul(
          taken,
          weights.reduce((a, b) => f.mul(a, b)),
        );
  });
  return [
    reshaped(
      context,
      terms.reduce((a, b) => f.add(a, b)),
      [batch, channels, ...places],
    ),
  ];
};

/** The places of a picture's elements under an affine map: [batch, (depth,) height, width, 2 or 3]. */
const affineGrid: Importer = (context) => {
  const { g } = context;
  const theta = input(context, 0);
  const [batch = 0, , ...size] = toNumbers(known(context, "size", input(context, 1)));
  const aligned = int(context, "align_corners", 0) !== 0;
  const rank = size.length;
  const count = sizeOf(size);
  context.spend(count * (rank + 1));
  const place = (i: number, length: number) => {
    if (aligned) return length === 1 ? 0 : -1 + (2 * i) / (length - 1);
    return (2 * i + 1) / length - 1;
  };
  const strides = stridesOf(size);
  const numbers: number[] = [];
  for (let i = 0; i < count; i++) {
    const indices = size.map((length, axis) => place(Math.floor(i / at(strides, axis)) % length, length));
    numbers.push(...indices.reverse(), 1);
  }
  const base = g.numbers(theta.dtype, [count, rank + 1], numbers);
  const turned = addOne(context, transpose, [theta], { perm: [0, 2, 1] });
  return [reshaped(context, addOne(context, matMul, [base, turned]), [batch, ...size, rank])];
};

export const GRIDS: Readonly<Record<string, Importer>> = { GridSample: gridSample, AffineGrid: affineGrid };
