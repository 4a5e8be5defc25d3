import type { OptionNames } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import { toNumbers } from "../../tensor/tensor.ts";
import type { ArraysOptions } from "../arrays.ts";
import { batchPlan } from "../batches.ts";
import type { SingleInputBatch, SingleInputDataset } from "../dataset.ts";
import { derived } from "../derived.ts";
import { subset } from "../split.ts";
import type { SaveOptions } from "./savePictures.ts";

/** How a generator's pictures flow. */
export interface FlowOptions extends SaveOptions {
  /** Pictures in a batch, default 32: what the flow itself gives; `fit` has its own. */
  readonly batchSize?: number;
  /** Default true: the flow's own batches come in another order in each epoch. */
  readonly shuffle?: boolean;
  /** Of the order and of all changes, default 0. */
  readonly seed?: number;
  /** One of the two parts by the generator's `validationSplit`; default: all. */
  readonly subset?: "training" | "validation";
  /** Whether the two parts may have different classes, default false. */
  readonly ignoreClassSplit?: boolean;
}

/** The names of all of them. */
export const FLOW: OptionNames<FlowOptions> = {
  batchSize: true,
  shuffle: true,
  seed: true,
  subset: true,
  ignoreClassSplit: true,
  saveToDir: true,
  savePrefix: true,
  saveFormat: true,
};

/** A data set, for `fit`; and batches without end, for a loop: `for await (const { inputs, targets } of flow)`. */
export interface Flow extends SingleInputDataset, AsyncIterable<SingleInputBatch> {
  readonly batchSize: number;
  /** The batches of an epoch. */
  readonly batches: number;
}

export function flowOf(dataset: SingleInputDataset, options: FlowOptions): Flow {
  const { batchSize = 32, shuffle = true, seed = 0 } = options;
  const plan = (epoch: number) => batchPlan({ length: dataset.length, batchSize, shuffle, seed, epoch });
  const same = derived(dataset, {
    read: (indices, how) => dataset.read(indices, how),
    describe: () => dataset.describe?.(),
  });
  return {
    ...same,
    batchSize,
    batches: plan(0).length,
    async *[Symbol.asyncIterator]() {
      for (let epoch = 0; ; epoch++) for (const indices of plan(epoch)) yield await dataset.read(indices, { epoch });
    },
  };
}

/** @throws StriateError `usage` for a part that there is not, or without a split */
export function checkSubset(subset: string | undefined, validationSplit: number): void {
  if (subset === undefined) return;
  if (subset !== "training" && subset !== "validation") {
    throw new StriateError("usage", `subset is training or validation; got ${subset}`);
  }
  if (validationSplit > 0) return;
  throw new StriateError("usage", `subset ${subset} needs a validationSplit of the generator above 0`);
}

/**
 * One part of a data set in memory: the first floor(n * validationSplit) examples are for validation, as in Keras.
 * @throws StriateError `usage` where there is no split, a part is empty, or the parts have different classes
 */
export function keptSubset(
  dataset: SingleInputDataset,
  targets: ArraysOptions["targets"],
  validationSplit: number,
  options: FlowOptions,
): SingleInputDataset {
  checkSubset(options.subset, validationSplit);
  if (options.subset === undefined) return dataset;
  const border = Math.floor(dataset.length * validationSplit);
  if (!(border > 0)) {
    throw new StriateError(
      "usage",
      `subset ${options.subset} needs a validationSplit that leaves pictures for it; got ${validationSplit} of ` +
        `${dataset.length} pictures`,
    );
  }
  const labels = "dtype" in targets ? (targets.shape.length === 1 ? toNumbers(targets) : undefined) : targets;
  if (labels && !options.ignoreClassSplit) {
    const classes = (from: number, to: number) =>
      [...new Set(Array.from({ length: to - from }, (_, i) => labels[from + i]))].sort().join();
    if (classes(0, border) !== classes(border, dataset.length)) {
      throw new StriateError(
        "usage",
        "the training and the validation subset have different classes; shuffle the pictures before, or set ignoreClassSplit",
      );
    }
  }
  return options.subset === "validation" ? subset(dataset, 0, border) : subset(dataset, border, dataset.length);
}
