import { zeroPad } from "../ops/index.ts";
import { channelsFirst, type DataFormat, fromChannelsFirst, pictureOf, pictureShape } from "./feature.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import { dataFormatOf, type Sides, wholeSides } from "./options.ts";

/** The options of `zeroPadding2d`. */
export interface ZeroPadding2dOptions extends LayerOptions {
  /** Default 1. */
  readonly padding?: Sides;
  readonly dataFormat?: DataFormat;
}

/** Rows and columns of zeros around a picture, as Keras's ZeroPadding2D. */
export function zeroPadding2d(options: ZeroPadding2dOptions = {}): Layer {
  const type = "zeroPadding2d";
  const checked = layerOptions(type, options, { padding: true, dataFormat: true });
  const { top, bottom, left, right } = wholeSides(type, "padding", options.padding ?? 1);
  const dataFormat = dataFormatOf(type, options.dataFormat);
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      const { height, width, channels } = pictureOf(input, dataFormat);
      return pictureShape({ height: height + top + bottom, width: width + left + right, channels }, dataFormat);
    },
    build: ({ g }, input) => {
      const padded = zeroPad(g, channelsFirst(g, input, dataFormat), [0, 0, top, left], [0, 0, bottom, right]);
      return fromChannelsFirst(padded, dataFormat);
    },
  });
}
