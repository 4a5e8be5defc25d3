import { finiteNumber, valueText } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { add, mul, sub } from "../ops/index.ts";
import { at, type Shape, sameShape, shapeText, sizeOf, stridesOf, type Tensor } from "../tensor/index.ts";
import { apiAxes, apiShape, broadcastAlong } from "./feature.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";

/** Keras's epsilon: no standard deviation counts as less. */
const LEAST_DEVIATION = 1e-7;

/** The options of `normalization`. */
export interface NormalizationOptions extends LayerOptions {
  /**
   * The axis, or the axes, along which each place has a mean and a variance of its own, the batch being 0; null: one for
   * all. Default -1.
   */
  readonly axis?: number | readonly number[] | null;
  /** Both or neither; without them `adapt` finds them. A list for an axis, nested lists for several, as in Keras. */
  readonly mean?: Nested;
  /** The square of the standard deviation. */
  readonly variance?: Nested;
  /** Undo a normalization: x deviation + mean. Default false. */
  readonly invert?: boolean;
}

/** What `normalization` makes: a layer that can measure its statistics itself. */
export interface NormalizationLayer extends Layer {
  /**
   * Takes the mean and the variance of these examples, as Keras's `adapt`.
   * @param examples [n, ...inputShape]
   */
  adapt(examples: Tensor): void;
}

/** One number, a list for one axis, lists of lists for more. */
export type Nested = number | readonly Nested[];

interface Moments {
  readonly mean: Nested;
  readonly variance: Nested;
}

/**
 * (x - mean) / sqrt(variance), as Keras's Normalization. Any shape.
 * @example const layer = normalization(); layer.adapt(pictures);
 * @throws StriateError `usage` for a negative variance or one without a mean, `shape` when a list does not fit the axis.
 */
export function normalization(options: NormalizationOptions = {}): NormalizationLayer {
  const type = "normalization";
  const checked = layerOptions(type, options, { axis: true, mean: true, variance: true, invert: true });
  const { axis = -1, invert = false } = options;
  const axesOf = (input: Shape) => (axis === null || isEmpty(axis) ? [] : apiAxes(axis, input));
  let moments = momentsGiven(type, options);
  const known = (): Moments => {
    if (moments) return moments;
    throw new StriateError("usage", "it has no mean and variance yet: call its adapt(examples) before, or give both");
  };
  const layer = defineUnaryLayer({
    type,
    options: { ...checked, ...moments },
    outputShape: (input) => {
      const { mean, variance } = known();
      checkFits("mean", mean, axesOf(input), input);
      checkFits("variance", variance, axesOf(input), input);
      return input;
    },
    build: ({ g }, input) => {
      const { mean, variance } = known();
      const axes = axesOf(apiShape(input));
      const along = (numbers: Nested, change: (number: number) => number) => {
        // From the last of the axes on, as shapes broadcast.
        const shape = shapeOf(numbers);
        const value = g.numbers(input.value.dtype, shape, flat(numbers).map(change));
        return shape.length === 0 ? value : broadcastAlong(g, value, input, axes.slice(axes.length - shape.length));
      };
      const means = along(mean, (m) => m);
      const factors = along(variance, (v) => {
        const deviation = Math.max(Math.sqrt(v), LEAST_DEVIATION);
        return invert ? deviation : 1 / deviation;
      });
      const x = input.value;
      const value = invert ? g.op(add, [g.op(mul, [x, factors]), means]) : g.op(mul, [g.op(sub, [x, means]), factors]);
      return { ...input, value };
    },
  });
  return Object.assign(layer, {
    adapt: (examples: Tensor) => {
      moments = momentsOf(examples, axesOf(examples.shape.slice(1)));
      Object.assign(layer.config, moments);
    },
  });
}

function isEmpty(axis: number | readonly number[]): boolean {
  return Array.isArray(axis) && axis.length === 0;
}

function momentsGiven(type: string, { mean, variance, axis = -1 }: NormalizationOptions): Moments | undefined {
  if (mean === undefined && variance === undefined) return undefined;
  if (mean === undefined || variance === undefined) {
    throw new StriateError("usage", `${type}: mean and variance go together; give both, or neither and call adapt`);
  }
  const most = axis === null ? 0 : [axis].flat().length;
  for (const [option, numbers] of Object.entries({ mean, variance })) {
    const least = option === "variance" ? { least: 0 } : {};
    for (const number of flat(numbers)) finiteNumber(type, option, number, least);
    const rank = shapeOf(numbers).length;
    if (rank > most) {
      const needs =
        most === 0 ? "one number" : `a number or ${most === 1 ? "a list" : `lists of at most ${most} levels`}`;
      throw new StriateError(
        "usage",
        `${type}: with axis ${valueText(axis)}, ${option} is ${needs}, received ${valueText(numbers)}`,
      );
    }
  }
  const [means, variances] = [shapeOf(mean), shapeOf(variance)];
  if (sameShape(means, variances)) return { mean, variance };
  // Keras takes no others than two of the same shape.
  if (means.length === 0) return { mean: filled(mean, variances), variance };
  if (variances.length === 0) return { mean, variance: filled(variance, means) };
  throw new StriateError(
    "usage",
    `${type}: mean and variance have the same shape, received ${shapeText(means)} and ${shapeText(variances)}`,
  );
}

function filled(number: Nested, shape: Shape): Nested {
  return nested(new Array<number>(sizeOf(shape)).fill(Number(number)), shape);
}

/** @throws StriateError `shape` unless the lists have the sizes of the last of the axes. */
function checkFits(option: string, numbers: Nested, axes: readonly number[], input: Shape): void {
  const shape = shapeOf(numbers);
  const sizes = axes.slice(axes.length - shape.length).map((axis) => at(input, axis - 1));
  if (sameShape(shape, sizes) && flat(numbers).length === sizeOf(shape)) return;
  const what = axes.length === 1 ? `axis ${axes[0]}` : `axes ${axes.join(", ")}`;
  throw new StriateError(
    "shape",
    `its ${option} has ${shape.join("x")} numbers, but ${what} of ${shapeText(input)} has ${sizes.join("x")}`,
  );
}

function flat(numbers: Nested): readonly number[] {
  return typeof numbers === "number" ? [numbers] : numbers.flatMap(flat);
}

/** The sizes of nested lists, by the first element of each. */
function shapeOf(numbers: Nested): Shape {
  if (typeof numbers === "number") return [];
  const [first = 0] = numbers;
  return [numbers.length, ...shapeOf(first)];
}

/** Numbers in row-major order as nested lists. */
export function nested(numbers: readonly number[], shape: Shape): Nested {
  const [size, ...inner] = shape;
  if (size === undefined) return numbers[0] ?? 0;
  const step = sizeOf(inner);
  return Array.from({ length: size }, (_, i) => nested(numbers.slice(i * step, (i + 1) * step), inner));
}

/** Two passes over the numbers in float64: the means, then the mean squares of what lies around them. */
function momentsOf({ shape, data }: Tensor, axes: readonly number[]): Moments {
  const [examples = 0] = shape;
  if (examples === 0 || sizeOf(shape) === 0) {
    throw new StriateError("data", `adapt needs at least one example, received ${shapeText(shape)}`);
  }
  const sizes = axes.map((axis) => at(shape, axis));
  const places = sizeOf(sizes);
  const strides = stridesOf(shape);
  const placeStrides = stridesOf(sizes);
  const placeOf = (i: number) =>
    axes.reduce((sum, axis, k) => sum + (Math.floor(i / at(strides, axis)) % at(shape, axis)) * at(placeStrides, k), 0);
  const count = data.length / places;
  const meanOf = (term: (x: number, place: number) => number): number[] => {
    const sums = new Array<number>(places).fill(0);
    for (let i = 0; i < data.length; i++) {
      const place = placeOf(i);
      sums[place] = at(sums, place) + term(Number(data[i]), place);
    }
    return sums.map((sum) => sum / count);
  };
  const mean = meanOf((x) => x);
  const variance = meanOf((x, place) => (x - at(mean, place)) ** 2);
  return { mean: nested(mean, sizes), variance: nested(variance, sizes) };
}
