import { checkOptions } from "../../../checks/index.ts";
import type { RandomStream } from "../../../tensor/randomStream.ts";
import { gridOf, type Picture, withData } from "../picture.ts";
import type { Step } from "../step.ts";
import { checkRange, defineStep, type StepOptions } from "./define.ts";

/** The options of `gaussianNoise` and `speckleNoise`. */
export interface NoiseOptions extends StepOptions {
  /** The greatest value of a picture, default 1; results are cut to 0..max. */
  readonly max?: number;
}

/** x + max n, cut to 0..max, with a number n of its own for each value. */
export function withNoise(picture: Picture, noise: () => number, max: number): Picture {
  const { data } = picture;
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const x = (data[i] ?? 0) + max * noise();
    out[i] = x < 0 ? 0 : x > max ? max : x;
  }
  return withData(picture, out);
}

/** x + n x, cut to 0..max. */
export function speckled(picture: Picture, noise: () => number, max: number): Picture {
  const { data } = picture;
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const x = (data[i] ?? 0) * (1 + noise());
    out[i] = x < 0 ? 0 : x > max ? max : x;
  }
  return withData(picture, out);
}

/**
 * Adds to each value a number of its own from the normal distribution; `stddev` is a fraction of `max`, default 0.05. As
 * scikit-image's `random_noise` in mode `gaussian` with var = stddev^2 (its default is 0.01, a deviation of 0.1).
 */
export function gaussianNoise(options: NoiseOptions & { readonly stddev?: number } = {}): Step {
  checkOptions("gaussianNoise", options, { probability: true, stddev: true, max: true });
  const { stddev = 0.05, max = 1 } = options;
  checkRange("gaussianNoise", "stddev", stddev, 0, Number.POSITIVE_INFINITY);
  return defineStep("gaussianNoise", options, (picture, random) =>
    withNoise(picture, () => random.normal(0, stddev), max),
  );
}

/**
 * Multiplies each value by 1 + a number of its own from the normal distribution of deviation `stddev`, default 0.1. As
 * scikit-image's `random_noise` in mode `speckle` with var = stddev^2 (its default is 0.01: the same).
 */
export function speckleNoise(options: NoiseOptions & { readonly stddev?: number } = {}): Step {
  checkOptions("speckleNoise", options, { probability: true, stddev: true, max: true });
  const { stddev = 0.1, max = 1 } = options;
  checkRange("speckleNoise", "stddev", stddev, 0, Number.POSITIVE_INFINITY);
  return defineStep("speckleNoise", options, (picture, random) =>
    speckled(picture, () => random.normal(0, stddev), max),
  );
}

/** How many pixels are hit, and how many of them become white; both from 0 to 1. */
export interface ImpulseOptions {
  readonly amount: number;
  readonly salt: number;
}

/** Pixels become white or black, all channels of one together. */
export function saltedAndPeppered(
  picture: Picture,
  random: Pick<RandomStream, "chance">,
  { amount, salt }: ImpulseOptions,
  max: number,
): Picture {
  const { channels } = gridOf(picture.shape);
  const data = picture.data.slice();
  for (let at = 0; at < data.length; at += channels) {
    if (random.chance(amount)) data.fill(random.chance(salt) ? max : 0, at, at + channels);
  }
  return withData(picture, data);
}

/**
 * Makes a fraction `amount` (default 0.02) of the pixels white or black, `salt` (default 0.5) of these white. As
 * scikit-image's `random_noise` in mode `s&p` (its default amount is 0.05), but a pixel is hit as a whole, as a sensor's
 * dead pixel is; there each channel is hit by itself, which of colour pictures makes coloured dots.
 */
export function saltAndPepper(options: NoiseOptions & Partial<ImpulseOptions> = {}): Step {
  checkOptions("saltAndPepper", options, { probability: true, amount: true, salt: true, max: true });
  const { amount = 0.02, salt = 0.5, max = 1 } = options;
  checkRange("saltAndPepper", "amount", amount, 0, 1);
  checkRange("saltAndPepper", "salt", salt, 0, 1);
  return defineStep("saltAndPepper", options, (picture, random) =>
    saltedAndPeppered(picture, random, { amount, salt }, max),
  );
}
