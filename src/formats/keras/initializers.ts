import { StriateError } from "../../errors.ts";
import {
  constant,
  type Initializer,
  type InitializerName,
  randomNormal,
  randomUniform,
  truncated,
  varianceScaling,
} from "../../layers/index.ts";
import { type Codec, Misfit, number, shown, words } from "./codec.ts";
import { isRecord, type JsonRecord } from "./json.ts";

type Given = InitializerName | Initializer;

/** Keras's classes that have nothing to set but a seed. */
const CLASSES: Readonly<Record<InitializerName, string>> = {
  zeros: "Zeros",
  ones: "Ones",
  randomNormal: "RandomNormal",
  randomUniform: "RandomUniform",
  truncatedNormal: "TruncatedNormal",
  glorotUniform: "GlorotUniform",
  glorotNormal: "GlorotNormal",
  heUniform: "HeUniform",
  heNormal: "HeNormal",
  lecunUniform: "LecunUniform",
  lecunNormal: "LecunNormal",
};

const mode = words({ fan_in: "fanIn", fan_out: "fanOut", fan_avg: "fanAvg" });
// What Keras 1 and TensorFlow.js call "normal" is cut off at two standard deviations as well.
const distribution = words({
  uniform: "uniform",
  truncated_normal: "truncatedNormal",
  normal: "truncatedNormal",
});

/** The classes that have. */
const WITH_OPTIONS: Readonly<Record<string, (config: JsonRecord) => Initializer>> = {
  Constant: ({ value = 0 }) => constant(number.read(value)),
  RandomNormal: ({ mean = 0, stddev = 0.05 }) => randomNormal({ mean: number.read(mean), stddev: number.read(stddev) }),
  TruncatedNormal: ({ mean = 0, stddev = 0.05 }) => truncated({ mean: number.read(mean), stddev: number.read(stddev) }),
  RandomUniform: ({ minval = -0.05, maxval = 0.05 }) =>
    randomUniform({ low: number.read(minval), high: number.read(maxval) }),
  VarianceScaling: ({ scale = 1, mode: fan = "fan_in", distribution: draws = "truncated_normal" }) =>
    varianceScaling({ scale: number.read(scale), mode: mode.read(fan), distribution: distribution.read(draws) }),
};

/**
 * Initializers by name or as {"class_name": ..., "config": ...}. One that Striate does not have, such as Orthogonal, is
 * kept as a function that throws when it is asked: with the weights from a file it never is.
 */
export const initializer: Codec<Given> = {
  read: (value) => {
    const className = isRecord(value) ? value.class_name : value;
    if (typeof className !== "string") throw new Misfit(`is ${shown(value)}, which is no initializer`);
    const config = isRecord(value) && isRecord(value.config) ? value.config : {};
    const make = Object.hasOwn(WITH_OPTIONS, className) ? WITH_OPTIONS[className] : undefined;
    if (make) return ifPossible(() => make(config)) ?? missing(`${className} with ${shown(config)}`);
    const plain = className.replaceAll("_", "").toLowerCase();
    const [name] = Object.entries(CLASSES).find(([, known]) => known.toLowerCase() === plain) ?? [];
    return name === undefined ? missing(className) : (name as InitializerName);
  },
  write: (value) => {
    if (typeof value === "string") return written(CLASSES[value], {});
    const { by, options = {} } = { by: undefined, ...value.origin };
    switch (by) {
      case "constant":
        return written("Constant", options);
      case "randomNormal":
        return written("RandomNormal", options);
      case "truncated":
        return written("TruncatedNormal", options);
      case "randomUniform":
        return written("RandomUniform", { minval: options.low, maxval: options.high });
      case "varianceScaling": {
        const { scale, mode: fan, distribution: draws } = options;
        return written("VarianceScaling", {
          scale,
          mode: mode.write(fan as "fanIn"),
          distribution: draws === "uniform" ? "uniform" : "truncated_normal",
        });
      }
      default:
        return undefined;
    }
  },
};

function ifPossible(make: () => Initializer): Initializer | undefined {
  try {
    return make();
  } catch (thrown) {
    if (thrown instanceof Misfit) return undefined;
    throw thrown;
  }
}

function written(className: string, config: JsonRecord): JsonRecord {
  return { module: "keras.initializers", class_name: className, config, registered_name: null };
}

function missing(className: string): Initializer {
  return () => {
    throw new StriateError(
      "usage",
      `Striate has no initializer ${className}, with which this layer came out of a Keras file; give its weights by ` +
        "setWeights, or read a file that has them",
    );
  };
}
