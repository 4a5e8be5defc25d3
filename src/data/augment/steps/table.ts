import { StriateError } from "../../../errors.ts";
import type { Step, StepDescription } from "../step.ts";
import { colorJitter } from "./colorJitter.ts";
import { randomCrop, randomResizedCrop } from "./crop.ts";
import { cutout } from "./cutout.ts";
import { randomAffine, randomFlip } from "./geometry.ts";
import { gaussianNoise, saltAndPepper, speckleNoise } from "./noise.ts";
import { randAugment } from "./randAugment.ts";

/** Every step that can be made again from its description. */
const STEPS: Readonly<Record<string, (options: Readonly<Record<string, unknown>>) => Step>> = {
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

/** @throws StriateError `usage` for a step that there is not */
export function stepOf({ name, options }: StepDescription): Step {
  const make = Object.hasOwn(STEPS, name) ? STEPS[name] : undefined;
  if (make) return make(options);
  throw new StriateError("usage", `there is no step ${name}; there are ${Object.keys(STEPS).join(", ")}`);
}
