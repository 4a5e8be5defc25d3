import { wholeNumber } from "../../checks/index.ts";
import type { SingleInputDataset } from "../dataset.ts";
import { derived } from "../derived.ts";

/**
 * A fixed number of augmented versions of each picture, in place of new ones in every epoch: epoch e has those of epoch e mod
 * `count`. What a frozen part of a net makes of them can then be computed once.
 * @param dataset an augmented data set: see `augment`
 * @throws StriateError `usage` for a count that is no whole number from 1 to 1000
 */
export function augmentedVersions(dataset: SingleInputDataset, count: number): SingleInputDataset {
  wholeNumber("augmentedVersions", "count", count, { least: 1, most: 1000 });
  return derived(dataset, {
    versions: count,
    signatures: async () => dataset.signatures?.(),
    read: (indices, options = {}) => dataset.read(indices, { ...options, epoch: (options.epoch ?? 0) % count }),
  });
}
