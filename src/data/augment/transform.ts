import { checkOptions, finiteNumber, type OptionNames } from "../../checks/index.ts";
import { type AffineParameters, affineMatrix, type Pivot } from "./affine.ts";
import { applyBrightness, applyChannelShift } from "./brightness.ts";
import { checkPicture, type DataFormat, type Grid, gridOf, type Picture, withData } from "./picture.ts";
import { type ResampleOptions, resample, writeOrder } from "./resample.ts";

/** What is done to one picture; what is left out is not done. The names are Keras's. */
export interface TransformParameters extends AffineParameters {
  readonly flipHorizontal?: boolean;
  readonly flipVertical?: boolean;
  /** Added to all values. */
  readonly channelShiftIntensity?: number;
  /** Factor: 0 is black, 1 no change. */
  readonly brightness?: number;
}

const PARAMETERS: OptionNames<TransformParameters> = {
  theta: true,
  tx: true,
  ty: true,
  shear: true,
  zx: true,
  zy: true,
  flipHorizontal: true,
  flipVertical: true,
  channelShiftIntensity: true,
  brightness: true,
};

/** The parameters that a user gave, without those that are null. @throws StriateError `usage` for a wrong one */
export function givenParameters(parameters: TransformParameters): TransformParameters {
  checkOptions("applyTransform", parameters, PARAMETERS);
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null);
  for (const [name, value] of given) if (typeof value !== "boolean") finiteNumber("applyTransform", name, value);
  return Object.fromEntries(given);
}

export interface TransformOptions extends Pick<ResampleOptions, "fillMode" | "cval" | "order" | "gain"> {
  readonly dataFormat: DataFormat;
  readonly pivot: Pivot;
}

/** Whether a factor after all changes can as well be part of the resampling: where nothing in between looks at values. */
export function commutesWithGain({ channelShiftIntensity, brightness }: TransformParameters): boolean {
  return channelShiftIntensity === undefined && brightness === undefined;
}

/**
 * A picture under the parameters, in Keras's order: the affine part as one matrix and one resampling, the channel shift,
 * the flips, the brightness.
 * @param into where the result may be written, which the picture does not share
 * @returns a picture of the same shape with values of its own
 * @throws StriateError `shape` for what is no picture
 */
export function transformPicture(
  picture: Picture,
  parameters: TransformParameters,
  options: TransformOptions,
  into?: Float32Array<ArrayBuffer>,
): Picture {
  checkPicture(picture);
  const grid = gridOf(picture.shape, options.dataFormat);
  const { flipHorizontal = false, flipVertical = false, channelShiftIntensity, brightness } = parameters;
  const matrix = affineMatrix(parameters, grid.height, grid.width, options.pivot);
  // A channel shift moves values within the picture's range, wherever they are: it can follow the flips.
  const flips = { ...options, flipHorizontal, flipVertical };
  let result = withData(
    picture,
    matrix ? resample(picture.data, grid, matrix, flips, into) : flipped(picture.data, grid, flips),
  );
  if (channelShiftIntensity !== undefined) result = applyChannelShift(result, channelShiftIntensity);
  if (brightness !== undefined) result = applyBrightness(result, brightness, grid);
  return result;
}

function flipped(source: Float32Array<ArrayBuffer>, grid: Grid, options: ResampleOptions): Float32Array<ArrayBuffer> {
  const { gain = 1 } = options;
  if (!options.flipHorizontal && !options.flipVertical)
    return gain === 1 ? source.slice() : source.map((x) => x * gain);
  const { height, width, channels, rowStride, columnStride, channelStride } = grid;
  const { start, rowStep, columnStep } = writeOrder(grid, options);
  const out = new Float32Array(source.length);
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      let from = i * rowStride + j * columnStride;
      let to = start + i * rowStep + j * columnStep;
      for (let k = 0; k < channels; k++, from += channelStride, to += channelStride)
        out[to] = (source[from] ?? 0) * gain;
    }
  }
  return out;
}
