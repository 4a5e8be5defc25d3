import type { LayerType } from "./layerTypes.ts";
import { oneOf } from "./options.ts";

/** Where the channels of a picture stand at the API. Inside the graph they always come first. */
export type DataFormat = "channelsLast" | "channelsFirst";

let format: DataFormat = "channelsLast";

/**
 * The data format of layers that are not told one, as Keras's `set_image_data_format` (Keras 1: `set_image_dim_ordering`).
 * It counts when a layer is made: layers that there are stay as they are, files say their own, and the nets of the zoo but
 * `lenet` are always channels last.
 * @throws StriateError `usage` for anything but `channelsLast` (the default) and `channelsFirst`
 */
export function setImageDataFormat(dataFormat: DataFormat): void {
  format = oneOf("setImageDataFormat", "dataFormat", dataFormat, ["channelsLast", "channelsFirst"]);
}

/** The data format of layers that are not told one. */
export function imageDataFormat(): DataFormat {
  return format;
}

/** What `make` makes has its layers in this format, whatever the default is. */
export function inImageDataFormat<T>(dataFormat: DataFormat, make: () => T): T {
  const before = format;
  format = dataFormat;
  try {
    return make();
  } finally {
    format = before;
  }
}

/** The layers that have a data format. */
export const WITH_DATA_FORMAT: ReadonlySet<string> = new Set<LayerType>([
  "conv2d",
  "depthwiseConv2d",
  "separableConv2d",
  "conv2dTranspose",
  "maxPooling2d",
  "averagePooling2d",
  "globalAveragePooling2d",
  "globalMaxPooling2d",
  "spatialDropout2d",
  "flatten",
  "zeroPadding2d",
  "cropping2d",
  "upSampling2d",
  "localResponseNormalization",
  "resizing",
  "randomFlip",
]);

/** What a layer's options leave to the default, so that its config says it. */
export function defaultFormat(type: string): { readonly dataFormat?: DataFormat } {
  return format === "channelsFirst" && WITH_DATA_FORMAT.has(type) ? { dataFormat: format } : {};
}
