import { StriateError } from "../errors.ts";
import { randomDropout } from "../ops/index.ts";
import { defineLayer, type Layer, type LayerOptions } from "./layer.ts";

/**
 * Sets a fraction of the elements to 0 in training and scales the others up, as Keras's Dropout; outside training it
 * changes nothing.
 * @param options.rate the fraction to drop, from 0 to less than 1
 */
export function dropout(options: LayerOptions & { readonly rate: number }): Layer {
  const { rate } = options;
  if (!(rate >= 0 && rate < 1))
    throw new StriateError("usage", `dropout: rate must be at least 0 and less than 1, received ${rate}`);
  return defineLayer({
    type: "dropout",
    options,
    outputShape: (input) => input,
    build: ({ g, training }, input) => {
      if (!training || rate === 0) return input;
      return { ...input, value: g.op(randomDropout, [input.value, g.random(input.value.shape)], { ratio: rate }) };
    },
  });
}
