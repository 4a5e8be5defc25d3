import { less, reverseAxes, where } from "../ops/index.ts";
import { channelsFirst, type DataFormat, fromChannelsFirst, pictureOf } from "./feature.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import { dataFormatOf, oneOf } from "./options.ts";

/** The axes of [batch, channels, height, width] that are turned round. */
const AXES = { horizontal: [3], vertical: [2], horizontalAndVertical: [2, 3] } as const;

/** The options of `randomFlip`. */
export interface RandomFlipOptions extends LayerOptions {
  /** Default `horizontalAndVertical`, which as in Keras is a turn by 180 degrees: both or neither. */
  readonly mode?: keyof typeof AXES;
  readonly dataFormat?: DataFormat;
}

/**
 * Mirrors half of the pictures of a batch in training, as Keras's RandomFlip; outside training it changes nothing. Which
 * they are depends on the seed of the training alone.
 */
export function randomFlip(options: RandomFlipOptions = {}): Layer {
  const type = "randomFlip";
  const checked = layerOptions(type, options, { mode: true, dataFormat: true });
  const modes = Object.keys(AXES) as (keyof typeof AXES)[];
  const axes = AXES[oneOf(type, "mode", options.mode ?? "horizontalAndVertical", modes)];
  const dataFormat = dataFormatOf(type, options.dataFormat);
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      pictureOf(input, dataFormat);
      return input;
    },
    build: ({ g, training }, input) => {
      if (!training) return input;
      const x = channelsFirst(g, input, dataFormat);
      const draws = g.random([x.shape[0] ?? 1, 1, 1, 1]);
      const isFlipped = g.op(less, [draws, g.scalar(draws, 0.5)]);
      const value = g.op(where, [isFlipped, reverseAxes(g, x, axes), x]);
      return fromChannelsFirst(value, dataFormat);
    },
  });
}
