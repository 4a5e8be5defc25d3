import { checkOptions, finiteNumber } from "../checks/index.ts";
import {
  type DrawAddress,
  normal,
  type Shape,
  sizeOf,
  type Tensor,
  tensor,
  truncatedNormal,
  uniform,
} from "../tensor/index.ts";
import { oneOf, unknownChoice } from "./options.ts";

/** Draws the first values of a weight from its own place in the seeded stream. */
export interface Initializer {
  (shape: Shape, address: DrawAddress): Tensor<"float32">;
  /** The function that made it and its options, for files; a function of one's own has none. */
  readonly origin?: { readonly by: string; readonly options: Readonly<Record<string, number | string>> };
}

function madeBy(by: string, options: Readonly<Record<string, number | string>>, draw: Initializer): Initializer {
  return Object.assign(draw, { made: { by, options } });
}

/** Fan in and fan out of a weight: for a kernel [height, width, in, out] the receptive field times the channels. */
function fans(shape: Shape): { readonly fanIn: number; readonly fanOut: number } {
  if (shape.length < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 };
  const field = sizeOf(shape.slice(0, -2));
  return { fanIn: field * (shape.at(-2) ?? 1), fanOut: field * (shape.at(-1) ?? 1) };
}

/** All elements have the same value. */
export function constant(value: number): Initializer {
  finiteNumber("constant", "value", value);
  return madeBy("constant", { value }, (shape) =>
    tensor("float32", shape, new Float32Array(sizeOf(shape)).fill(value)),
  );
}

/** The options of `randomNormal` and `truncated`. */
export interface NormalOptions {
  readonly mean: number;
  readonly stddev: number;
}

function normalOptions(name: string, options: Partial<NormalOptions>): NormalOptions {
  checkOptions(name, options, { mean: true, stddev: true });
  return {
    mean: finiteNumber(name, "mean", options.mean ?? 0),
    stddev: finiteNumber(name, "stddev", options.stddev ?? 0.05, { least: 0 }),
  };
}

/** Normal with mean 0 and standard deviation 0.05 unless given, as in Keras. */
export function randomNormal(options: Partial<NormalOptions> = {}): Initializer {
  const { mean, stddev } = normalOptions("randomNormal", options);
  return madeBy("randomNormal", { mean, stddev }, (shape, address) =>
    tensor("float32", shape, normal(address, sizeOf(shape), mean, stddev)),
  );
}

/** Uniform from -0.05 to 0.05 unless given, as in Keras. */
export function randomUniform(options: { readonly low?: number; readonly high?: number } = {}): Initializer {
  checkOptions("randomUniform", options, { low: true, high: true });
  const low = finiteNumber("randomUniform", "low", options.low ?? -0.05);
  const high = finiteNumber("randomUniform", "high", options.high ?? 0.05);
  return madeBy("randomUniform", { low, high }, (shape, address) =>
    tensor("float32", shape, uniform(address, sizeOf(shape), low, high)),
  );
}

/** Normal with everything beyond two standard deviations drawn again. */
export function truncated(options: Partial<NormalOptions> = {}): Initializer {
  const { mean, stddev } = normalOptions("truncated", options);
  return madeBy("truncated", { mean, stddev }, (shape, address) =>
    tensor("float32", shape, truncatedNormal(address, sizeOf(shape), mean, stddev)),
  );
}

/** The standard deviation of a standard normal distribution that is cut off at two. */
const TRUNCATED_STDDEV = 0.87962566103423978;

/** The options of `varianceScaling`. */
export interface VarianceScalingOptions {
  readonly scale: number;
  readonly mode: "fanIn" | "fanOut" | "fanAvg";
  readonly distribution: "uniform" | "truncatedNormal";
}

/**
 * Keras's VarianceScaling: variance = scale / n, n being the fan in, the fan out or their mean. Defaults: scale 1, `fanIn`,
 * `truncatedNormal`.
 */
export function varianceScaling(options: Partial<VarianceScalingOptions> = {}): Initializer {
  const name = "varianceScaling";
  checkOptions(name, options, { scale: true, mode: true, distribution: true });
  const scale = finiteNumber(name, "scale", options.scale ?? 1, { above: 0 });
  const mode = oneOf(name, "mode", options.mode ?? "fanIn", ["fanIn", "fanOut", "fanAvg"]);
  const distribution = oneOf(name, "distribution", options.distribution ?? "truncatedNormal", [
    "uniform",
    "truncatedNormal",
  ]);
  return madeBy("varianceScaling", { scale, mode, distribution }, (shape, address) => {
    const { fanIn, fanOut } = fans(shape);
    const n = mode === "fanIn" ? fanIn : mode === "fanOut" ? fanOut : (fanIn + fanOut) / 2;
    const variance = scale / Math.max(1, n);
    const limit = Math.sqrt(3 * variance);
    return distribution === "uniform"
      ? randomUniform({ low: -limit, high: limit })(shape, address)
      : truncated({ stddev: Math.sqrt(variance) / TRUNCATED_STDDEV })(shape, address);
  });
}

/** Keras's initializers by name; Glorot and Bengio 2010, He et al. 2015, LeCun et al. 1998. */
const INITIALIZERS = {
  zeros: constant(0),
  ones: constant(1),
  randomNormal: randomNormal(),
  randomUniform: randomUniform(),
  truncatedNormal: truncated(),
  glorotUniform: varianceScaling({ scale: 1, mode: "fanAvg", distribution: "uniform" }),
  glorotNormal: varianceScaling({ scale: 1, mode: "fanAvg", distribution: "truncatedNormal" }),
  heUniform: varianceScaling({ scale: 2, mode: "fanIn", distribution: "uniform" }),
  heNormal: varianceScaling({ scale: 2, mode: "fanIn", distribution: "truncatedNormal" }),
  lecunUniform: varianceScaling({ scale: 1, mode: "fanIn", distribution: "uniform" }),
  lecunNormal: varianceScaling({ scale: 1, mode: "fanIn", distribution: "truncatedNormal" }),
} satisfies Record<string, Initializer>;

/** The name of an initializer, with Keras's defaults. */
export type InitializerName = keyof typeof INITIALIZERS;

/** @throws StriateError `usage` that lists the names when there is none like it. */
export function initializer(layer: string, given: InitializerName | Initializer): Initializer {
  if (typeof given === "function") return given;
  if (Object.hasOwn(INITIALIZERS, given)) return INITIALIZERS[given];
  throw unknownChoice(layer, "initializer", given, Object.keys(INITIALIZERS));
}
