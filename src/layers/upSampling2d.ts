import { resize } from "../ops/index.ts";
import { channelsFirst, type DataFormat, fromChannelsFirst, pictureOf, pictureShape } from "./feature.ts";
import { defineLayer, type Layer, type LayerOptions } from "./layer.ts";
import { dataFormatOf, oneOf, type Pair, wholePair } from "./options.ts";

export interface UpSampling2dOptions extends LayerOptions {
  /** How many times higher and wider. Default 2. */
  readonly size?: Pair;
  readonly dataFormat?: DataFormat;
  /** `nearest` (default) repeats rows and columns; `bilinear` interpolates between the centres of pixels. */
  readonly interpolation?: "nearest" | "bilinear";
}

/** A larger picture, as Keras's UpSampling2D: [batch, height * size, width * size, channels]. */
export function upSampling2d(options: UpSampling2dOptions = {}): Layer {
  const type = "upSampling2d";
  const size = wholePair(type, "size", options.size ?? 2);
  const interpolation = oneOf(type, "interpolation", options.interpolation ?? "nearest", ["nearest", "bilinear"]);
  const dataFormat = dataFormatOf(type, options.dataFormat);
  const rule =
    interpolation === "nearest"
      ? { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" }
      : { mode: "linear", coordinate_transformation_mode: "half_pixel" };
  return defineLayer({
    type,
    options,
    outputShape: (input) => {
      const { height, width, channels } = pictureOf(input, dataFormat);
      return pictureShape({ height: height * size[0], width: width * size[1], channels }, dataFormat);
    },
    build: ({ g }, input) => {
      const scales = g.numbers("float32", [4], [1, 1, ...size]);
      const y = g.op(resize, [channelsFirst(g, input, dataFormat), undefined, scales], rule);
      return fromChannelsFirst(y, dataFormat);
    },
  });
}
