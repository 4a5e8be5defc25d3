import { checkOptions, type OptionNames, pathText } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { type Channels, type Colour, convertPixels, WHITE } from "./channels.ts";
import type { Shrinking } from "./codec.ts";
import type { Image } from "./image.ts";
import { platformCodec } from "./platform.ts";

/** How a picture is decoded. */
export interface DecodeOptions {
  /** What to make of it: 1 grey, 3 colour (the default), 4 colour and alpha. */
  readonly channels?: Channels;
  /** The most pixels that are decoded, by the width and height in the header; default 100,000,000. */
  readonly maxPixels?: number;
  /** What shows through where the picture is transparent, unless alpha is kept; default white, [255, 255, 255]. */
  readonly background?: Colour;
  /** What to call the picture in messages; default its path, or "the picture". */
  readonly name?: string;
  /**
   * Lets the decoder make the picture smaller while it reads it, with antialiasing: several times faster than `resizeImage`
   * afterwards, and not the same numbers (libvips's, which change with its versions). What it is left with is another size
   * where the picture would grow, has 16 bits, or the platform cannot: call `resizeImage` on the result all the same.
   */
  readonly shrinking?: Shrinking;
}

const DECODE: OptionNames<DecodeOptions> = {
  channels: true,
  maxPixels: true,
  background: true,
  name: true,
  shrinking: true,
};

const MOST_PIXELS = 100_000_000;

/**
 * Decodes a picture: JPEG, PNG, WebP, AVIF, GIF (its first frame) or TIFF, whatever its name; in a browser what the
 * browser can. It is turned by its EXIF orientation, and an ICC profile in it (CMYK has one as a rule) is applied, so
 * that the colours are sRGB; in Node, CMYK without one is Pillow's. 16 bits become 8, palettes their colours.
 *
 * In Chromium JPEG, WebP, GIF and 8-bit PNG give the values that they give in Node. Its 16 bits, AVIF and ICC profiles differ
 * by at most 1; of CMYK it applies no profile (up to 52 off, 8 in the mean, for a photo).
 *
 * Grey of colour is Pillow's: (19595 R + 38470 G + 7471 B + 32768) >> 16.
 *
 * @param source the bytes of a file, a `Blob`, or, in Node, the path of a file
 * @returns uint8 [height, width, channels]
 * @throws StriateError `data` where it is empty, no picture, cut off or damaged, or has more than `maxPixels`, which is
 * found without decoding it; `io` where the file cannot be read; `usage` for a wrong option
 */
export async function decodeImage(
  source: string | Uint8Array | Blob,
  options: DecodeOptions = {},
): Promise<Image<"uint8">> {
  checkOptions("decodeImage", options, DECODE);
  const { channels = 3, maxPixels = MOST_PIXELS, background = WHITE } = options;
  const { shrinking } = options;
  const name = pathText(options.name ?? (typeof source === "string" ? source : "the picture"));
  if (![1, 3, 4].includes(channels)) {
    throw new StriateError("usage", `channels is 1 (grey), 3 (colour) or 4 (colour and alpha); got ${channels}`);
  }
  if (!(maxPixels >= 1)) {
    throw new StriateError("usage", `maxPixels is a number of pixels from 1 on; got ${maxPixels}`);
  }
  const codec = await platformCodec();
  const bytes = typeof source === "string" ? await codec.readFile(source) : await bytesOf(source);
  if (bytes.length === 0) {
    throw new StriateError("data", `${name}: is empty (0 bytes), where a picture is expected. Get the file again`);
  }
  return convertPixels(await codec.decode(bytes, name, maxPixels, shrinking), channels, background);
}

async function bytesOf(source: Uint8Array | Blob): Promise<Uint8Array> {
  return source instanceof Uint8Array ? source : new Uint8Array(await source.arrayBuffer());
}
