import type { OptionNames } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import {
  centerCrop,
  decodeImage,
  type Image,
  imageSize,
  type ResizeMethod,
  resizeAndPad,
  resizeImage,
  type Shrinking,
  type Sides,
  sidesInside,
} from "../../image/index.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { PictureCache } from "./pictureCache.ts";

/** How files become examples of one shape. */
export interface PictureOptions {
  /** Height and width of the examples in pixels, or one number for both; default 256, as in Keras. */
  readonly size?: number | readonly [height: number, width: number];
  /** 1 for grey, 3 for colour (the default), 4 for colour and transparency. */
  readonly channels?: 1 | 3 | 4;
  /**
   * How a picture of other proportions gets the size: `stretch` (the default, as in Keras), `crop` (the short side
   * resized, the middle taken), `pad` (the long side resized, the rest black).
   */
  readonly fit?: "stretch" | "crop" | "pad";
  /** Default `bilinear`, with antialiasing. */
  readonly method?: ResizeMethod;
  /**
   * `exact` (the default) gives `resizeImage`'s numbers, which are Pillow's, on every platform and with every version: what
   * a pretrained net was trained with. `fast` lets the decoder make pictures smaller while it reads them: a quarter more
   * photos of a megapixel in a second. Its numbers are libvips's: for photos 1 to 2 of 255 away in the mean, up to 95 at sharp
   * edges, a little sharper. Made for training, where augmentation changes more; evaluate with `exact`. `nearest`, `area`
   * and pictures that grow are exact always, and so is everything in a browser.
   */
  readonly resizing?: "exact" | "fast";
  /** Values from 0 to 1, the default; with false they go from 0 to 255. */
  readonly scale?: boolean;
  /** The most pixels that a picture may have before it is resized, by its header; default 100,000,000. */
  readonly maxPixels?: number;
  /**
   * What is done about a picture that cannot be read: `skip` (the default) takes the next readable one of the same class
   * and part in its place, and lists it in `problems()`; where its class has none any more, the next of another class,
   * with that one's own label. Its place still counts in `length`, so that batches keep their sizes and an epoch its
   * order: a picture that stands in is trained twice in an epoch; `evaluate` and validation leave it out. `fail` throws. Where
   * the system is short of something (open files, memory), reading waits and then throws, whatever is chosen here.
   */
  readonly onError?: "skip" | "fail";
}

/** The names of all of them. */
export const PICTURE: OptionNames<PictureOptions> = {
  size: true,
  channels: true,
  fit: true,
  method: true,
  resizing: true,
  scale: true,
  maxPixels: true,
  onError: true,
};

/** [height, width, channels] of the examples. */
export function exampleShape({ size = 256, channels = 3 }: PictureOptions): Shape {
  const [height, width] = typeof size === "number" ? [size, size] : size;
  if (![height, width].every((side) => Number.isSafeInteger(side) && side > 0)) {
    throw new StriateError("usage", `size is a number of pixels, or [height, width]; got ${JSON.stringify(size)}`);
  }
  return [height, width, channels];
}

/**
 * The uint8 values of an example, from the cache or the file.
 * @throws StriateError `data` or `io` where the file is no picture, or cannot be read
 */
export async function examplePixels(path: string, options: PictureOptions, cache: PictureCache): Promise<Uint8Array> {
  const { channels = 3, maxPixels, fit = "stretch", method = "bilinear", resizing = "exact" } = options;
  const [height = 0, width = 0] = exampleShape(options);
  const shrinking = resizing === "fast" ? shrinkingTo({ height, width }, fit, method) : undefined;
  return cache.get(path, pictureKey(options), async () => {
    const image = await decodeImage(path, {
      channels,
      ...(maxPixels !== undefined && { maxPixels }),
      ...(shrinking && { shrinking }),
    });
    return fitted(image, fit, [height, width], method).data;
  });
}

/** What the pixels of an example depend on beside its file. */
export function pictureKey(options: PictureOptions): string {
  const { channels = 3, fit = "stretch", method = "bilinear", resizing = "exact" } = options;
  const [height = 0, width = 0] = exampleShape(options);
  const isShrunk = resizing === "fast" && shrinkingTo({ height, width }, fit, method) !== undefined;
  return JSON.stringify([height, width, channels, fit, method, ...(isShrunk ? [resizing] : [])]);
}

/** A picture in a size. */
export function fitted(
  image: Image<"uint8">,
  fit: keyof typeof FITS,
  [height, width]: readonly [number, number],
  method: ResizeMethod = "bilinear",
): Image<"uint8"> {
  return FITS[fit](image, height, width, method);
}

/** The sizes that pictures have before they are cut or padded, for a decoder that resizes. */
function shrinkingTo(size: Sides, fit: keyof typeof FITS, method: ResizeMethod): Shrinking | undefined {
  if (method === "nearest" || method === "area") return undefined;
  const sides = { stretch: () => size, pad: sidesInside, crop: sidesAround }[fit];
  return { sides: (own) => sides(own, size), method };
}

/** The smallest sides of the same proportions that cover a box, rounded. */
function sidesAround(own: Sides, box: Sides): Sides {
  const ratio = Math.max(box.height / own.height, box.width / own.width);
  return {
    height: Math.max(box.height, Math.round(own.height * ratio)),
    width: Math.max(box.width, Math.round(own.width * ratio)),
  };
}

type Fit = (image: Image<"uint8">, height: number, width: number, method: ResizeMethod) => Image<"uint8">;

const FITS: Readonly<Record<"stretch" | "crop" | "pad", Fit>> = {
  stretch: (image, height, width, method) => resizeImage(image, { height, width, method }),
  pad: (image, height, width, method) => resizeAndPad(image, { height, width, method }),
  crop: (image, height, width, method) => {
    const sides = sidesAround(imageSize(image), { height, width });
    return centerCrop(resizeImage(image, { ...sides, method }), { height, width });
  },
};
