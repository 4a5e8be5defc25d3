import { checkOptions, type OptionNames, valueText } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { Pivot } from "./affine.ts";
import { FILL_MODES, type FillMode } from "./edges.ts";
import type { DataFormat, Picture } from "./picture.ts";
import type { SplineOrder } from "./spline.ts";

/** A range of shifts: a fraction of the size below 1, pixels from 1 on, or the shifts to choose from (either sign). */
export type ShiftRange = number | readonly number[];

/** The arguments of Keras's `ImageDataGenerator`, with its defaults. */
export interface ImageDataGeneratorOptions {
  /** Degrees to turn either way, default 0. */
  readonly rotationRange?: number;
  /**
   * Shift to either side, default 0. Below 1 a fraction of the width; another fraction such as 2.5, pixels; a whole
   * number n, one of 0 ... n - 1 pixels; a list, one of its numbers (fractions where all are below 1).
   */
  readonly widthShiftRange?: ShiftRange;
  /** Shift up or down, by the height, default 0. */
  readonly heightShiftRange?: ShiftRange;
  /** Degrees of shear either way, default 0. */
  readonly shearRange?: number;
  /** [lower, upper], or a number z for [1 - z, 1 + z]; default 0. Height and width are zoomed apart. */
  readonly zoomRange?: number | readonly [number, number];
  /** The most that is added to all values, default 0. */
  readonly channelShiftRange?: number;
  /** [lower, upper] of the factor of brightness; default none. For values of 0..255: see `applyBrightness`. */
  readonly brightnessRange?: readonly [number, number];
  /** Flip one in two pictures left to right, default false. */
  readonly horizontalFlip?: boolean;
  /** Flip one in two pictures upside down, default false. */
  readonly verticalFlip?: boolean;
  /** Default `nearest`. */
  readonly fillMode?: FillMode;
  /** The value outside with fill mode `constant`, default 0. */
  readonly cval?: number;
  /** A factor, applied after all changes, e.g. 1 / 255; default none. */
  readonly rescale?: number;
  /** Takes the mean of the data set, channel by channel, from each picture; `fit` finds it. Default false. */
  readonly featurewiseCenter?: boolean;
  /** Takes each picture's own mean from it. Default false. */
  readonly samplewiseCenter?: boolean;
  /** Divides by the data set's standard deviation; implies `featurewiseCenter`. Default false. */
  readonly featurewiseStdNormalization?: boolean;
  /** Divides each picture by its own standard deviation; implies `samplewiseCenter`. Default false. */
  readonly samplewiseStdNormalization?: boolean;
  /** ZCA whitening; implies `featurewiseCenter`, and no `featurewiseStdNormalization`. Default false. */
  readonly zcaWhitening?: boolean;
  /** Added to the singular values, default 1e-6. */
  readonly zcaEpsilon?: number;
  /** The fraction of the pictures that subset `validation` of the flows takes, from the beginning; default 0. */
  readonly validationSplit?: number;
  /** Called with each picture after its changes, before `rescale`. It cannot be sent to worker threads. */
  readonly preprocessingFunction?: (picture: Picture) => Picture;
  /** Default `channelsLast`. */
  readonly dataFormat?: DataFormat;
  /** 0 (nearest), 1 (linear, the default), 2 to 5 (splines of this order, as SciPy's). */
  readonly interpolationOrder?: number;
  /** Beyond Keras: the point around which pictures turn; default `keras`, which for square pictures is the centre. */
  readonly pivot?: Pivot;
}

const GENERATOR: OptionNames<ImageDataGeneratorOptions> = {
  rotationRange: true,
  widthShiftRange: true,
  heightShiftRange: true,
  shearRange: true,
  zoomRange: true,
  channelShiftRange: true,
  brightnessRange: true,
  horizontalFlip: true,
  verticalFlip: true,
  fillMode: true,
  cval: true,
  rescale: true,
  featurewiseCenter: true,
  samplewiseCenter: true,
  featurewiseStdNormalization: true,
  samplewiseStdNormalization: true,
  zcaWhitening: true,
  zcaEpsilon: true,
  validationSplit: true,
  preprocessingFunction: true,
  dataFormat: true,
  interpolationOrder: true,
  pivot: true,
};

/** The options with nothing left open. */
export interface GeneratorSettings {
  readonly rotationRange: number;
  readonly widthShiftRange: ShiftRange;
  readonly heightShiftRange: ShiftRange;
  readonly shearRange: number;
  readonly zoomRange: readonly [number, number];
  readonly channelShiftRange: number;
  readonly brightnessRange: readonly [number, number] | undefined;
  readonly horizontalFlip: boolean;
  readonly verticalFlip: boolean;
  readonly fillMode: FillMode;
  readonly cval: number;
  readonly rescale: number | undefined;
  readonly featurewiseCenter: boolean;
  readonly samplewiseCenter: boolean;
  readonly featurewiseStdNormalization: boolean;
  readonly samplewiseStdNormalization: boolean;
  readonly zcaWhitening: boolean;
  readonly zcaEpsilon: number;
  readonly validationSplit: number;
  readonly preprocessingFunction: ((picture: Picture) => Picture) | undefined;
  readonly dataFormat: DataFormat;
  readonly order: 0 | 1 | SplineOrder;
  readonly pivot: Pivot;
}

/** @throws StriateError `usage` that names the option and says what it should be */
export function generatorSettings(options: ImageDataGeneratorOptions): GeneratorSettings {
  checkOptions("imageDataGenerator", options, GENERATOR);
  const { zoomRange = 0, fillMode = "nearest", dataFormat = "channelsLast", pivot = "keras" } = options;
  const { brightnessRange, validationSplit = 0 } = options;
  const number = (name: NumberOption, fallback: number) => finite(name, options[name] ?? fallback);
  const zcaWhitening = options.zcaWhitening ?? false;
  const dividesByFeature = !zcaWhitening && (options.featurewiseStdNormalization ?? false);
  const dividesBySample = options.samplewiseStdNormalization ?? false;
  if (brightnessRange !== undefined) pair("brightnessRange", brightnessRange);
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw wrong("validationSplit", "from 0 on and less than 1", validationSplit);
  }
  return {
    rotationRange: number("rotationRange", 0),
    widthShiftRange: shiftRange("widthShiftRange", options.widthShiftRange ?? 0),
    heightShiftRange: shiftRange("heightShiftRange", options.heightShiftRange ?? 0),
    shearRange: number("shearRange", 0),
    zoomRange: typeof zoomRange === "number" ? zoomAround(zoomRange) : pair("zoomRange", zoomRange),
    channelShiftRange: number("channelShiftRange", 0),
    brightnessRange,
    horizontalFlip: options.horizontalFlip ?? false,
    verticalFlip: options.verticalFlip ?? false,
    fillMode: oneOf("fillMode", fillMode, FILL_MODES),
    cval: number("cval", 0),
    rescale: options.rescale === undefined ? undefined : finite("rescale", options.rescale),
    featurewiseCenter: (options.featurewiseCenter ?? false) || zcaWhitening || dividesByFeature,
    samplewiseCenter: (options.samplewiseCenter ?? false) || dividesBySample,
    featurewiseStdNormalization: dividesByFeature,
    samplewiseStdNormalization: dividesBySample,
    zcaWhitening,
    zcaEpsilon: number("zcaEpsilon", 1e-6),
    validationSplit,
    preprocessingFunction: options.preprocessingFunction,
    dataFormat: oneOf("dataFormat", dataFormat, ["channelsLast", "channelsFirst"]),
    order: interpolationOrder(options.interpolationOrder ?? 1),
    pivot: oneOf("pivot", pivot, ["keras", "centre"]),
  };
}

type NumberOption = "rotationRange" | "shearRange" | "channelShiftRange" | "cval" | "zcaEpsilon";

/** Pixels or degrees beyond which nothing of a picture is left, and sums of positions lose their digits. */
const FARTHEST = 1e6;

function finite(name: string, value: number): number {
  if (Math.abs(value) <= FARTHEST) return value;
  throw wrong(name, `a number from -${FARTHEST} to ${FARTHEST}`, valueText(value));
}

function zoomAround(zoom: number): readonly [number, number] {
  finite("zoomRange", zoom);
  return [1 - zoom, 1 + zoom];
}

function pair(name: string, value: readonly number[]): readonly [number, number] {
  const [low, high] = value;
  if (value.length === 2 && [low, high].every((bound) => Math.abs(bound ?? Number.NaN) <= FARTHEST)) {
    return [Number(low), Number(high)];
  }
  throw wrong(name, `two numbers, [lower, upper], from -${FARTHEST} to ${FARTHEST}`, valueText(value));
}

function shiftRange(name: string, range: ShiftRange): ShiftRange {
  const all = typeof range === "number" ? [range] : range;
  if (all.length > 0 && all.every((shift) => Math.abs(shift) <= FARTHEST)) return range;
  throw wrong(name, `a number or a list of numbers, from -${FARTHEST} to ${FARTHEST}`, valueText(range));
}

function interpolationOrder(order: number): 0 | 1 | SplineOrder {
  if ([0, 1, 2, 3, 4, 5].includes(order)) return order as 0 | 1 | SplineOrder;
  throw wrong("interpolationOrder", "0 (nearest), 1 (linear) or 2 to 5 (splines)", order);
}

function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw wrong(name, `one of ${allowed.join(", ")}`, value);
}

function wrong(name: string, wanted: string, given: unknown): StriateError {
  return new StriateError("usage", `imageDataGenerator: ${name} is ${wanted}; got ${String(given)}`);
}
