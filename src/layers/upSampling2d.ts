import { channelsFirst, type DataFormat, fromChannelsFirst, pictureOf, pictureShape } from "./feature.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import { dataFormatOf, oneOf, type Pair, wholePair } from "./options.ts";
import { INTERPOLATIONS, type PictureInterpolation, resizePicture } from "./resizePicture.ts";

/** The options of `upSampling2d`. */
export interface UpSampling2dOptions extends LayerOptions {
  /** How many times higher and wider. Default 2. */
  readonly size?: Pair;
  readonly dataFormat?: DataFormat;
  /** `nearest` (default) repeats rows and columns; the others interpolate between the centres of pixels. */
  readonly interpolation?: PictureInterpolation;
}

/** A larger picture, as Keras's UpSampling2D: [batch, height * size, width * size, channels]. */
export function upSampling2d(options: UpSampling2dOptions = {}): Layer {
  const type = "upSampling2d";
  const checked = layerOptions(type, options, { size: true, dataFormat: true, interpolation: true });
  const size = wholePair(type, "size", options.size ?? 2);
  const interpolation = oneOf(type, "interpolation", options.interpolation ?? "nearest", INTERPOLATIONS);
  const dataFormat = dataFormatOf(type, options.dataFormat);
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      const { height, width, channels } = pictureOf(input, dataFormat);
      return pictureShape({ height: height * size[0], width: width * size[1], channels }, dataFormat);
    },
    build: ({ g }, input) => {
      const x = channelsFirst(g, input, dataFormat);
      const [, , height = 1, width = 1] = x.shape;
      const larger = resizePicture(g, x, [height * size[0], width * size[1]], interpolation, false);
      return fromChannelsFirst(larger, dataFormat);
    },
  });
}
