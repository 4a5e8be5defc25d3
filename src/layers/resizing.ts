import { finiteNumber, wholeNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { formula, sliceAxis, zeroPad } from "../ops/index.ts";
import { channelsFirst, type DataFormat, fromChannelsFirst, pictureOf, pictureShape } from "./feature.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import { dataFormatOf, oneOf } from "./options.ts";
import { INTERPOLATIONS, type PictureInterpolation, resizePicture } from "./resizePicture.ts";

/** The options of `resizing`. */
export interface ResizingOptions extends LayerOptions {
  readonly height: number;
  readonly width: number;
  /** Default `bilinear`. */
  readonly interpolation?: PictureInterpolation;
  /** Cut the middle of the picture to the new ratio of sides first. Default false: its ratio changes. */
  readonly cropToAspectRatio?: boolean;
  /** Pad the picture to the new ratio of sides first. Default false. */
  readonly padToAspectRatio?: boolean;
  /** What the padding is filled with. Default `constant`, and there is nothing else. */
  readonly fillMode?: "constant";
  /** Default 0. */
  readonly fillValue?: number;
  /** Smaller pictures are means over what becomes one pixel. Default false, as in Keras. */
  readonly antialias?: boolean;
  readonly dataFormat?: DataFormat;
}

/** Another size of the picture, as Keras's Resizing: [batch, height, width, channels]. Pixels are not rounded. */
export function resizing(options: ResizingOptions): Layer {
  const type = "resizing";
  const checked = layerOptions(type, options, {
    height: true,
    width: true,
    interpolation: true,
    cropToAspectRatio: true,
    padToAspectRatio: true,
    fillMode: true,
    fillValue: true,
    antialias: true,
    dataFormat: true,
  });
  const height = wholeNumber(type, "height", options.height);
  const width = wholeNumber(type, "width", options.width);
  const interpolation = oneOf(type, "interpolation", options.interpolation ?? "bilinear", INTERPOLATIONS);
  const { cropToAspectRatio = false, padToAspectRatio = false, antialias = false } = options;
  if (cropToAspectRatio && padToAspectRatio) {
    throw new StriateError("usage", `${type}: give cropToAspectRatio or padToAspectRatio, not both`);
  }
  oneOf(type, "fillMode", options.fillMode ?? "constant", ["constant"]);
  const fillValue = finiteNumber(type, "fillValue", options.fillValue ?? 0);
  const dataFormat = dataFormatOf(type, options.dataFormat);
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => pictureShape({ ...pictureOf(input, dataFormat), height, width }, dataFormat),
    build: ({ g }, input) => {
      const x = channelsFirst(g, input, dataFormat);
      const [, , rows = 1, columns = 1] = x.shape;
      // Keras's rule for both: the sides that have the new ratio.
      const [tall, wide] = [Math.trunc((columns * height) / width), Math.trunc((rows * width) / height)];
      const fitted = () => {
        if (cropToAspectRatio) {
          const [h, w] = [Math.max(Math.min(rows, tall), 1), Math.max(Math.min(columns, wide), 1)];
          const [top, left] = [Math.trunc((rows - h) / 2), Math.trunc((columns - w) / 2)];
          return sliceAxis(g, sliceAxis(g, x, 2, top, top + h), 3, left, left + w);
        }
        if (!padToAspectRatio) return x;
        const top = Math.trunc((Math.max(rows, tall) - rows) / 2);
        // As in Keras, which pads along one axis.
        const left = top > 0 ? 0 : Math.trunc((Math.max(columns, wide) - columns) / 2);
        const f = formula(g, x);
        const padded = zeroPad(g, fillValue === 0 ? x : f.sub(x, fillValue), [0, 0, top, left], [0, 0, top, left]);
        return fillValue === 0 ? padded : f.add(padded, fillValue);
      };
      return fromChannelsFirst(resizePicture(g, fitted(), [height, width], interpolation, antialias), dataFormat);
    },
  });
}
