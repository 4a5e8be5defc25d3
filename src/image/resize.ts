import { checkOptions, type OptionNames } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { premultiply, unpremultiply } from "./alpha.ts";
import { type FilterName, tapsOf } from "./filters.ts";
import { type Image, type ImageSize, imageSize } from "./image.ts";
import { resizeNearest } from "./nearest.ts";
import { resample } from "./resample.ts";

/** How a picture gets other sizes. */
export const RESIZE_METHODS = ["nearest", "bilinear", "bicubic", "area", "lanczos3"] as const;

/** How pixels between pixels are computed, by Pillow's names. */
export type ResizeMethod = (typeof RESIZE_METHODS)[number];

/** How values between pixels are made. */
export interface Interpolation {
  /** Default "bilinear". `area` is Pillow's box filter: the mean of the pixels that a target pixel covers. */
  readonly method?: ResizeMethod;
  /**
   * Default true: a filter that makes a picture smaller is as much wider, so that every source pixel counts, as in
   * Pillow and `torchvision`. False: the filter keeps its size in source pixels and looks at few of them, as in
   * `tf.image.resize(..., antialias=False)` and, for bilinear, PyTorch's `interpolate(align_corners=False)`.
   */
  readonly antialias?: boolean;
}

/** The names of all of them. */
export const INTERPOLATION: OptionNames<Interpolation> = { method: true, antialias: true };

/** What `resizeImage` takes. */
export interface ResizeOptions extends Interpolation {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
}

/**
 * A picture in another size, whatever that does to its proportions. Middles of pixels lie at i + 0.5 in both sizes, as in
 * Pillow and TensorFlow 2. With `antialias`, uint8 has the values of Pillow 13 exactly (older ones always take the rows
 * first, see `resample`); of 4 channels the last is alpha, by which colours are weighted (float32 channels stand for
 * themselves).
 *
 * @param image [h, w, c], uint8 or float32
 * @returns [height, width, c] of the same type; the picture itself where it has this size
 * @throws StriateError `usage` for a wrong size or method; `shape` where `image` is no picture
 */
export function resizeImage<D extends "uint8" | "float32">(image: Image<D>, options: ResizeOptions): Image<D> {
  // The size of another picture, which has channels, may be given as it is.
  const names = { ...INTERPOLATION, width: true, height: true, channels: true } as const;
  checkOptions<ResizeOptions & Partial<ImageSize>>("resizeImage", options, names);
  const { width, height, method = "bilinear", antialias = true } = options;
  checkSide("width", width);
  checkSide("height", height);
  if (!RESIZE_METHODS.includes(method)) {
    throw new StriateError("usage", `resize methods are ${RESIZE_METHODS.join(", ")}; got "${method}"`);
  }
  const size = imageSize(image);
  if (size.width === width && size.height === height) return image;
  if (method === "nearest") return resizeNearest(image, width, height) as Image<D>;
  return filtered(image, width, height, method, antialias) as Image<D>;
}

function filtered(image: Image, width: number, height: number, method: FilterName, antialias: boolean): Image {
  const size = imageSize(image);
  const taps = (from: number, to: number) => (from === to ? undefined : tapsOf(from, to, method, antialias));
  const [rows, columns] = [taps(size.width, width), taps(size.height, height)];
  if (!isBytes(image) || size.channels !== 4) return resample(image, rows, columns);
  return unpremultiply(resample(premultiply(image), rows, columns) as Image<"uint8">);
}

function isBytes(image: Image): image is Image<"uint8"> {
  return image.dtype === "uint8";
}

/** @throws StriateError `usage` where a side is no whole number of pixels */
export function checkSide(what: string, pixels: number): void {
  if (Number.isSafeInteger(pixels) && pixels >= 1) return;
  throw new StriateError("usage", `the ${what} of a picture is a whole number of pixels from 1 on; got ${pixels}`);
}
