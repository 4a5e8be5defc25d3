import { finiteNumber } from "../checks/index.ts";
import { add, mul } from "../ops/index.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";

/**
 * Adds normal noise of mean 0 in training, as Keras's GaussianNoise; outside training it changes nothing. Any shape.
 * @param options.stddev the noise's standard deviation, at least 0
 */
export function gaussianNoise(options: LayerOptions & { readonly stddev: number }): Layer {
  const checked = layerOptions("gaussianNoise", options, { stddev: true });
  const stddev = finiteNumber("gaussianNoise", "stddev", options.stddev, { least: 0 });
  return defineUnaryLayer({
    type: "gaussianNoise",
    options: checked,
    outputShape: (input) => input,
    build: ({ g, training }, input) => {
      if (!training || stddev === 0) return input;
      const { value } = input;
      const noise = g.op(mul, [g.random(value.shape, "normal"), g.scalar(value, stddev)]);
      return { ...input, value: g.op(add, [value, noise]) };
    },
  });
}
