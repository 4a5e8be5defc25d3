import { checkOptions } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { IMAGE_FORMATS, type ImageFormat, type Pixels } from "./codec.ts";
import { type Image, imageSize } from "./image.ts";
import { platformCodec } from "./platform.ts";

/** How a picture is encoded. */
export interface EncodeOptions {
  /** Default "png". A browser writes PNG, JPEG and WebP. */
  readonly format?: ImageFormat;
  /** 1 (small) to 100 (good), of JPEG (default 90), WebP (90) and AVIF (65); the others have none. */
  readonly quality?: number;
}

/**
 * Encodes a picture. PNG and TIFF keep every value, GIF keeps 256 colours. In a browser WebP loses the colour of nearly
 * clear pixels.
 *
 * @param image [h, w, c], c = 1, 3 or 4; float32 is rounded, and cut to 0..255
 * @throws StriateError `shape` for a picture with other channels; `usage` for a wrong option
 */
export async function encodeImage(image: Image, options: EncodeOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  checkOptions("encodeImage", options, { format: true, quality: true });
  const { format = "png", quality } = options;
  if (!IMAGE_FORMATS.includes(format)) {
    throw new StriateError("usage", `pictures are written as ${IMAGE_FORMATS.join(", ")}; got "${format}"`);
  }
  if (quality !== undefined && !(quality >= 1 && quality <= 100 && Number.isInteger(quality))) {
    throw new StriateError("usage", `quality is a whole number from 1 to 100; got ${quality}`);
  }
  return (await platformCodec()).encode(pixelsOf(image), format, quality);
}

function pixelsOf(image: Image): Pixels {
  const { width, height, channels } = imageSize(image);
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    throw new StriateError("shape", `a picture that is written has 1, 3 or 4 channels; this one has ${channels}`);
  }
  return { width, height, channels, data: toBytes(image).data };
}

/** A picture in uint8: float32 is rounded to the nearest value, halves up, and cut to 0..255; NaN becomes 0. */
export function toBytes(image: Image): Image<"uint8"> {
  const { dtype, shape, data } = image;
  if (dtype === "uint8") return { dtype, shape, data: data as Uint8Array<ArrayBuffer> };
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) bytes[i] = Math.max(0, Math.min(255, Math.floor((data[i] ?? 0) + 0.5)));
  return { dtype: "uint8", shape, data: bytes };
}
