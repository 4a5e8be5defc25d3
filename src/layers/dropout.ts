import { StriateError } from "../errors.ts";
import { randomDropout } from "../ops/index.ts";
import { channelsFirst, type DataFormat, fromChannelsFirst, pictureOf } from "./feature.ts";
import { defineLayer, type Layer, type LayerOptions } from "./layer.ts";
import { dataFormatOf } from "./options.ts";

function dropoutRate(layer: string, rate: number): number {
  if (rate >= 0 && rate < 1) return rate;
  throw new StriateError("usage", `${layer}: rate must be at least 0 and less than 1, received ${rate}`);
}

/**
 * Sets a fraction of the elements to 0 in training and scales the others up, as Keras's Dropout; outside training it
 * changes nothing.
 * @param options.rate the fraction to drop, from 0 to less than 1
 */
export function dropout(options: LayerOptions & { readonly rate: number }): Layer {
  const rate = dropoutRate("dropout", options.rate);
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

/**
 * Dropout of whole feature maps, as Keras's SpatialDropout2D (Tompson et al. 2015): neighbouring elements are so alike
 * that dropping single ones hides nothing. Input and output [batch, height, width, channels].
 * @param options.rate the fraction of the channels to drop, from 0 to less than 1
 */
export function spatialDropout2d(
  options: LayerOptions & { readonly rate: number; readonly dataFormat?: DataFormat },
): Layer {
  const type = "spatialDropout2d";
  const rate = dropoutRate(type, options.rate);
  const dataFormat = dataFormatOf(type, options.dataFormat);
  return defineLayer({
    type,
    options,
    outputShape: (input) => {
      pictureOf(input, dataFormat);
      return input;
    },
    build: ({ g, training }, input) => {
      if (!training || rate === 0) return input;
      const x = channelsFirst(g, input, dataFormat);
      const draws = g.random([...x.shape.slice(0, 2), 1, 1]);
      return fromChannelsFirst(g.op(randomDropout, [x, draws], { ratio: rate }), dataFormat);
    },
  });
}
