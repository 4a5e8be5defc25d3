import { finiteNumber, wholeNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import {
  castTo,
  clip,
  elu as eluOp,
  formula,
  greater,
  leakyRelu,
  mul,
  pRelu,
  relu,
  transposeBy,
} from "../ops/index.ts";
import { type Shape, shapeText } from "../tensor/index.ts";
import type { Constraint, ConstraintName } from "./constraints.ts";
import type { Initializer, InitializerName } from "./initializers.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import type { Regularizer, RegularizerName } from "./regularizers.ts";
import { weightOf } from "./weights.ts";

/** The options of `reLU`. */
export interface ReLUOptions extends LayerOptions {
  /** What the output stops at. Default: nothing. */
  readonly maxValue?: number;
  /** Slope below the threshold. Default 0. */
  readonly negativeSlope?: number;
  /** Where the output begins to follow the input. Default 0. */
  readonly threshold?: number;
}

/**
 * The rectified linear unit with a ceiling, a slope and a threshold, as Keras's ReLU: maxValue where x >= maxValue, x
 * from the threshold to there, negativeSlope (x - threshold) below. Any shape.
 * @throws StriateError `usage` for a negative option.
 */
export function reLU(options: ReLUOptions = {}): Layer {
  const type = "reLU";
  const checked = layerOptions(type, options, { maxValue: true, negativeSlope: true, threshold: true });
  const slope = finiteNumber(type, "negativeSlope", options.negativeSlope ?? 0, { least: 0 });
  const threshold = finiteNumber(type, "threshold", options.threshold ?? 0, { least: 0 });
  const most =
    options.maxValue === undefined ? undefined : finiteNumber(type, "maxValue", options.maxValue, { least: 0 });
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => input,
    build: ({ g }, { value: x, moved }) => {
      if (most === undefined && threshold === 0 && slope > 0) {
        return { value: g.op(leakyRelu, [x], { alpha: slope }), moved };
      }
      const f = formula(g, x);
      const isAbove = () => castTo(g, g.op(greater, [x, g.scalar(x, threshold)]), x.dtype);
      const open = threshold === 0 ? g.op(relu, [x]) : g.op(mul, [x, isAbove()]);
      const above = most === undefined ? open : g.op(clip, [open, undefined, g.scalar(x, most)]);
      if (slope === 0) return { value: above, moved };
      const below = g.op(relu, [f.sub(threshold, x)]);
      return { value: f.sub(above, f.mul(below, slope)), moved };
    },
  });
}

/** x where it is positive, negativeSlope x elsewhere, as Keras's LeakyReLU; negativeSlope is 0.3 unless given. */
export function leakyReLU(options: LayerOptions & { readonly negativeSlope?: number } = {}): Layer {
  const checked = layerOptions("leakyReLU", options, { negativeSlope: true });
  const alpha = finiteNumber("leakyReLU", "negativeSlope", options.negativeSlope ?? 0.3);
  return defineUnaryLayer({
    type: "leakyReLU",
    options: checked,
    outputShape: (input) => input,
    build: ({ g }, { value, moved }) => ({ value: g.op(leakyRelu, [value], { alpha }), moved }),
  });
}

/** x where it is positive, alpha (exp(x) - 1) elsewhere, as Keras's ELU (Clevert et al. 2016); alpha is 1 unless given. */
export function elu(options: LayerOptions & { readonly alpha?: number } = {}): Layer {
  const checked = layerOptions("elu", options, { alpha: true });
  const alpha = finiteNumber("elu", "alpha", options.alpha ?? 1);
  return defineUnaryLayer({
    type: "elu",
    options: checked,
    outputShape: (input) => input,
    build: ({ g }, { value, moved }) => ({ value: g.op(eluOp, [value], { alpha }), moved }),
  });
}

/** The options of `pReLU`. */
export interface PReLUOptions extends LayerOptions {
  /** Default `zeros`. */
  readonly alphaInitializer?: InitializerName | Initializer;
  /** What large slopes cost in training. Default: none. */
  readonly alphaRegularizer?: RegularizerName | Regularizer;
  /** What slopes are made to fulfil after each step of training: `nonNeg`, ... Default: nothing. */
  readonly alphaConstraint?: ConstraintName | Constraint;
  /** Axes along which one slope serves, the first after the batch being 1: [1, 2] for a slope a channel. Default none. */
  readonly sharedAxes?: readonly number[];
}

/**
 * The parametric ReLU, as Keras's PReLU (He et al. 2015): x where it is positive, alpha x elsewhere, with alpha learnt.
 * Weights: alpha, of the input's shape with 1 for the shared axes.
 * @throws StriateError `usage` for an option that cannot be, `shape` when the input lacks a shared axis.
 */
export function pReLU(options: PReLUOptions = {}): Layer {
  const type = "pReLU";
  const checked = layerOptions(type, options, {
    alphaInitializer: true,
    alphaRegularizer: true,
    alphaConstraint: true,
    sharedAxes: true,
  });
  const sharedAxes = (options.sharedAxes ?? []).map((axis) => wholeNumber(type, "sharedAxes", axis));
  const slopes = weightOf(type, "alpha", {
    initializer: options.alphaInitializer ?? "zeros",
    regularizer: options.alphaRegularizer,
    constraint: options.alphaConstraint,
  });
  const alphaShape = (input: Shape) => input.map((size, i) => (sharedAxes.includes(i + 1) ? 1 : size));
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      const missing = sharedAxes.find((axis) => axis > input.length);
      if (missing === undefined) return input;
      throw new StriateError("shape", `its sharedAxes name axis ${missing}, which ${shapeText(input)} does not have`);
    },
    weights: (input) => [slopes(alphaShape(input))],
    build: ({ g, weight }, { value, moved }) => {
      const alpha = moved ? transposeBy(g, weight("alpha"), [2, 0, 1]) : weight("alpha");
      return { value: g.op(pRelu, [value, alpha]), moved };
    },
  });
}
