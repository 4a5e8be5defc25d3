import { finiteNumber, wholeNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { mul } from "../ops/index.ts";
import { shapeText } from "../tensor/index.ts";
import { broadcastAlong } from "./feature.ts";
import { constant } from "./initializers.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";

/** The options of `layerScale`. */
export interface LayerScaleOptions extends LayerOptions {
  /** What gamma is at first. */
  readonly initValues: number;
  /** The size of the input's last axis. */
  readonly projectionDim: number;
}

/**
 * x gamma, with a learnt factor for each place along the last axis (Touvron et al. 2021), as the layer LayerScale of Keras's
 * ConvNeXt. Weights: gamma [projectionDim].
 */
export function layerScale(options: LayerScaleOptions): Layer {
  const type = "layerScale";
  const checked = layerOptions(type, options, { initValues: true, projectionDim: true });
  const initializer = constant(finiteNumber(type, "initValues", options.initValues));
  const size = wholeNumber(type, "projectionDim", options.projectionDim);
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      if (input.at(-1) === size) return input;
      throw new StriateError("shape", `its projectionDim ${size} is not the last size of ${shapeText(input)}`);
    },
    weights: () => [{ name: "gamma", shape: [size], initializer }],
    build: ({ g, weight }, input) => {
      const axis = input.value.shape.length - 1;
      return { ...input, value: g.op(mul, [input.value, broadcastAlong(g, weight("gamma"), input, [axis])]) };
    },
  });
}
