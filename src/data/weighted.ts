import { valueText } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { Dataset, SingleInputDataset } from "./dataset.ts";
import { derived } from "./derived.ts";
import { signedWith } from "./signatures.ts";

/**
 * A data set whose examples count differently in the loss, as Keras's sample_weight.
 * @param weights a number of at least 0 for each example
 * @throws StriateError `data` where there is not one for each, or one is none
 */
export function weighted(dataset: SingleInputDataset, weights: ArrayLike<number>): SingleInputDataset;
export function weighted(dataset: Dataset, weights: ArrayLike<number>): Dataset;
export function weighted(dataset: Dataset, weights: ArrayLike<number>): Dataset {
  if (weights.length !== dataset.length) {
    throw new StriateError(
      "data",
      `${dataset.length} examples came with ${weights.length} sample weights; give one for each`,
    );
  }
  const all = Float32Array.from(weights);
  const wrong = all.findIndex((weight) => !(weight >= 0 && Number.isFinite(weight)));
  if (wrong >= 0) {
    throw new StriateError(
      "data",
      `a sample weight is a finite number of at least 0; that of example ${wrong} is ${valueText(weights[wrong])}`,
    );
  }
  return derived(dataset, {
    weighted: true,
    describe() {
      const source = dataset.describe?.();
      return source && { kind: "weighted", source, weights: all };
    },
    signatures: () => signedWith(dataset, (index) => `weight ${all[index]}`),
    async read(indices, options) {
      const batch = await dataset.read(indices, options);
      const data = Float32Array.from(indices, (index) => all[index] ?? 0);
      return { ...batch, sampleWeights: { dtype: "float32", shape: [data.length], data } };
    },
  });
}
