import { checkOptions, valueText, wholeNumber } from "../../../checks/index.ts";
import { StriateError } from "../../../errors.ts";
import { cropImage, type Image, type ResizeMethod, resizeImage } from "../../../image/index.ts";
import type { RandomStream } from "../../../tensor/randomStream.ts";
import { gridOf, type Picture } from "../picture.ts";
import type { Step } from "../step.ts";
import { defineStep, type StepOptions } from "./define.ts";

/** A height and width in pixels, or one number for both. */
export type Size = number | readonly [height: number, width: number];

/** Pixels on a side; a picture of this size has 800 MB. */
const MOST_PIXELS = 8192;

function checkSize(step: string, size: Size | undefined): void {
  const sides = typeof size === "number" ? [size, size] : (size ?? []);
  for (const side of sides) wholeNumber(step, "size", side, { least: 1, most: MOST_PIXELS });
}

/** A part of a picture, in pixels from the top left corner. */
export interface Part {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * A part of the picture at a random place, as torchvision's `RandomCrop`. `size`: default the picture's own, which with
 * `padding` is a shift; `padding`: pixels of 0 on every side before the cut, default 0 (4 is usual for CIFAR).
 */
export function randomCrop(options: StepOptions & { readonly size?: Size; readonly padding?: number } = {}): Step {
  checkOptions("randomCrop", options, { probability: true, size: true, padding: true });
  const { size, padding = 0 } = options;
  wholeNumber("randomCrop", "padding", padding, { least: 0, most: MOST_PIXELS });
  checkSize("randomCrop", size);
  const middle = (picture: Picture) => {
    const grid = gridOf(picture.shape);
    const [height, width] = sides(size ?? [grid.height, grid.width]);
    const [top, left] = [Math.floor((grid.height - height) / 2), Math.floor((grid.width - width) / 2)];
    return cut(picture, { top, left, height, width });
  };
  const anywhere = (picture: Picture, random: RandomStream) => {
    const grid = gridOf(picture.shape);
    const [height, width] = sides(size ?? [grid.height, grid.width]);
    const rows = grid.height + 2 * padding - height;
    const columns = grid.width + 2 * padding - width;
    if (rows < 0 || columns < 0) {
      throw new StriateError(
        "usage",
        `randomCrop: a part of ${height}x${width} is larger than a picture of ${grid.height}x${grid.width}`,
      );
    }
    const top = random.integer(rows + 1) - padding;
    const left = random.integer(columns + 1) - padding;
    return cut(picture, { top, left, height, width });
  };
  return defineStep("randomCrop", options, anywhere, middle);
}

/**
 * A part of random area and proportions, resized (Szegedy et al. 2015; torchvision's `RandomResizedCrop`). `scale`: the
 * part's fraction of the area, default [0.08, 1]; `ratio`: width by height, default [3/4, 4/3], evenly in its logarithm.
 * Where ten draws do not fit into the picture, its middle is taken, as much of it as has a proportion within `ratio`.
 * `method`: default bilinear, with antialiasing; bicubic and lanczos3 can go a little beyond the picture's values.
 */
export function randomResizedCrop(
  options: StepOptions & {
    readonly size?: Size;
    readonly scale?: readonly [number, number];
    readonly ratio?: readonly [number, number];
    readonly method?: ResizeMethod;
  } = {},
): Step {
  checkOptions("randomResizedCrop", options, { probability: true, size: true, scale: true, ratio: true, method: true });
  const { size, scale = [0.08, 1], ratio = [3 / 4, 4 / 3], method = "bilinear" } = options;
  checkSize("randomResizedCrop", size);
  checkPair("scale", scale);
  checkPair("ratio", ratio);
  const resized = (picture: Picture, part: Part) => {
    const grid = gridOf(picture.shape);
    return resizedCrop(picture, part, sides(size ?? [grid.height, grid.width]), method);
  };
  return defineStep(
    "randomResizedCrop",
    options,
    (picture, random) => resized(picture, drawPart(gridOf(picture.shape), scale, ratio, random)),
    (picture) => resized(picture, { top: 0, left: 0, ...gridOf(picture.shape) }),
  );
}

/** The part that a resized crop takes. */
export function drawPart(
  { height, width }: Pick<Part, "height" | "width">,
  scale: readonly [number, number],
  ratio: readonly [number, number],
  random: RandomStream,
): Part {
  const [narrow, wide] = ratio;
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = height * width * random.uniform(...scale);
    const proportion = Math.exp(random.uniform(Math.log(narrow), Math.log(wide)));
    const partWidth = Math.round(Math.sqrt(area * proportion));
    const partHeight = Math.round(Math.sqrt(area / proportion));
    if (partWidth < 1 || partHeight < 1 || partWidth > width || partHeight > height) continue;
    const top = random.integer(height - partHeight + 1);
    const left = random.integer(width - partWidth + 1);
    return { top, left, height: partHeight, width: partWidth };
  }
  const own = width / height;
  const rows = own < narrow ? Math.max(1, Math.round(width / narrow)) : height;
  const columns = own > wide ? Math.max(1, Math.round(height * wide)) : width;
  return { top: (height - rows) >> 1, left: (width - columns) >> 1, height: rows, width: columns };
}

/** torchvision's `resized_crop`: the part as a picture of its own, whose edges are edges. */
export function resizedCrop(
  picture: Picture,
  part: Part,
  [height, width]: readonly [number, number],
  method: ResizeMethod,
): Picture {
  const image: Image<"float32"> = picture;
  return resizeImage(cropImage(image, part), { height, width, method });
}

/** A part that may reach over the edges, where it is 0: torchvision's `crop`. */
export function cut(picture: Picture, { top, left, height, width }: Part): Picture {
  const grid = gridOf(picture.shape);
  const { channels } = grid;
  const data = new Float32Array(height * width * channels);
  const from = Math.max(0, left);
  const to = Math.min(grid.width, left + width);
  for (let y = Math.max(0, -top); y < height && top + y < grid.height; y++) {
    const row = (top + y) * grid.rowStride;
    const part = picture.data.subarray(row + from * channels, row + Math.max(from, to) * channels);
    data.set(part, (y * width + from - left) * channels);
  }
  return { dtype: "float32", shape: [height, width, channels], data };
}

function sides(size: Size): readonly [number, number] {
  return typeof size === "number" ? [size, size] : size;
}

function checkPair(option: string, pair: readonly number[]): void {
  const [low = Number.NaN, high = Number.NaN] = pair;
  if (pair.length === 2 && low > 0 && high >= low && Number.isFinite(high)) return;
  throw new StriateError(
    "usage",
    `randomResizedCrop: ${option} is [least, most], both above 0; got ${valueText(pair)}`,
  );
}
