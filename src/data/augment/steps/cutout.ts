import { checkOptions, finiteNumber, wholeNumber } from "../../../checks/index.ts";
import type { RandomStream } from "../../../tensor/randomStream.ts";
import { gridOf, type Picture, withData } from "../picture.ts";
import type { Step } from "../step.ts";
import type { Part } from "./crop.ts";
import { checkRange, defineStep, type StepOptions } from "./define.ts";

const MOST_PIXELS = 2 ** 16;
const MOST_SQUARES = 1000;

/**
 * Puts `count` (default 1) squares of one value over the picture (DeVries and Taylor 2017). `size`: the side, a fraction
 * of the shorter side below 1, else pixels; default 0.25. `fill`: default 0, which the paper's authors put after
 * normalization, so that it is the mean grey. The middle is any pixel, so a square may lie partly outside.
 */
export function cutout(
  options: StepOptions & { readonly size?: number; readonly count?: number; readonly fill?: number } = {},
): Step {
  checkOptions("cutout", options, { probability: true, size: true, count: true, fill: true });
  const { size = 0.25, count = 1, fill = 0 } = options;
  checkRange("cutout", "size", size, 0, MOST_PIXELS);
  wholeNumber("cutout", "count", count, { least: 0, most: MOST_SQUARES });
  finiteNumber("cutout", "fill", fill);
  return defineStep("cutout", options, (picture, random) => {
    const grid = gridOf(picture.shape);
    const side = size < 1 ? Math.round(size * Math.min(grid.height, grid.width)) : Math.round(size);
    return erased(
      picture,
      Array.from({ length: count }, () => drawSquare(grid, side, random)),
      fill,
    );
  });
}

/** A square around any pixel, as far as it lies in the picture. */
export function drawSquare(
  { height, width }: Pick<Part, "height" | "width">,
  side: number,
  random: RandomStream,
): Part {
  const y = random.integer(height) - (side >> 1);
  const x = random.integer(width) - (side >> 1);
  const [top, left] = [Math.max(0, y), Math.max(0, x)];
  return { top, left, height: Math.min(height, y + side) - top, width: Math.min(width, x + side) - left };
}

/** The parts filled with one value: torchvision's `erase`. */
export function erased(picture: Picture, parts: readonly Part[], fill: number): Picture {
  const { channels, rowStride } = gridOf(picture.shape);
  const data = picture.data.slice();
  for (const { top, left, height, width } of parts) {
    for (let y = top; y < top + height; y++) {
      data.fill(fill, y * rowStride + left * channels, y * rowStride + (left + width) * channels);
    }
  }
  return withData(picture, data);
}
