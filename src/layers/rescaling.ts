import { StriateError } from "../errors.ts";
import { add, mul, sub } from "../ops/index.ts";
import { type Shape, shapeText } from "../tensor/index.ts";
import { apiAxis, apiShape, numbersAlong } from "./feature.ts";
import { defineLayer, type Layer, type LayerOptions } from "./layer.ts";
import { finiteNumber } from "./options.ts";

/** One number for all, or one for each place along an axis. */
type Numbers = number | readonly number[];

function finiteNumbers(layer: string, option: string, given: Numbers, least?: number): Numbers {
  if (typeof given === "number") return finiteNumber(layer, option, given, least);
  return given.map((number) => finiteNumber(layer, option, number, least));
}

/** @throws StriateError `shape` unless there is one number for each place along the axis. */
function checkCount(option: string, given: Numbers, axis: number, input: Shape): void {
  const size = input[apiAxis(axis, input) - 1];
  if (typeof given === "number" || given.length === size) return;
  throw new StriateError(
    "shape",
    `its ${option} has ${given.length} numbers, but axis ${axis} of ${shapeText(input)} has ${size}`,
  );
}

export interface RescalingOptions extends LayerOptions {
  /** One factor, or one for each place along the last axis. */
  readonly scale: Numbers;
  /** Default 0. */
  readonly offset?: Numbers;
}

/**
 * x scale + offset, as Keras's Rescaling. Any shape.
 * @example rescaling({ scale: 1 / 127.5, offset: -1 }) // 0..255 to -1..1
 * @throws StriateError `shape` when a list does not fit the last axis.
 */
export function rescaling(options: RescalingOptions): Layer {
  const type = "rescaling";
  const scale = finiteNumbers(type, "scale", options.scale);
  const offset = finiteNumbers(type, "offset", options.offset ?? 0);
  return defineLayer({
    type,
    options,
    outputShape: (input) => {
      checkCount("scale", scale, -1, input);
      checkCount("offset", offset, -1, input);
      return input;
    },
    build: ({ g }, input) => {
      const along = apiAxis(-1, apiShape(input));
      const scaled = g.op(mul, [input.value, numbersAlong(g, input, along, scale)]);
      if (offset === 0) return { ...input, value: scaled };
      return { ...input, value: g.op(add, [scaled, numbersAlong(g, input, along, offset)]) };
    },
  });
}

/** Keras's epsilon: no standard deviation counts as less. */
const LEAST_DEVIATION = 1e-7;

export interface NormalizationOptions extends LayerOptions {
  /** The axis that has a mean and a variance for each place, the batch being 0. Default -1. */
  readonly axis?: number;
  readonly mean: Numbers;
  /** The square of the standard deviation. */
  readonly variance: Numbers;
  /** Undo a normalization: x deviation + mean. Default false. */
  readonly invert?: boolean;
}

/**
 * (x - mean) / sqrt(variance), as Keras's Normalization with both of them given. Any shape.
 * @throws StriateError `usage` for a negative variance, `shape` when a list does not fit the axis.
 */
export function normalization(options: NormalizationOptions): Layer {
  const type = "normalization";
  const { axis = -1, invert = false } = options;
  const mean = finiteNumbers(type, "mean", options.mean);
  const variance = finiteNumbers(type, "variance", options.variance, 0);
  const deviationOf = (number: number) => Math.max(Math.sqrt(number), LEAST_DEVIATION);
  const factorOf = (number: number) => (invert ? deviationOf(number) : 1 / deviationOf(number));
  const factor = typeof variance === "number" ? factorOf(variance) : variance.map(factorOf);
  return defineLayer({
    type,
    options,
    outputShape: (input) => {
      checkCount("mean", mean, axis, input);
      checkCount("variance", variance, axis, input);
      return input;
    },
    build: ({ g }, input) => {
      const along = apiAxis(axis, apiShape(input));
      const means = numbersAlong(g, input, along, mean);
      const factors = numbersAlong(g, input, along, factor);
      const x = input.value;
      const value = invert ? g.op(add, [g.op(mul, [x, factors]), means]) : g.op(mul, [g.op(sub, [x, means]), factors]);
      return { ...input, value };
    },
  });
}
