import { StriateError } from "../errors.ts";
import type { Layer, Variable, WeightSpec } from "../layers/index.ts";
import type { Tensor } from "../tensor/index.ts";
import type { Model } from "./model.ts";
import { matcherOf, type NamePattern } from "./patterns.ts";

/** One weight of a model; `key` is `layer/weight`, the name that it has in graphs, states and files. */
export interface ModelWeight {
  readonly key: string;
  readonly spec: WeightSpec;
  /** Whether training changes it: the layer's and the models' `trainable`, and none of the layer's statistics. */
  readonly trainable: boolean;
  readonly variable: Variable;
}

/** Weights by key, in Keras's shapes. */
export type Weights = ReadonlyMap<string, Tensor<"float32">>;

/** A model is a layer of one of these types. */
export function isModel(layer: Layer): layer is Model {
  return layer.type === "sequential" || layer.type === "functional";
}

/** @throws StriateError `usage` when a pattern fits neither a layer nor a weight */
export function setTrainable(model: Model, patterns: readonly NamePattern[], trainable: boolean): void {
  for (const pattern of patterns) {
    const fits = matcherOf(pattern);
    const layers = layersOf(model, "").filter(({ path }) => fits(path));
    const variables = model.weightSpecs.filter(({ key, spec }) => spec.trainable !== false && fits(key));
    if (layers.length === 0 && variables.length === 0) {
      throw new StriateError("usage", `model ${model.name} has no layer or weight that fits ${pattern}`);
    }
    for (const { layer } of layers) layer.trainable = trainable;
    for (const { variable } of variables) variable.trainable = trainable;
  }
}

/**
 * The weights of the layers and weights that a pattern fits, as `Model.freeze` takes it.
 * @throws StriateError `usage` where it fits none
 */
export function weightsNamed(model: Model, pattern: NamePattern): readonly ModelWeight[] {
  const fits = matcherOf(pattern);
  const paths = layersOf(model, "").flatMap(({ path }) => (fits(path) ? [`${path}/`] : []));
  const found = model.weightSpecs.filter(({ key }) => fits(key) || paths.some((path) => key.startsWith(path)));
  if (found.length > 0) return found;
  throw new StriateError(
    "usage",
    `model ${model.name} has no weights in a layer, or of the name, that fits ${pattern}`,
  );
}

/** The layers of a model and of the models in it, with their paths. */
function layersOf(model: Model, prefix: string): { readonly path: string; readonly layer: Layer }[] {
  return model.layers.flatMap(({ name, layer }) => {
    const path = `${prefix}${name}`;
    return [{ path, layer }, ...(isModel(layer) ? layersOf(layer, `${path}/`) : [])];
  });
}

/** The weights of a model by every path to them, with whether training changes them there. */
export function weightsOf(model: Model, prefix: string, around: boolean): ModelWeight[] {
  return model.layers.flatMap((placed) => {
    const { layer, name, variables } = placed;
    const trainable = around && model.trainable && layer.trainable;
    if (isModel(layer)) return weightsOf(layer, `${prefix}${name}/`, trainable);
    return [...variables].map(([variableName, variable]) => ({
      key: `${prefix}${name}/${variableName}`,
      spec: variable.spec,
      trainable: trainable && variable.trainable,
      variable,
    }));
  });
}
