import { StriateError } from "../../../errors.ts";
import type { RandomStream } from "../../../tensor/randomStream.ts";
import { checkPicture, type Picture } from "../picture.ts";
import type { Step } from "../step.ts";

/** What every step takes. */
export interface StepOptions {
  /** How often the step is done, from 0 to 1; default 1 unless the step says otherwise. */
  readonly probability?: number;
}

/** A step that is done with its probability, and that describes itself. */
export function defineStep<O extends StepOptions>(
  name: string,
  options: O,
  apply: (picture: Picture, random: RandomStream) => Picture,
  unaugmented?: Step["unaugmented"],
): Step {
  const { probability = 1 } = options;
  if (!(probability >= 0 && probability <= 1)) {
    throw new StriateError("usage", `${name}: probability is a number from 0 to 1; got ${probability}`);
  }
  const step = (picture: Picture, random: RandomStream): Picture => {
    checkPicture(picture);
    return random.chance(probability) ? apply(picture, random) : picture;
  };
  const description = { name, options: { ...options } as Readonly<Record<string, unknown>> };
  return Object.assign(step, { description, ...(unaugmented && { unaugmented }) });
}

/** @throws StriateError `usage` where the value is not in the range */
export function checkRange(step: string, option: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  const wanted = most === Number.POSITIVE_INFINITY ? `a number from ${least} on` : `a number from ${least} to ${most}`;
  throw new StriateError("usage", `${step}: ${option} is ${wanted}; got ${value}`);
}
