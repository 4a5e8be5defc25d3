import type { SingleInputDataset } from "../data/index.ts";
import { type PictureQuality, pictureQuality, pictureSides } from "../image/index.ts";
import { at, type Tensor, tensor } from "../tensor/index.ts";
import { checkAborted } from "../training/running.ts";

/** What can be wrong with a picture: see `FAULTS`. */
export type FaultName = "dark" | "bright" | "blurred" | "tiny";

/** A picture that is hard to see anything in. */
export interface PictureFault {
  /** Its place in the data set. */
  readonly index: number;
  readonly fault: FaultName;
  /** Its file, where it is one. */
  readonly path?: string;
  /** By the picture as the net sees it, without padding. */
  readonly quality: PictureQuality;
  /** Of the file, in pixels; only of a picture that is tiny. */
  readonly size?: { readonly width: number; readonly height: number };
}

/**
 * What each fault is. The limits are such that of 321 photos of food one counts as washed out and none as dark or blurred (two as blurred where
 * `fit: "crop"` enlarges them), while all
 * of them do when a fifth of their light is left (dark) or of their distance from white (bright), and 93% when they are blurred by
 * a Gaussian of 2 pixels at the size of the net, 99% by one of 3, 7% by one of 1.
 */
export const FAULTS: Readonly<Record<FaultName, string>> = {
  dark: "nearly black, without contrast",
  bright: "washed out: nearly white, without contrast",
  blurred: "nothing in it is sharp",
  tiny: "its shorter side has less than half the pixels that the net takes",
};

/** Brightness below and above which a picture of little contrast is dark or washed out. */
const [DARK, BRIGHT] = [50, 205];
const LITTLE_CONTRAST = 25;
/** Sharpness below which a picture is blurred; also as a share of its contrast squared, since what is flat is not sharp either. */
const [SHARP, SHARP_SHARE] = [40, 0.05];

/** The fault that these numbers show. */
function faultOf({ brightness, contrast, sharpness }: PictureQuality): FaultName | undefined {
  if (contrast < LITTLE_CONTRAST && brightness < DARK) return "dark";
  if (contrast < LITTLE_CONTRAST && brightness > BRIGHT) return "bright";
  return sharpness < SHARP && sharpness <= SHARP_SHARE * contrast ** 2 ? "blurred" : undefined;
}

/** Finds faults in pictures that somebody else reads: `onPictures` is the hook of `computeFeatures`. */
export interface FaultFinder {
  onPictures(pictures: Tensor<"float32">, start: number, count: number): void;
  /**
   * The faults of all that were shown, in the order of their places; a picture has one at most, `tiny` before `blurred`.
   * @param standIns places that hold another picture than their own
   */
  faults(standIns?: readonly number[]): Promise<readonly PictureFault[]>;
}

/** @param data pictures [height, width, channels], values from 0 to 1 */
export function faultFinder(data: SingleInputDataset): FaultFinder {
  const qualities = new Map<number, PictureQuality>();
  return {
    onPictures(pictures, start, count) {
      // Pictures of other parts may come after those of the data set.
      const own = Math.min(count, data.length - start);
      for (let row = 0; row < own; row++) qualities.set(start + row, pictureQuality(unpadded(pictures, row)));
    },
    async faults(standIns = []) {
      const left = new Set(standIns);
      const paths = data.paths?.();
      const [height = 0, width = 0] = data.inputShape;
      const found: PictureFault[] = [];
      for (const [index, quality] of [...qualities].sort(([a], [b]) => a - b)) {
        if (left.has(index)) continue;
        const path = paths?.[index];
        const size = path === undefined ? undefined : await pictureSides(path).catch(() => undefined);
        const isTiny = size && 2 * Math.min(size.width, size.height) < Math.min(width, height);
        const fault = isTiny ? "tiny" : faultOf(quality);
        if (!fault) continue;
        found.push({ index, fault, quality, ...(path !== undefined && { path }), ...(isTiny && { size }) });
      }
      return found;
    },
  };
}

/**
 * Pictures that are dark, washed out, blurred or tiny, by a pass over a data set; `advise` and `transfer` find the same beside the
 * features, where it costs next to nothing.
 * @param data pictures [height, width, channels], values from 0 to 1; read without augmentation
 * @throws StriateError `interrupted` by the signal
 */
export async function pictureFaults(
  data: SingleInputDataset,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (done: number, total: number) => void } = {},
): Promise<readonly PictureFault[]> {
  const finder = faultFinder(data);
  const standIns: number[] = [];
  for (let start = 0; start < data.length; start += BATCH) {
    checkAborted(options.signal, "looking at the pictures");
    const places = Array.from({ length: Math.min(BATCH, data.length - start) }, (_, i) => start + i);
    const batch = await data.read(places, { augment: false });
    finder.onPictures(batch.inputs, start, places.length);
    standIns.push(...(batch.standIns ?? []).map((row) => start + row));
    options.onProgress?.(start + places.length, data.length);
  }
  return finder.faults(standIns);
}

/** Pictures at a time. */
const BATCH = 32;

/** One of some pictures in values to 255, without rows and columns of black at its sides, which `fit: "pad"` adds. */
function unpadded({ shape, data }: Tensor<"float32">, row: number): Tensor<"float32"> {
  const [height, width, channels] = [at(shape, 1), at(shape, 2), at(shape, 3)];
  const start = row * height * width * channels;
  const isBlack = (from: number, step: number, count: number) => {
    for (let i = 0; i < count; i++) {
      for (let channel = 0; channel < channels; channel++) if (data[from + i * step + channel] !== 0) return false;
    }
    return true;
  };
  const blackRow = (y: number) => isBlack(start + y * width * channels, channels, width);
  const blackColumn = (x: number) => isBlack(start + x * channels, width * channels, height);
  const [top, bottom] = inner(height, blackRow);
  const [left, right] = inner(width, blackColumn);
  const inside = new Float32Array((bottom - top) * (right - left) * channels);
  let to = 0;
  for (let y = top; y < bottom; y++) {
    const from = start + (y * width + left) * channels;
    const end = from + (right - left) * channels;
    for (let i = from; i < end; i++) inside[to++] = 255 * (data[i] ?? 0);
  }
  return tensor("float32", [bottom - top, right - left, channels], inside);
}

/** From where up to where not all is black; all of it where everything is. */
function inner(count: number, isBlack: (place: number) => boolean): readonly [start: number, end: number] {
  let start = 0;
  while (start < count && isBlack(start)) start++;
  if (start === count) return [0, count];
  let end = count;
  while (isBlack(end - 1)) end--;
  return [start, end];
}
