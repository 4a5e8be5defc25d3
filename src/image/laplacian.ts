import { checkOptions } from "../checks/index.ts";
import type { Border } from "./border.ts";
import { correlate } from "./convolve.ts";
import { GAUSSIAN, type GaussianOptions, gaussianKernel } from "./gaussian.ts";
import type { Image } from "./image.ts";

const LAPLACIAN = [
  [0, 1, 0],
  [1, -4, 1],
  [0, 1, 0],
];

/**
 * The sum of the second differences along both axes, channel by channel: `scipy.ndimage.laplace`, OpenCV's `Laplacian`
 * with ksize 1.
 *
 * @returns float32 [h, w, c]; an edge lies where its sign changes
 */
export function laplacian(image: Image, options: { readonly border?: Border } = {}): Image<"float32"> {
  checkOptions("laplacian", options, { border: true });
  const { border = "reflect" } = options;
  return correlate(image, LAPLACIAN, { border });
}

/**
 * The Laplacian of a picture that is blurred by a Gaussian (Marr and Hildreth 1980), in one step:
 * `scipy.ndimage.gaussian_laplace`.
 *
 * @returns float32 [h, w, c]; an edge lies where its sign changes
 */
export function laplacianOfGaussian(image: Image, options: GaussianOptions): Image<"float32"> {
  checkOptions("laplacianOfGaussian", options, GAUSSIAN);
  const [bell, second] = [gaussianKernel(options), gaussianKernel(options, 2)];
  const border = options.border ?? "reflect";
  const along = correlate(image, { vertical: bell, horizontal: second }, { border });
  const down = correlate(image, { vertical: second, horizontal: bell }, { border });
  for (let i = 0; i < along.data.length; i++) along.data[i] = (along.data[i] ?? 0) + (down.data[i] ?? 0);
  return along;
}
