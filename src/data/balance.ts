import { checkOptions, wholeNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { permutation } from "../tensor/random.ts";
import type { ReadOptions, SingleInputDataset } from "./dataset.ts";
import { derived } from "./derived.ts";
import { indicesByLabel } from "./labels.ts";

/**
 * A weight for each class, inverse to how often it comes: n / (classes * count), as scikit-learn's `balanced`. A class
 * that never comes has weight 0.
 * @param labels the class of each example
 */
export function classWeights(labels: ArrayLike<number>, classes: number): readonly number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? 0;
    if (counts[label] === undefined) {
      throw new StriateError("data", `label ${label} at index ${i} is outside the ${classes} classes`);
    }
    counts[label]++;
  }
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 0 : labels.length / (present * count)));
}

/**
 * A data set that shows every class equally often. An epoch is as long as the data set was (`length` changes that); in it
 * the classes take turns, and within a class all examples come before one comes again, in an order drawn anew for each
 * epoch.
 *
 * @param labels the class of each example
 * @param options `length`: examples in an epoch; `seed`: default 0
 * @throws StriateError `usage` where there is not a label for each example
 */
export function balanced(
  dataset: SingleInputDataset,
  labels: ArrayLike<number>,
  options: { readonly length?: number; readonly seed?: number } = {},
): SingleInputDataset {
  checkOptions("balanced", options, { length: true, seed: true });
  const seed = wholeNumber("balanced", "seed", options.seed ?? 0, { least: 0 });
  const length = wholeNumber("balanced", "length", options.length ?? dataset.length);
  if (labels.length !== dataset.length) {
    throw new StriateError("usage", `${dataset.length} examples came with ${labels.length} labels; give one for each`);
  }
  const ofClass = indicesByLabel(labels);
  const classes = [...ofClass].sort(([a], [b]) => a - b);
  const orders = new Map<string, Uint32Array>();
  /** The order of a class in its round number `round` of an epoch. */
  const order = (label: number, size: number, epoch: number, round: number) => {
    const key = `${label}/${epoch}/${round}`;
    const known = orders.get(key);
    if (known) return known;
    if (orders.size > 4 * classes.length) orders.clear();
    const made = permutation({ seed, stream: `balanced/${label}/${round}`, counter: epoch }, size);
    orders.set(key, made);
    return made;
  };
  const chosen = (index: number, epoch: number): number => {
    if (!(index >= 0 && index < length)) {
      throw new StriateError("usage", `index ${index} is outside a balanced data set of ${length} examples`);
    }
    const [label, members] = classes[index % classes.length] ?? [0, []];
    const turn = Math.floor(index / classes.length);
    const place = order(label, members.length, epoch, Math.floor(turn / members.length))[turn % members.length] ?? 0;
    return members[place] ?? 0;
  };
  return derived(dataset, {
    length,
    redrawn: true,
    read(indices: ArrayLike<number>, options: ReadOptions = {}) {
      const { epoch = 0, upcoming } = options;
      const mapped = (some: ArrayLike<number>) => Float64Array.from(some, (index) => chosen(index, epoch));
      return dataset.read(mapped(indices), { ...options, ...(upcoming && { upcoming: upcoming.map(mapped) }) });
    },
  });
}
