import { unknownName } from "../../../checks/index.ts";
import type { Step, StepDescription } from "../step.ts";
import { colorJitter } from "./colorJitter.ts";
import { randomCrop, randomResizedCrop } from "./crop.ts";
import { cutout } from "./cutout.ts";
import { randomAffine, randomFlip } from "./geometry.ts";
import { gaussianNoise, saltAndPepper, speckleNoise } from "./noise.ts";
import { randAugment } from "./randAugment.ts";

/** Every step that can be made again from its description. */
const STEPS = {
  randomFlip,
  randomAffine,
  randomCrop,
  randomResizedCrop,
  gaussianNoise,
  speckleNoise,
  saltAndPepper,
  colorJitter,
  cutout,
  randAugment,
};

/** The name of a step that can be plain data. */
export type StepName = keyof typeof STEPS;

/** The options that a step takes, each of them. */
export type StepOptionsOf<N extends StepName> = Required<NonNullable<Parameters<(typeof STEPS)[N]>[0]>>;

const BY_NAME: Readonly<Record<string, (options: Readonly<Record<string, unknown>>) => Step>> = STEPS;

/** @throws StriateError `usage` for a step that there is not, and as the step for a value that it does not take */
export function stepOf({ name, options }: StepDescription): Step {
  const make = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
  if (make) return make(options);
  throw unknownName("augmentation step", name, Object.keys(BY_NAME));
}
