import { finiteNumber } from "../checks/index.ts";
import { add, layerNormalization as layerNormOp, mul, normalize } from "../ops/index.ts";
import { at } from "../tensor/index.ts";
import { AFFINE, type AffineOptions, affineWeights } from "./affine.ts";
import { apiAxes, apiShape, axisInGraph, broadcastAlong, inApiOrder } from "./feature.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";

/** The options of `layerNormalization`. */
export interface LayerNormalizationOptions extends LayerOptions, AffineOptions {
  /** The axes over which mean and variance are taken, the batch being 0. Default -1: the channels of each pixel. */
  readonly axis?: number | readonly number[];
  /** Added to the variance. Default 0.001. */
  readonly epsilon?: number;
}

/**
 * Layer normalization (Ba et al. 2016), as Keras's LayerNormalization: gamma (x - mean) / sqrt(variance + epsilon) + beta,
 * mean and variance being each example's own. Any shape. Weights: gamma and beta, of the sizes of the axes.
 * @throws StriateError `shape` when the input has no such axis, `usage` for a number that cannot be.
 */
export function layerNormalization(options: LayerNormalizationOptions = {}): Layer {
  const type = "layerNormalization";
  const checked = layerOptions(type, options, { ...AFFINE, axis: true, epsilon: true });
  const { axis = -1, center = true, scale = true } = options;
  const epsilon = finiteNumber(type, "epsilon", options.epsilon ?? 1e-3, { least: 0 });
  const affine = affineWeights(type, options);
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      apiAxes(axis, input);
      return input;
    },
    weights: (input) => affine(apiAxes(axis, input).map((one) => at(input, one - 1))),
    build: ({ g, weight }, input) => {
      const shape = apiShape(input);
      const axes = apiAxes(axis, shape);
      const first = shape.length + 1 - axes.length;
      if (axes[0] === first) {
        // The last axes of the API's order are what ONNX's operator takes; what follows is mostly a dense layer, in that order.
        const x = inApiOrder(g, input);
        const sizes = x.shape.slice(first);
        const one = () => g.numbers(x.dtype, sizes, new Array<number>(sizes.reduce((a, b) => a * b, 1)).fill(1));
        const parts = [x, scale ? weight("gamma") : one(), center ? weight("beta") : undefined];
        return { value: g.op(layerNormOp, parts, { axis: first, epsilon }), moved: false };
      }
      const places = axes.map((one) => axisInGraph(input, one));
      const along = (name: string) => broadcastAlong(g, weight(name), input, axes);
      const { xHat } = normalize(g, input.value, places, epsilon);
      const scaled = scale ? g.op(mul, [xHat, along("gamma")]) : xHat;
      return { ...input, value: center ? g.op(add, [scaled, along("beta")]) : scaled };
    },
  });
}
