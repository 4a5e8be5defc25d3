import { StriateError } from "../errors.ts";
import { sliceAxis } from "../ops/index.ts";
import { channelsFirst, type DataFormat, fromChannelsFirst, pictureOf, pictureShape } from "./feature.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import { dataFormatOf, type Sides, wholeSides } from "./options.ts";

/** The options of `cropping2d`. */
export interface Cropping2dOptions extends LayerOptions {
  /** Default 0. */
  readonly cropping?: Sides;
  readonly dataFormat?: DataFormat;
}

/**
 * Rows and columns cut off the sides of a picture, as Keras's Cropping2D.
 * @throws StriateError `shape` when nothing would be left.
 */
export function cropping2d(options: Cropping2dOptions = {}): Layer {
  const type = "cropping2d";
  const checked = layerOptions(type, options, { cropping: true, dataFormat: true });
  const { top, bottom, left, right } = wholeSides(type, "cropping", options.cropping ?? 0);
  const dataFormat = dataFormatOf(type, options.dataFormat);
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      const { height, width, channels } = pictureOf(input, dataFormat);
      const [h, w] = [height - top - bottom, width - left - right];
      if (h < 1 || w < 1) {
        throw new StriateError(
          "shape",
          `its cropping of ${top + bottom} rows and ${left + right} columns leaves nothing of ${height}x${width}`,
        );
      }
      return pictureShape({ height: h, width: w, channels }, dataFormat);
    },
    build: ({ g }, input) => {
      const x = channelsFirst(g, input, dataFormat);
      const [, , height = 1, width = 1] = x.shape;
      const rows = sliceAxis(g, x, 2, top, height - bottom);
      return fromChannelsFirst(sliceAxis(g, rows, 3, left, width - right), dataFormat);
    },
  });
}
