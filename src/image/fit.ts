import { checkOptions } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { Sides } from "./codec.ts";
import { blankImage, type Image, imageSize } from "./image.ts";
import { paste } from "./paste.ts";
import { checkSide, INTERPOLATION, type Interpolation, resizeImage } from "./resize.ts";
import { halfToEven } from "./round.ts";

/** A rectangle of a picture, in pixels from its top left corner. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A part of a picture, copied.
 * @returns [height, width, c]
 * @throws StriateError `usage` where the rectangle does not lie in the picture
 */
export function cropImage<D extends "uint8" | "float32">(image: Image<D>, rectangle: Rectangle): Image<D> {
  const size = imageSize(image);
  const { left, top, width, height } = rectangle;
  checkSide("width", width);
  checkSide("height", height);
  const inside = left >= 0 && top >= 0 && left + width <= size.width && top + height <= size.height;
  if (!inside || !Number.isInteger(left) || !Number.isInteger(top)) {
    throw new StriateError(
      "usage",
      `a part of ${width} x ${height} pixels at column ${left}, row ${top} is not inside a picture of ` +
        `${size.width} x ${size.height}`,
    );
  }
  const out = blankImage(image.dtype, { height, width, channels: size.channels });
  const stride = width * size.channels;
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * size.width + left) * size.channels;
    out.data.set(image.data.subarray(from, from + stride), y * stride);
  }
  return out as Image<D>;
}

/**
 * The middle of a picture. Where the margin is odd, the larger half is as in torchvision's `center_crop`: the corner is
 * rounded, halves to even.
 *
 * @returns [height, width, c]
 * @throws StriateError `usage` where the picture is smaller
 */
export function centerCrop<D extends "uint8" | "float32">(
  image: Image<D>,
  { width, height }: { readonly width: number; readonly height: number },
): Image<D> {
  const size = imageSize(image);
  const left = halfToEven((size.width - width) / 2);
  const top = halfToEven((size.height - height) / 2);
  return cropImage(image, { left, top, width, height });
}

/** What `resizeShortSide` takes. */
export interface ShortSideOptions extends Interpolation {
  /** The shorter side, in pixels. */
  readonly size: number;
}

/**
 * A picture whose shorter side has a size, in its proportions: the longer side is floor(size * long / short), as in
 * torchvision's `Resize(size)`. With `centerCrop` after it this is how ImageNet pictures are evaluated.
 *
 * @throws StriateError `usage` for a wrong size
 */
export function resizeShortSide<D extends "uint8" | "float32">(image: Image<D>, options: ShortSideOptions): Image<D> {
  checkOptions("resizeShortSide", options, { ...INTERPOLATION, size: true });
  const { size, ...interpolation } = options;
  checkSide("shorter side", size);
  const { width, height } = imageSize(image);
  const long = Math.floor((size * Math.max(width, height)) / Math.min(width, height));
  const sides = width <= height ? { width: size, height: long } : { width: long, height: size };
  return resizeImage(image, { ...interpolation, ...sides });
}

/** The largest sides of the same proportions that fit into a box, floored. */
export function sidesInside(original: Sides, box: Sides): Sides {
  const ratio = Math.max(original.width / box.width, original.height / box.height);
  return {
    width: Math.max(1, Math.floor(original.width / ratio)),
    height: Math.max(1, Math.floor(original.height / ratio)),
  };
}

/** What `resizeAndPad` takes. */
export interface PadOptions extends Interpolation {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** A value for each channel around the picture; default 0. */
  readonly fill?: readonly number[];
}

/**
 * The whole picture in its proportions, as large as fits into a size, in the middle of what is left over, as in
 * `tf.image.resize_with_pad`: sides are floored, and so is the margin before the picture.
 *
 * @returns [height, width, c]
 * @throws StriateError `usage` for a wrong size or a fill of another number of channels
 */
export function resizeAndPad<D extends "uint8" | "float32">(image: Image<D>, options: PadOptions): Image<D> {
  checkOptions("resizeAndPad", options, { ...INTERPOLATION, width: true, height: true, fill: true });
  const { width, height, fill, ...interpolation } = options;
  const size = imageSize(image);
  checkSide("width", width);
  checkSide("height", height);
  if (fill && fill.length !== size.channels) {
    throw new StriateError("usage", `fill has a value for each of the ${size.channels} channels; got ${fill.length}`);
  }
  const inner = resizeImage(image, { ...interpolation, ...sidesInside(size, { width, height }) });
  const out = blankImage(image.dtype, { height, width, channels: size.channels });
  if (fill) for (let i = 0; i < out.data.length; i++) out.data[i] = fill[i % size.channels] ?? 0;
  const { width: innerWidth, height: innerHeight } = imageSize(inner);
  paste(out, inner, Math.floor((width - innerWidth) / 2), Math.floor((height - innerHeight) / 2));
  return out as Image<D>;
}
