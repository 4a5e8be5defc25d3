import { checkOptions, type OptionNames } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";

/** A Gabor filter; names as in OpenCV's `getGaborKernel` are in brackets. */
export interface GaborOptions {
  /** Side of the square kernel in pixels, an odd number [ksize]. */
  readonly size: number;
  /** Standard deviation of the Gaussian across the stripes, in pixels [sigma]. */
  readonly sigma: number;
  /** Length of a wave in pixels [lambd]. */
  readonly wavelength: number;
  /** Direction in which the wave runs, in radians; 0 finds upright edges [theta]. Default 0. */
  readonly orientation?: number;
  /** How round the Gaussian is: below 1 it is longer along the stripes [gamma]. Default 0.5. */
  readonly aspectRatio?: number;
  /** Of the wave, in radians: 0 (the default) finds lines, pi / 2 edges [psi]. */
  readonly phase?: number;
}

const GABOR: OptionNames<Omit<GaborOptions, "orientation">> = {
  size: true,
  sigma: true,
  wavelength: true,
  aspectRatio: true,
  phase: true,
};

/**
 * A Gabor filter (Daugman 1985), a wave in a Gaussian, which is what a cell of the striate cortex, or the first layer of a
 * trained CNN, looks for: exp(-(x'^2 + aspectRatio^2 y'^2) / (2 sigma^2)) cos(2 pi x' / wavelength + phase), where
 * x' = x cos t + y sin t and y' = -x sin t + y cos t, y upwards. Equal to OpenCV's `getGaborKernel`.
 *
 * @returns float32 [size, size], for `correlate`
 * @throws StriateError `usage` for an even size, or a sigma, wavelength or aspect ratio that is not positive
 */
export function gaborKernel(options: GaborOptions): Tensor<"float32"> {
  checkOptions("gaborKernel", options, { ...GABOR, orientation: true });
  const { size, sigma, wavelength, orientation = 0, aspectRatio = 0.5, phase = 0 } = options;
  if (!Number.isSafeInteger(size) || size < 1 || size % 2 === 0) {
    throw new StriateError("usage", `the size of a Gabor filter is an odd whole number; got ${size}`);
  }
  if (!(sigma > 0 && wavelength > 0 && aspectRatio > 0)) {
    throw new StriateError(
      "usage",
      `sigma, wavelength and aspectRatio are greater than 0; got ${sigma}, ${wavelength} and ${aspectRatio}`,
    );
  }
  const half = (size - 1) / 2;
  const [cos, sin] = [Math.cos(orientation), Math.sin(orientation)];
  const data = new Float32Array(size * size);
  for (let i = 0; i < data.length; i++) {
    // OpenCV lays out its kernel from the largest x and y on.
    const x = half - (i % size);
    const y = half - Math.floor(i / size);
    const across = x * cos + y * sin;
    const along = -x * sin + y * cos;
    const bell = Math.exp(-(across ** 2 + (aspectRatio * along) ** 2) / (2 * sigma ** 2));
    data[i] = bell * Math.cos((2 * Math.PI * across) / wavelength + phase);
  }
  return tensor("float32", [size, size], data);
}

/** What `gaborBank` takes. */
export interface GaborBankOptions extends Omit<GaborOptions, "orientation"> {
  /** How many directions; they are spread evenly over half a turn, from 0 on. */
  readonly orientations: number;
}

/**
 * Gabor filters of many orientations: filter i runs at i pi / orientations.
 * @throws StriateError `usage` as `gaborKernel`, or for a number of orientations below 1
 */
export function gaborBank(options: GaborBankOptions): Tensor<"float32">[] {
  checkOptions("gaborBank", options, { ...GABOR, orientations: true });
  const { orientations, ...kernelOptions } = options;
  if (!Number.isSafeInteger(orientations) || orientations < 1) {
    throw new StriateError("usage", `a bank has a whole number of orientations from 1 on; got ${orientations}`);
  }
  return Array.from({ length: orientations }, (_, i) =>
    gaborKernel({ ...kernelOptions, orientation: (i * Math.PI) / orientations }),
  );
}
