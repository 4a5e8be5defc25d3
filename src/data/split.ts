import { checkOptions, finiteNumber, wholeNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { permutation } from "../tensor/random.ts";
import type { Dataset, ReadOptions, SingleInputDataset } from "./dataset.ts";
import { derived } from "./derived.ts";
import { signedWith } from "./signatures.ts";
import { type Stratified, stratified } from "./stratified.ts";

/**
 * The examples from `start` up to, not including, `end`, as a data set of their own; nothing is copied.
 * @throws StriateError `usage` where these examples do not exist, or are none
 */
export function subset(dataset: SingleInputDataset, start: number, end: number): SingleInputDataset;
export function subset(dataset: Dataset, start: number, end: number): Dataset;
export function subset(dataset: Dataset, start: number, end: number): Dataset {
  const inside = Number.isInteger(start) && Number.isInteger(end) && start >= 0 && end <= dataset.length;
  if (!inside || start >= end) {
    throw new StriateError(
      "usage",
      `a subset of ${dataset.length} examples goes from a start to a larger end within 0 to ${dataset.length}; ` +
        `got ${start} to ${end}`,
    );
  }
  return pick(
    dataset,
    Array.from({ length: end - start }, (_, i) => start + i),
  );
}

/** The examples at these indices, in this order, as a data set of their own; nothing is copied. */
export function pick(dataset: SingleInputDataset, members: ArrayLike<number>): SingleInputDataset;
export function pick(dataset: Dataset, members: ArrayLike<number>): Dataset;
export function pick(dataset: Dataset, members: ArrayLike<number>): Dataset {
  const { length } = members;
  const moved = (indices: ArrayLike<number>) =>
    Float64Array.from(indices, (index) => {
      const member = members[index];
      // Without this, an index outside the subset would read the data set's other examples.
      if (member === undefined) {
        throw new StriateError("usage", `index ${index} is outside a subset of ${length} examples`);
      }
      return member;
    });
  return derived(dataset, {
    length,
    ...(dataset.versions !== undefined && { versions: dataset.versions }),
    labels() {
      const labels = dataset.labels?.();
      return labels && Array.from(members, (member) => labels[member] ?? 0);
    },
    paths() {
      const paths = dataset.paths?.();
      return paths && Array.from(members, (member) => paths[member] ?? "");
    },
    describe() {
      const source = dataset.describe?.();
      return source && { kind: "subset", source, members: Float64Array.from(members) };
    },
    async signatures() {
      const signatures = await dataset.signatures?.();
      return signatures && Array.from(members, (member) => signatures[member] ?? "");
    },
    read(indices, options: ReadOptions = {}) {
      const { upcoming } = options;
      return dataset.read(moved(indices), { ...options, ...(upcoming && { upcoming: upcoming.map(moved) }) });
    },
  });
}

/** The same examples as they are measured: without what augmentation changes at random. */
export function measured(dataset: SingleInputDataset): SingleInputDataset;
export function measured(dataset: Dataset): Dataset;
export function measured(dataset: Dataset): Dataset {
  return derived(dataset, {
    ...(dataset.versions !== undefined && { versions: dataset.versions }),
    signatures: () => signedWith(dataset, "unaugmented"),
    read: (indices, options) => dataset.read(indices, { ...options, augment: false }),
  });
}

/** How a data set is split. */
export interface SplitOptions {
  /** Of the draw, default 0. */
  readonly seed?: number;
}

/**
 * Keeps some examples for validation, drawn by the seed: of every class the same fraction where the data set knows its
 * `labels` (arrays with class labels, folders of pictures), else of all examples. So data that is sorted by class is split
 * well; Keras's `validation_split` takes the end of the data, which `subset` gives. Augmentation is for the training part
 * alone.
 *
 * @param validationSplit the fraction that is kept for validation, between 0 and 1
 * @throws StriateError `usage` where either part would be empty, or the data set draws its examples anew in each epoch
 * (`balanced`), so that both parts would have the same
 */
export function split(dataset: SingleInputDataset, validationSplit: number, options?: SplitOptions): Parts;
export function split(dataset: Dataset, validationSplit: number, options?: SplitOptions): Parts<Dataset>;
export function split(dataset: Dataset, validationSplit: number, options: SplitOptions = {}): Parts<Dataset> {
  checkOptions("split", options, { seed: true });
  const seed = wholeNumber("split", "seed", options.seed ?? 0, { least: 0 });
  finiteNumber("split", "validationSplit", validationSplit, { above: 0, below: 1 });
  if (dataset.redrawn) {
    throw new StriateError(
      "usage",
      "this data set draws its examples anew in each epoch (balanced), so a part that is kept for validation would be " +
        "trained as well; split first: const { train, validation } = split(data, 0.2), then balanced(train, ...)",
    );
  }
  const { train, validation } = parts(dataset, validationSplit, seed);
  if (train.length === 0 || validation.length === 0) {
    throw new StriateError(
      "usage",
      `a validation split leaves examples on both sides; received ${validationSplit} of ${dataset.length} examples`,
    );
  }
  return { train: pick(dataset, train), validation: measured(pick(dataset, validation)) };
}

/** The two parts of a data set. */
export interface Parts<D extends Dataset = SingleInputDataset> {
  readonly train: D;
  readonly validation: D;
}

/** By class where classes are known and have two examples, else a draw from all examples. */
function parts(dataset: Dataset, fraction: number, seed: number): Pick<Stratified, "train" | "validation"> {
  const labels = dataset.labels?.();
  const byClass = labels && stratified(labels, fraction, seed);
  if (byClass && byClass.validation.length > 0) return byClass;
  const { length } = dataset;
  const count = Math.min(length - 1, Math.max(1, Math.round(length * fraction)));
  const held = new Set(permutation({ seed, stream: "split", counter: 0 }, length).subarray(0, Math.max(0, count)));
  const all = Array.from({ length }, (_, i) => i);
  return { train: all.filter((i) => !held.has(i)), validation: all.filter((i) => held.has(i)) };
}
