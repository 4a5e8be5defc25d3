import { finiteNumber } from "../checks/index.ts";
import { randomDropout } from "../ops/index.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";

/** The options of `stochasticDepth`. */
export interface StochasticDepthOptions extends LayerOptions {
  /** The fraction of the examples to drop, from 0 to less than 1. */
  readonly dropPathRate: number;
}

/**
 * Sets whole examples to 0 in training and scales the others up (Huang et al. 2016), as the layer StochasticDepth of
 * Keras's ConvNeXt: before an `add` it skips a branch. Outside training it changes nothing. Any shape.
 */
export function stochasticDepth(options: StochasticDepthOptions): Layer {
  const type = "stochasticDepth";
  const checked = layerOptions(type, options, { dropPathRate: true });
  const ratio = finiteNumber(type, "dropPathRate", options.dropPathRate, { least: 0, below: 1 });
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => input,
    build: ({ g, training }, input) => {
      if (!training || ratio === 0) return input;
      const { value } = input;
      const draws = g.random(value.shape.map((size, axis) => (axis === 0 ? size : 1)));
      return { ...input, value: g.op(randomDropout, [value, draws], { ratio }) };
    },
  });
}
