import { StriateError } from "../errors.ts";
import { whyUndecoded } from "./fileFormat.ts";

/** The formats that pictures are written in. */
export const IMAGE_FORMATS = ["png", "jpeg", "webp", "avif", "gif", "tiff"] as const;

/** A format that pictures are decoded from. */
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

/** 8-bit values as they come from a file: 1 channel is grey, 2 grey and alpha, 3 colour, 4 colour and alpha. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  /** Row-major, channels last, in sRGB, alpha not premultiplied. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Width and height in pixels. */
export interface Sides {
  readonly width: number;
  readonly height: number;
}

/** What a decoder may do at once: bring a picture to the size that `sides` makes of its own, where that is smaller. */
export interface Shrinking {
  sides(original: Sides): Sides;
  readonly method: "bilinear" | "bicubic" | "lanczos3";
}

/** What a platform decodes and encodes with: `codecNode.ts` and `codecBrowser.ts`, chosen by package.json's `imports`. */
export interface Codec {
  /** @throws StriateError `io` where the file cannot be read */
  readFile(path: string): Promise<Uint8Array>;
  /**
   * The picture as it is meant to be seen: turned by its EXIF orientation, its colours in sRGB; the first frame.
   * @param name what to call the picture in messages
   * @param shrinking where it is left out the picture keeps its size; a codec that cannot do it may leave it undone
   * @throws StriateError `data` where it is none, is damaged, or has more than `maxPixels`, which its header says
   */
  decode(bytes: Uint8Array, name: string, maxPixels: number, shrinking?: Shrinking): Promise<Pixels>;
  /**
   * Draws an SVG, which must be one of ours: `decode` knows none.
   * @throws StriateError `data` where the platform draws no SVG
   */
  drawSvg(svg: string): Promise<Pixels>;
  /** @param quality 1 to 100, for the formats that have one */
  encode(pixels: Pixels, format: ImageFormat, quality?: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Of a pixel with colour and alpha in 8 bits, which the limit on pixels is made for. */
const USUAL_BYTES = 4;

/**
 * @param bytesPerPixel what decoding takes of memory for each pixel, all copies on the way counted
 * @throws StriateError `data` where a picture of this size has too many pixels, or where they are too large together
 */
export function checkPixels(
  name: string,
  width: number,
  height: number,
  maxPixels: number,
  bytesPerPixel = USUAL_BYTES,
): void {
  const pixels = width * height;
  const mostBytes = maxPixels * USUAL_BYTES;
  if (pixels <= maxPixels && pixels * bytesPerPixel <= mostBytes) return;
  if (pixels <= maxPixels) {
    throw new StriateError(
      "data",
      `${name}: is ${width} x ${height} in more than 8 bits, which takes ${words(pixels * bytesPerPixel)} bytes to decode, and ` +
        `at most ${words(mostBytes)} are taken. If the picture is good, raise the limit: maxPixels, on the command line --max-pixels`,
    );
  }
  throw new StriateError(
    "data",
    `${name}: is ${width} x ${height}, ${words(pixels)} pixels, and at most ${words(maxPixels)} are decoded. ` +
      "If the picture is good, raise the limit: maxPixels, on the command line --max-pixels",
  );
}

function words(count: number): string {
  return count.toLocaleString("en-US");
}

/** The error of bytes that are no picture, or one of a format that is not decoded: which, and what to do. */
export function notAPicture(name: string, bytes: Uint8Array, cause?: unknown): StriateError {
  return new StriateError("data", `${name}: ${whyUndecoded(bytes)}`, { cause });
}

/** The error of a picture that is good, of a kind that the decoder does not know. */
export function unsupportedPicture(name: string, reason: string, cause?: unknown): StriateError {
  return new StriateError("data", `${name}: is of a kind that cannot be read: ${reason}. Convert it to PNG or JPEG`, {
    cause,
  });
}

/** The error of a picture whose header is good and whose pixels are not. */
export function damagedPicture(name: string, reason: string, cause?: unknown): StriateError {
  const why = reason === "" ? "" : `: ${reason}`;
  return new StriateError("data", `${name}: is cut off or damaged${why}. Get the file again`, { cause });
}
