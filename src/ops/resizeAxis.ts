import { StriateError } from "../errors.ts";
import { at, type Shape, sizeOf } from "../tensor/index.ts";

/** How Resize finds its place in the input, and what it makes of the neighbours there. */
export interface ResizeRule {
  readonly mode: string;
  readonly coordinate_transformation_mode: string;
  readonly nearest_mode: string;
  /** The `a` of the cubic kernel (Keys 1981). */
  readonly cubic_coeff_a: number;
  /** Cubic only: neighbours beyond the border count nothing, in place of repeating the border. */
  readonly exclude_outside: number;
  /** Where something becomes smaller, the kernel is widened to take in all that falls into an output. */
  readonly antialias: number;
}

/** The part of an axis that is resized, from 0 to 1; the whole when there is none. */
export type Crop = readonly [start: number, end: number];

/** Resizing is a matrix along each axis: row-major [to, from], every output being a mix of inputs. */
export interface AxisResize {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly weights: Float64Array;
}

/** The mode in which a part of the input is resized, and places outside get a value of their own. */
export const CROP_MODE = "tf_crop_and_resize";

/** Where output `x` lies in the input, by the names and formulas of ONNX's `coordinate_transformation_mode`. */
function sourcePlace(rule: ResizeRule, x: number, from: number, to: number, scale: number, crop: Crop): number {
  const half = (x + 0.5) / scale - 0.5;
  switch (rule.coordinate_transformation_mode) {
    case "half_pixel":
      return half;
    case "half_pixel_symmetric":
      return (from / 2) * (1 - to / (scale * from)) + half;
    case "pytorch_half_pixel":
      return to > 1 ? half : 0;
    // The length that the scale asks for, which is not whole when the output's was rounded down.
    case "align_corners":
      return to > 1 ? (x * (from - 1)) / (scale * from - 1) : 0;
    case "asymmetric":
      return x / scale;
    case CROP_MODE: {
      const [start, end] = crop;
      return (from - 1) * (to > 1 ? start + (x * (end - start)) / (to - 1) : (start + end) / 2);
    }
    default:
      throw new StriateError(
        "usage",
        `Resize: coordinate_transformation_mode ${rule.coordinate_transformation_mode} is not supported`,
      );
  }
}

/** Keys's cubic convolution: the weight of a neighbour at this distance, which is less than 2. */
function cubicKernel(distance: number, a: number): number {
  return distance <= 1
    ? ((a + 2) * distance - (a + 3)) * distance * distance + 1
    : ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
}

/** The neighbours of a place and their weights, as yet without regard to the borders. */
function neighbours(rule: ResizeRule, place: number): [index: number, weight: number][] {
  const { mode, nearest_mode } = rule;
  if (mode === "linear") {
    const low = Math.floor(place);
    return [
      [low, low + 1 - place],
      [low + 1, place - low],
    ];
  }
  if (mode === "cubic") {
    const low = Math.floor(place);
    return [-1, 0, 1, 2].map((step) => [low + step, cubicKernel(Math.abs(place - low - step), rule.cubic_coeff_a)]);
  }
  if (mode !== "nearest") {
    throw new StriateError("usage", `Resize: mode must be nearest, linear or cubic, received ${mode}`);
  }
  switch (nearest_mode) {
    case "round_prefer_floor":
      return [[Math.ceil(place - 0.5), 1]];
    case "round_prefer_ceil":
      return [[Math.floor(place + 0.5), 1]];
    case "floor":
      return [[Math.floor(place), 1]];
    case "ceil":
      return [[Math.ceil(place), 1]];
    default:
      throw new StriateError("usage", `Resize: nearest_mode ${nearest_mode} is not one of ONNX's`);
  }
}

/** All inputs under the kernel, which is as wide as an output where that is wider than an input; they sum to 1. */
function widened({ mode, cubic_coeff_a }: ResizeRule, place: number, scale: number): [index: number, weight: number][] {
  const reach = (mode === "cubic" ? 2 : 1) / scale;
  const all: [index: number, weight: number][] = [];
  for (let index = Math.floor(place - reach) + 1; index < place + reach; index++) {
    const distance = Math.abs(index - place) * scale;
    all.push([index, mode === "cubic" ? cubicKernel(distance, cubic_coeff_a) : 1 - distance]);
  }
  const sum = all.reduce((total, [, weight]) => total + weight, 0);
  return all.map(([index, weight]) => [index, weight / sum]);
}

/** The neighbours that count: all, unless those outside are excluded and the others make up for them. */
function withinBorders(
  rule: ResizeRule,
  place: number,
  size: number,
  scale: number,
): [index: number, weight: number][] {
  if (rule.coordinate_transformation_mode === CROP_MODE && isOutside(place, size)) return [];
  const wide = rule.antialias && rule.mode !== "nearest" && scale < 1;
  const all = wide ? widened(rule, place, scale) : neighbours(rule, place);
  if (!rule.exclude_outside || rule.mode !== "cubic") return all;
  const inside = all.filter(([index]) => index >= 0 && index < size);
  const sum = inside.reduce((total, [, weight]) => total + weight, 0);
  return inside.map(([index, weight]) => [index, weight / sum]);
}

function isOutside(place: number, size: number): boolean {
  return place < 0 || place > size - 1;
}

/** The outputs along an axis that lie outside of the input. */
export function outside(rule: ResizeRule, from: number, to: number, scale: number, crop: Crop): boolean[] {
  return Array.from({ length: to }, (_, x) => isOutside(sourcePlace(rule, x, from, to, scale, crop), from));
}

/** @throws StriateError `usage` that names what is not supported. */
export function checkRule(rule: ResizeRule): void {
  neighbours(rule, sourcePlace(rule, 0, 1, 1, 1, WHOLE));
}

const WHOLE: Crop = [0, 1];

/** The matrices of all axes whose size or scale changes; beyond the borders the border repeats. */
export function axisResizes(
  input: Shape,
  output: Shape,
  scales: readonly number[],
  rule: ResizeRule,
  crops: readonly Crop[],
): AxisResize[] {
  return input.flatMap((from, axis) => {
    const [to, scale, crop] = [at(output, axis), at(scales, axis), crops[axis] ?? WHOLE];
    if (from === to && scale === 1 && crop[0] === 0 && crop[1] === 1) return [];
    const weights = new Float64Array(to * from);
    for (let x = 0; x < to; x++) {
      for (const [index, weight] of withinBorders(rule, sourcePlace(rule, x, from, to, scale, crop), from, scale)) {
        const place = x * from + Math.min(Math.max(index, 0), from - 1);
        weights[place] = at(weights, place) + weight;
      }
    }
    return [{ axis, from, to, weights }];
  });
}

/** The same matrix for the way back: [from, to]. */
export function transposed({ axis, from, to, weights }: AxisResize): AxisResize {
  const turned = weights.map((_, i) => at(weights, (i % to) * from + Math.floor(i / to)));
  return { axis, from: to, to: from, weights: turned };
}

/** How often each input is repeated in a row, when that is all that the matrix does. */
export function repetition({ from, to, weights }: AxisResize): number | undefined {
  const times = to / from;
  const repeats = weights.every(
    (weight, i) => weight === (Math.floor(Math.floor(i / from) / times) === i % from ? 1 : 0),
  );
  return Number.isInteger(times) && repeats ? times : undefined;
}

/** The matrix applied to one axis of a tensor. */
export function applyAxis(data: Float64Array, shape: Shape, { axis, from, to, weights }: AxisResize): Float64Array {
  const [outer, inner] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
  const result = new Float64Array(outer * to * inner);
  for (let o = 0; o < outer; o++) {
    for (let x = 0; x < to; x++) {
      for (let k = 0; k < from; k++) {
        const weight = at(weights, x * from + k);
        if (weight === 0) continue;
        const [into, source] = [(o * to + x) * inner, (o * from + k) * inner];
        for (let i = 0; i < inner; i++) result[into + i] = at(result, into + i) + weight * at(data, source + i);
      }
    }
  }
  return result;
}
