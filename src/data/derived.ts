import type { Dataset, SingleInputDataset } from "./dataset.ts";

/** What a derived data set says about itself; about everything else it says what its source says. */
type Changes<D extends Dataset> = Pick<D, "read"> & Partial<Omit<D, "read">>;

/**
 * The one way to make a data set from another. The source may be of any class, with getters and methods of its own, so it is
 * asked by the names of `Dataset` and never spread. What is not taken over: `describe` and `signatures`, because what describes
 * the source does not describe this one, `versions`, and labels and paths where `length` changes.
 */
export function derived(source: SingleInputDataset, changes: Changes<SingleInputDataset>): SingleInputDataset;
export function derived(source: Dataset, changes: Changes<Dataset>): Dataset;
export function derived(source: Dataset, changes: Changes<Dataset>): Dataset {
  const { length, inputShape, classes, classNames, fresh, weighted, redrawn } = source;
  return {
    length,
    inputShape,
    ...(classes !== undefined && { classes }),
    ...(classNames !== undefined && { classNames }),
    ...(fresh !== undefined && { fresh }),
    ...(weighted !== undefined && { weighted }),
    ...(redrawn !== undefined && { redrawn }),
    labels: () => (changes.length === undefined ? source.labels?.() : undefined),
    paths: () => (changes.length === undefined ? source.paths?.() : undefined),
    problems: () => source.problems?.() ?? [],
    ...changes,
  };
}
