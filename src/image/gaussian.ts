import { checkOptions, type OptionNames } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { normal } from "../tensor/random.ts";
import type { Border } from "./border.ts";
import { correlate } from "./convolve.ts";
import { type Image, imageSize } from "./image.ts";

/** The standard deviation of a Gaussian and where it is cut. */
export interface GaussianOptions {
  /** Standard deviation in pixels. */
  readonly sigma: number;
  /** Where it is cut, in standard deviations; default 4, as in SciPy: the kernel has 2 floor(truncate sigma + 0.5) + 1. */
  readonly truncate?: number;
  /** What lies outside the picture, default "reflect", SciPy's. */
  readonly border?: Border;
}

/** The names of all of them. */
export const GAUSSIAN: OptionNames<GaussianOptions> = { sigma: true, truncate: true, border: true };

/**
 * A Gaussian along one axis, or its second derivative, as `scipy.ndimage` has them: exp(-x^2 / (2 sigma^2)), its sum made
 * 1, times x^2 / sigma^4 - 1 / sigma^2 for the second derivative.
 *
 * @throws StriateError `usage` for a sigma or truncate that is not positive
 */
export function gaussianKernel(options: GaussianOptions, derivative: 0 | 2 = 0): number[] {
  checkOptions("gaussianKernel", options, GAUSSIAN);
  const { sigma, truncate = 4 } = options;
  if (!(sigma > 0 && truncate > 0 && Number.isFinite(sigma * truncate))) {
    throw new StriateError("usage", `sigma and truncate are greater than 0; got ${sigma} and ${truncate}`);
  }
  const radius = Math.floor(truncate * sigma + 0.5);
  const places = Array.from({ length: 2 * radius + 1 }, (_, i) => i - radius);
  const bell = places.map((x) => Math.exp((-0.5 * x * x) / (sigma * sigma)));
  const sum = bell.reduce((total, value) => total + value, 0);
  const factor = (x: number) => (derivative === 0 ? 1 : (x * x) / sigma ** 4 - 1 / sigma ** 2);
  return bell.map((value, i) => (value / sum) * factor(i - radius));
}

/**
 * A picture blurred by a Gaussian, channel by channel, as `scipy.ndimage.gaussian_filter`.
 * @returns float32 [h, w, c]
 * @throws StriateError `usage` for a wrong option; `shape` where `image` is no picture
 */
export function gaussianBlur(image: Image, options: GaussianOptions): Image<"float32"> {
  checkOptions("gaussianBlur", options, GAUSSIAN);
  const kernel = gaussianKernel(options);
  return correlate(image, { vertical: kernel, horizontal: kernel }, { border: options.border ?? "reflect" });
}

/** What `addGaussianNoise` takes. */
export interface NoiseOptions {
  /** Standard deviation, in the values of the picture. */
  readonly stddev: number;
  /** Default 0; the same seed gives the same noise. */
  readonly seed?: number;
}

/**
 * A picture with normal noise of mean 0 on every value.
 * @returns float32 [h, w, c], not cut to 0..255
 * @throws StriateError `usage` for a standard deviation that is negative
 */
export function addGaussianNoise(image: Image, options: NoiseOptions): Image<"float32"> {
  checkOptions("addGaussianNoise", options, { stddev: true, seed: true });
  const { stddev, seed = 0 } = options;
  imageSize(image);
  if (!(stddev >= 0 && Number.isFinite(stddev))) {
    throw new StriateError("usage", `a standard deviation is at least 0; got ${stddev}`);
  }
  const data = normal({ seed, stream: "image/noise", counter: 0 }, image.data.length, 0, stddev);
  for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) + (image.data[i] ?? 0);
  return { dtype: "float32", shape: image.shape, data };
}
