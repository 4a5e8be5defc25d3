import { StriateError } from "../../errors.ts";
import type { GeneratorSettings } from "./generatorOptions.ts";
import { gridOf, type Picture, withData } from "./picture.ts";

/** What `fit` finds out about a data set. Plain data, so that a worker can have it. */
export interface FeatureStatistics {
  /** Of each channel. */
  readonly mean: Float32Array;
  /** Of each channel. */
  readonly std: Float32Array | undefined;
  /** [d, d] row-major, for pictures of d values. */
  readonly zca: Float32Array | undefined;
}

/** What Keras adds to a standard deviation before it divides by it. */
const EPSILON = 1e-6;

/**
 * Brings a picture's values to the scale that was asked for, in Keras's order: preprocessing, `rescale`, the picture's own
 * mean and deviation, those of the data set, whitening.
 * @param inPlace whether the picture's own values may be written over, default false
 * @throws StriateError `usage` where statistics of the data set are needed and `fit` was not called
 */
export function standardizePicture(
  picture: Picture,
  settings: GeneratorSettings,
  statistics: FeatureStatistics | undefined,
  inPlace = false,
): Picture {
  const preprocessed = settings.preprocessingFunction?.(picture) ?? picture;
  const data = inPlace ? preprocessed.data : preprocessed.data.slice();
  if (settings.rescale !== undefined && settings.rescale !== 0) {
    multiply(data, Math.fround(settings.rescale));
  }
  if (settings.samplewiseCenter) addTo(data, -meanOf(data));
  if (settings.samplewiseStdNormalization) multiply(data, 1 / (deviationOf(data) + EPSILON));
  const result = withData(preprocessed, data);
  if (!settings.featurewiseCenter) return result;
  if (!statistics) {
    throw new StriateError(
      "usage",
      "featurewise normalization and whitening need the data set's statistics; call fit(pictures) first",
    );
  }
  const { mean, std, zca } = statistics;
  subtractMeans(result, settings, mean);
  if (std) divideByDeviations(result, settings, std);
  return zca ? withData(result, whitened(data, zca)) : result;
}

/** Takes from each value the mean of its channel. */
export function subtractMeans({ shape, data }: Picture, { dataFormat }: ChannelOrder, means: ArrayLike<number>): void {
  const { height, width, channels, columnStride, channelStride } = gridOf(shape, dataFormat);
  for (let k = 0; k < channels; k++) {
    const mean = means[k] ?? 0;
    const first = k * channelStride;
    for (let i = first, pixel = 0; pixel < height * width; i += columnStride, pixel++) data[i] = (data[i] ?? 0) - mean;
  }
}

/** Divides each value by the standard deviation of its channel and Keras's epsilon. */
function divideByDeviations({ shape, data }: Picture, { dataFormat }: ChannelOrder, std: Float32Array): void {
  const { height, width, channels, columnStride, channelStride } = gridOf(shape, dataFormat);
  for (let k = 0; k < channels; k++) {
    const deviation = (std[k] ?? 0) + EPSILON;
    const first = k * channelStride;
    for (let i = first, pixel = 0; pixel < height * width; i += columnStride, pixel++) {
      data[i] = (data[i] ?? 0) / deviation;
    }
  }
}

type ChannelOrder = Pick<GeneratorSettings, "dataFormat">;

function addTo(data: Float32Array, amount: number): void {
  for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) + amount;
}

function multiply(data: Float32Array, factor: number): void {
  for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) * factor;
}

function meanOf(data: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] ?? 0;
  return sum / data.length;
}

function deviationOf(data: Float32Array): number {
  const mean = meanOf(data);
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += ((data[i] ?? 0) - mean) ** 2;
  return Math.sqrt(sum / data.length);
}

/** The picture as a row, times the matrix. */
function whitened(row: Float32Array, matrix: Float32Array): Float32Array<ArrayBuffer> {
  const size = row.length;
  if (matrix.length !== size * size) {
    throw new StriateError("shape", `the whitening is for pictures of ${Math.sqrt(matrix.length)} values; got ${size}`);
  }
  const sums = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const value = row[i] ?? 0;
    for (let j = 0; j < size; j++) sums[j] = (sums[j] ?? 0) + value * (matrix[i * size + j] ?? 0);
  }
  return Float32Array.from(sums);
}
