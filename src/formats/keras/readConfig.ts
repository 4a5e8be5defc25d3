import { asError, StriateError } from "../../errors.ts";
import { dataError } from "../../files/dataError.ts";
import type { Nested } from "../../layers/index.ts";
import type { Model } from "../../model/index.ts";
import type { Shape } from "../../tensor/index.ts";
import { Misfit, shown } from "./codec.ts";
import { isRecord, parseRecord } from "./json.ts";
import { isKnownOperation } from "./operations.ts";
import { readModel } from "./readModel.ts";
import { allLayers, type LayerRecord, MODEL_CLASSES, recordOf } from "./record.ts";
import { entryOfClass } from "./table.ts";

/** The mean and the variance that a Normalization layer has learnt; Keras keeps them with the weights. */
export interface Moments {
  readonly mean: Nested;
  readonly variance: Nested;
}

/** The options of `modelFromKerasConfig`. */
export interface KerasConfigOptions {
  /** What to call the config in messages: the path of its file. */
  readonly file?: string;
  /** Where the config leaves sizes of its input open ([null, null, null, 3]): the shape, without the batch. */
  readonly inputShape?: Shape;
  /** Of the initial weights. Default 0. */
  readonly seed?: number;
  /**
   * Called with each thing that the model does otherwise than in Keras, in words: that it computes in float32 in place of a
   * mixed precision policy. Default `console.warn`.
   */
  readonly onNote?: (note: string) => void;
  /** Of Normalization layers that have adapted, by their path: "normalization", "base/normalization". */
  readonly moments?: ReadonlyMap<string, Moments>;
}

/**
 * A model from Keras's own description of it: the JSON of a `.keras` file (config.json), of a whole model in an `.h5`
 * file (the attribute model_config), of `model.to_json()`, or of a TensorFlow.js layers model (modelTopology), by Keras 3
 * or Keras 2. No code in it is ever run. What has a meaning only in training (constraints, the optimizer)
 * is left out.
 *
 * @param config the parsed JSON, or its text
 * @returns the model with initial weights
 * @throws StriateError `data` that names every layer and every option that Striate does not have
 */
export function modelFromKerasConfig(config: unknown, options: KerasConfigOptions = {}): Model {
  const { file = "the Keras config" } = options;
  return inWords(file, () => {
    const top = topRecord(config, file);
    checkClasses(top, file);
    return readModel(top, { ...options, file });
  });
}

/** The description of the model in the wrappings that files have. @throws StriateError `data` */
export function topRecord(config: unknown, file: string): LayerRecord {
  const parsed = (value: unknown) => (typeof value === "string" ? parseRecord(value, file) : value);
  let top = parsed(config);
  for (const wrapping of ["modelTopology", "model_config"]) {
    if (isRecord(top) && top[wrapping] !== undefined) top = parsed(top[wrapping]);
  }
  const record = inWords(file, () => recordOf(top));
  inWords(file, () => MODEL_CLASSES.has(record.className) && allLayers(record));
  if (MODEL_CLASSES.has(record.className)) return record;
  throw dataError(
    file,
    `is a model of the class ${shown(record.className)}; Sequential and Functional models are read, and the code of ` +
      "other classes is not in the file",
  );
}

/** The paths of the Normalization layers of a config that have learnt their mean and variance from data. */
export function normalizationPaths(config: unknown, file: string): readonly string[] {
  const adapted = allLayers(topRecord(config, file)).filter(
    ({ record }) => record.className === "Normalization" && (record.config.mean ?? null) === null,
  );
  return adapted.map(({ path }) => path);
}

const CODE = new Set(["Lambda", "TFOpLambda", "SlicingOpLambda"]);

/** @throws StriateError `data` that lists every layer whose class is not in the table */
function checkClasses(top: LayerRecord, file: string): void {
  const layers = allLayers(top);
  const code = layers.filter(({ record }) => CODE.has(record.className));
  const unknown = layers.filter(({ record }) => {
    const { className, isOperation } = record;
    if (isOperation) return !isKnownOperation(className);
    const isKnown = className === "InputLayer" || MODEL_CLASSES.has(className) || entryOfClass(className);
    return !(isKnown || CODE.has(className));
  });
  const listed = (found: typeof layers) =>
    found
      .map(({ path, record }) => `${path} (${record.isOperation ? "operation " : ""}${record.className})`)
      .join(", ");
  const problems = [
    ...(unknown.length > 0 ? [`has layers that Striate does not have: ${listed(unknown)}`] : []),
    ...(code.length > 0
      ? [
          `has layers that are Python code, which is never run: ${listed(code)}; replace them by layers, or cut the model before them`,
        ]
      : []),
  ];
  if (problems.length > 0) throw dataError(file, problems.join("; "));
}

/** Says in whose file a value does not fit. */
function inWords<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof Misfit) throw dataError(file, thrown.message, { cause: thrown });
    // What a layer is made of has been checked option by option; how they go together, nobody can list.
    if (thrown instanceof TypeError || thrown instanceof RangeError) {
      throw dataError(file, `has a model that cannot be made (${thrown.message})`, { cause: thrown });
    }
    if (thrown instanceof StriateError && thrown.code !== "data" && thrown.code !== "internal") {
      throw dataError(file, thrown.message, { cause: thrown });
    }
    throw asError(thrown);
  }
}
