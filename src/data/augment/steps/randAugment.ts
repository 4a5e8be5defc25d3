import { checkOptions, unknownName } from "../../../checks/index.ts";
import { StriateError } from "../../../errors.ts";
import type { RandomStream } from "../../../tensor/randomStream.ts";
import { type Grid, gridOf, type Picture } from "../picture.ts";
import type { Step } from "../step.ts";
import { brightened, contrasted, saturated } from "./colour.ts";
import { checkRange, defineStep, type StepOptions } from "./define.ts";
import { type AffineOrder, rotated, sheared, translated } from "./pillowAffine.ts";
import { autoContrasted, equalized, posterized, sharpened, solarized } from "./tone.ts";

/** What all operations take. */
interface Setting {
  /** The greatest value of a picture. */
  readonly max: number;
  /** Of shears, shifts and turns. */
  readonly order: AffineOrder;
}

interface Operation {
  /** What a magnitude from -30 to 30 means for a picture of this size; nothing for what has no strength. */
  readonly amount?: (magnitude: number, size: Pick<Grid, "height" | "width">) => number;
  readonly apply: (picture: Picture, amount: number, setting: Setting) => Picture;
}

const MOST = 30;

/** Pixels a row or column. */
const slant = (magnitude: number) => (0.3 * magnitude) / MOST;
/** In whole pixels; AutoAugment's 150 are those of a picture of 331. */
const shift = (magnitude: number, side: number) => Math.trunc((150 * side * magnitude) / (331 * MOST));
/** What is added to a factor of 1. */
const change = (magnitude: number) => (0.9 * magnitude) / MOST;
const strength = (magnitude: number) => Math.abs(magnitude) / MOST;

/** The operations and ranges of torchvision's `RandAugment`, whose 31 bins are the magnitudes 0 to 30. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  identity: { apply: (picture) => picture },
  shearX: { amount: slant, apply: (picture, x, { order }) => sheared(picture, { x }, order) },
  shearY: { amount: slant, apply: (picture, y, { order }) => sheared(picture, { y }, order) },
  translateX: {
    amount: (magnitude, { width }) => shift(magnitude, width),
    apply: (picture, x, { order }) => translated(picture, { x }, order),
  },
  translateY: {
    amount: (magnitude, { height }) => shift(magnitude, height),
    apply: (picture, y, { order }) => translated(picture, { y }, order),
  },
  rotate: {
    amount: (magnitude) => magnitude,
    apply: (picture, degrees, { order }) => rotated(picture, degrees, order),
  },
  brightness: { amount: change, apply: (picture, amount, { max }) => brightened(picture, 1 + amount, max) },
  color: { amount: change, apply: (picture, amount, { max }) => saturated(picture, 1 + amount, max) },
  contrast: { amount: change, apply: (picture, amount, { max }) => contrasted(picture, 1 + amount, max) },
  sharpness: { amount: change, apply: (picture, amount, { max }) => sharpened(picture, 1 + amount, max) },
  posterize: {
    amount: (magnitude) => 8 - Math.round(4 * strength(magnitude)),
    apply: (picture, bits, { max }) => posterized(picture, bits, max),
  },
  solarize: {
    amount: (magnitude) => 1 - strength(magnitude),
    // A threshold of 1 would make white black.
    apply: (picture, threshold, { max }) => (threshold < 1 ? solarized(picture, threshold * max, max) : picture),
  },
  autoContrast: { apply: (picture, _, { max }) => autoContrasted(picture, max) },
  equalize: { apply: (picture, _, { max }) => equalized(picture, max) },
};

/** The names of the operations that `randAugment` draws from. */
export const RAND_AUGMENT_OPERATIONS = Object.keys(OPERATIONS);

/** One operation at a magnitude from -30 to 30. */
export interface RandAugmentChange {
  readonly name: string;
  readonly magnitude: number;
}

/** So many operations, each any of `among` in either direction. */
export function drawOperations(
  {
    operations,
    magnitude,
    among,
  }: { readonly operations: number; readonly magnitude: number; readonly among: readonly string[] },
  random: RandomStream,
): RandAugmentChange[] {
  return Array.from({ length: operations }, () => {
    const name = among[random.integer(among.length)] ?? "identity";
    return { name, magnitude: random.chance(0.5) ? magnitude : -magnitude };
  });
}

/**
 * What a magnitude means for a picture of this size: pixels a row, pixels, degrees, bits, a threshold from 0 to 1, or what
 * is added to a factor of 1; 0 for what has no strength.
 * @throws StriateError `usage` for an operation that there is not
 */
export function randAugmentAmount(
  { name, magnitude }: RandAugmentChange,
  size: Pick<Grid, "height" | "width">,
): number {
  return operationOf(name).amount?.(magnitude, size) ?? 0;
}

/** @throws StriateError `usage` for an operation that there is not */
export function randAugmented(picture: Picture, drawn: RandAugmentChange, setting: Setting): Picture {
  return operationOf(drawn.name).apply(picture, randAugmentAmount(drawn, gridOf(picture.shape)), setting);
}

function operationOf(name: string): Operation {
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (operation) return operation;
  throw unknownName("operation of randAugment", name, RAND_AUGMENT_OPERATIONS);
}

/**
 * RandAugment (Cubuk et al. 2019): so many operations one after the other, each chosen at random, all of one magnitude.
 * Operations, ranges and directions are those of torchvision's `RandAugment`, on pictures of floats, which are not
 * rounded between two operations (posterize and equalize do go through 256 grey values). At magnitude 0 solarize changes
 * nothing; torchvision's makes white black there.
 *
 * The paper's own code differs from both: its scale ends at 10 where this one ends at 30 (its 9 is a shear of 0.27, here
 * 27), and goes on beyond; it also has invert, cutout and solarizeAdd, skips each operation at random, fills with grey,
 * shifts by up to 100 pixels, and has factors from 0.1 to 1.9 that grow with the magnitude.
 *
 * @param options `operations`: how many, default 2; `magnitude`: 0 to 30, default 9; `among`: names of
 * `RAND_AUGMENT_OPERATIONS`, default all; `interpolationOrder` of shears, shifts and turns: 0 (the nearest pixel, default
 * as in torchvision and the paper's code) or 1 (linear, by Pillow's rules); `max`: the greatest value of a picture, default 1
 */
export function randAugment(
  options: StepOptions & {
    readonly operations?: number;
    readonly magnitude?: number;
    readonly among?: readonly string[];
    readonly interpolationOrder?: AffineOrder;
    readonly max?: number;
  } = {},
): Step {
  checkOptions("randAugment", options, {
    probability: true,
    operations: true,
    magnitude: true,
    among: true,
    interpolationOrder: true,
    max: true,
  });
  const { operations = 2, magnitude = 9, among = RAND_AUGMENT_OPERATIONS, interpolationOrder = 0, max = 1 } = options;
  checkRange("randAugment", "magnitude", magnitude, 0, MOST);
  checkRange("randAugment", "operations", operations, 0, 20);
  if (interpolationOrder !== 0 && interpolationOrder !== 1) {
    throw new StriateError("usage", `randAugment: interpolationOrder is 0 or 1; got ${String(interpolationOrder)}`);
  }
  for (const name of among) operationOf(name);
  const drawn = { operations, magnitude, among };
  return defineStep("randAugment", options, (picture, random) =>
    drawOperations(drawn, random).reduce(
      (given, change) => randAugmented(given, change, { max, order: interpolationOrder }),
      picture,
    ),
  );
}
