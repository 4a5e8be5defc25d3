import { finiteNumber } from "../checks/index.ts";
import type { GraphBuilder, Value } from "../graph/index.ts";
import { add, batchNormalization as batchNormOp, batchNormTraining, mul, transposeBy } from "../ops/index.ts";
import { at } from "../tensor/index.ts";
import { AFFINE, type AffineOptions, affineWeights } from "./affine.ts";
import { apiAxis, apiShape, axisInGraph, type Feature } from "./feature.ts";
import { type Initializer, type InitializerName, initializer } from "./initializers.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import type { WeightSpec } from "./variable.ts";

/** The options of `batchNormalization`. */
export interface BatchNormalizationOptions extends LayerOptions, AffineOptions {
  /** The axis that is normalized by itself, the batch being 0. Default -1: the channels of pictures. */
  readonly axis?: number;
  /** How much of the moving statistics stays at a step. Default 0.99. */
  readonly momentum?: number;
  /** Added to the variance. Default 0.001. */
  readonly epsilon?: number;
  /** Default `zeros`. */
  readonly movingMeanInitializer?: InitializerName | Initializer;
  /** Default `ones`. */
  readonly movingVarianceInitializer?: InitializerName | Initializer;
}

/**
 * Batch normalization (Ioffe and Szegedy 2015), as Keras's BatchNormalization: gamma (x - mean) / sqrt(variance +
 * epsilon) + beta along an axis, any shape.
 *
 * In training, mean and variance (the biased one) are the batch's, and the moving ones follow: moving momentum + batch
 * (1 - momentum). Elsewhere the moving ones are used. With `trainable` false, of the layer or of a model around it,
 * the layer also uses its moving statistics in training, and nothing of it changes.
 *
 * Weights: gamma, beta, movingMean, movingVariance, one number each for every place along the axis.
 * @throws StriateError `shape` when the input has no such axis, `usage` for a number that cannot be.
 */
export function batchNormalization(options: BatchNormalizationOptions = {}): Layer {
  const type = "batchNormalization";
  const checked = layerOptions(type, options, {
    ...AFFINE,
    axis: true,
    momentum: true,
    epsilon: true,
    movingMeanInitializer: true,
    movingVarianceInitializer: true,
  });
  const { axis = -1, center = true, scale = true } = options;
  finiteNumber(type, "momentum", options.momentum ?? DEFAULT_MOMENTUM, { least: 0 });
  const epsilon = finiteNumber(type, "epsilon", options.epsilon ?? 1e-3, { least: 0 });
  const affine = affineWeights(type, options);
  const meanInitializer = initializer(type, options.movingMeanInitializer ?? "zeros");
  const varianceInitializer = initializer(type, options.movingVarianceInitializer ?? "ones");
  const layer = defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      apiAxis(axis, input);
      return input;
    },
    weights: (input): WeightSpec[] => {
      const shape = [at(input, apiAxis(axis, input) - 1)];
      return [
        ...affine(shape),
        { name: "movingMean", shape, initializer: meanInitializer, trainable: false },
        { name: "movingVariance", shape, initializer: varianceInitializer, trainable: false },
      ];
    },
    build: ({ g, training, trainable, weight, update }, input) => {
      const { feature, back } = axisFirst(g, input, axisInGraph(input, apiAxis(axis, apiShape(input))));
      const size = at(feature.value.shape, 1);
      const all = (number: number) => g.numbers("float32", [size], new Array<number>(size).fill(number));
      const gamma = scale ? weight("gamma") : all(1);
      const beta = center ? weight("beta") : all(0);
      const [mean, variance] = [weight("movingMean"), weight("movingVariance")];
      if (!training || !trainable) {
        return back(g.op(batchNormOp, [feature.value, gamma, beta, mean, variance], { epsilon }));
      }
      const momentum = batchNormMomentum(layer);
      const outputs = g.ops(batchNormTraining, [feature.value, gamma, beta], { epsilon });
      const follow = (moving: Value, batch: Value) =>
        g.op(add, [g.op(mul, [moving, g.scalar(moving, momentum)]), g.op(mul, [batch, g.scalar(batch, 1 - momentum)])]);
      update("movingMean", follow(mean, at(outputs, 1)));
      update("movingVariance", follow(variance, at(outputs, 2)));
      return back(at(outputs, 0));
    },
  });
  return layer;
}

const DEFAULT_MOMENTUM = 0.99;

/** How much of the moving statistics of a `batchNormalization` stays at a step. */
export function batchNormMomentum({ config }: Layer): number {
  return typeof config.momentum === "number" ? config.momentum : DEFAULT_MOMENTUM;
}

/**
 * Sets it, for the training graphs that are built from then on.
 * @throws StriateError `usage` for a number that cannot be one
 */
export function setBatchNormMomentum(layer: Layer, momentum: number): void {
  const config: Record<string, unknown> = layer.config;
  config.momentum = finiteNumber("batchNormalization", "momentum", momentum, { least: 0 });
}

/** The feature with a graph axis in place 1, where ONNX has the channels, and the way back from there. */
function axisFirst(g: GraphBuilder, feature: Feature, axis: number) {
  if (axis === 1) return { feature, back: (value: Value): Feature => ({ ...feature, value }) };
  const { value, moved } = feature;
  const rank = value.shape.length;
  if (!moved && rank === 4 && axis === 3) {
    // A picture in the API's order goes on with its channels first.
    const first = { value: transposeBy(g, value, [0, 3, 1, 2]), moved: true };
    return { feature: first, back: (result: Value): Feature => ({ value: result, moved: true }) };
  }
  const others = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== 0 && i !== axis);
  const permutation = [0, axis, ...others];
  const inverse = permutation.map((_, i) => permutation.indexOf(i));
  return {
    feature: { value: transposeBy(g, value, permutation), moved },
    back: (result: Value): Feature => ({ value: transposeBy(g, result, inverse), moved }),
  };
}
