import type { Variable } from "../../layers/index.ts";
import { Model, type PlacedLayer } from "../../model/index.ts";
import { type Shape, sameShape, shapeText } from "../../tensor/index.ts";
import type { Hdf5Contents } from "../hdf5/index.ts";

/** A dataset that goes into a weight. */
export interface PlannedWeight {
  readonly dataset: string;
  readonly variable: Variable;
  /** The dataset is a kernel as Keras 1 has it with "th": [filters, channels, height, width]. */
  readonly isFiltersFirst: boolean;
}

/** Which dataset of a file goes into which weight of a model, and what does not fit. */
export interface WeightPlan {
  readonly datasets: Map<string, PlannedWeight>;
  /** By the layer or the weight that they are about. */
  readonly misfits: { readonly where: string; readonly what: string }[];
}

/** One weight of a layer or of a model in a model; `key` is its path in the whole model. */
export interface KeyedVariable {
  readonly key: string;
  readonly variable: Variable;
}

/** The weights of a layer as Keras orders them: first those that training changes. Of a model, as it stands now. */
export function orderedWeights({ name, layer, variables }: PlacedLayer): readonly KeyedVariable[] {
  const weights =
    layer instanceof Model
      ? layer.weightSpecs.map(({ key, variable, trainable }) => ({ key: `${name}/${key}`, variable, trainable }))
      : [...variables].map(([weightName, variable]) => ({
          key: `${name}/${weightName}`,
          variable,
          trainable: variable.spec.trainable !== false,
        }));
  return [...weights.filter(({ trainable }) => trainable), ...weights.filter(({ trainable }) => !trainable)];
}

/** Enters a layer's weights with the datasets in the same order, or what does not fit. */
export function match(
  plan: WeightPlan,
  contents: Hdf5Contents,
  layer: string,
  weights: readonly KeyedVariable[],
  datasets: readonly string[],
): void {
  if (weights.length !== datasets.length) {
    const what = `has ${weights.length} weights, the file has ${datasets.length} for it`;
    plan.misfits.push({ where: layer, what });
    return;
  }
  for (const [i, { key, variable }] of weights.entries()) {
    const dataset = datasets[i] ?? "";
    const stored = contents.datasets.get(dataset);
    const { shape } = variable.spec;
    if (!stored) plan.misfits.push({ where: key, what: `is not in the file, which names it ${dataset}` });
    else if (!stored.readable) plan.misfits.push({ where: key, what: `is of type ${stored.type} in the file` });
    else if (sameShape(stored.shape, shape)) plan.datasets.set(key, { dataset, variable, isFiltersFirst: false });
    else if (shape.length === 4 && sameShape(stored.shape, filtersFirst(shape))) {
      plan.datasets.set(key, { dataset, variable, isFiltersFirst: true });
    } else {
      plan.misfits.push({ where: key, what: `is ${shapeText(shape)}, in the file ${shapeText(stored.shape)}` });
    }
  }
}

/** [height, width, channels, filters] as Keras 1 has it with "th". */
export function filtersFirst([height = 1, width = 1, channels = 1, filters = 1]: Shape): Shape {
  return [filters, channels, height, width];
}
