import { checkOptions, wholeNumber } from "../checks/index.ts";
import { permutation } from "../tensor/random.ts";

/** What `batchPlan` takes. */
export interface BatchPlanOptions {
  /** The number of examples. */
  readonly length: number;
  /** Examples in a batch; the last batch holds what is left. */
  readonly batchSize: number;
  /** Default true; false keeps the data set's order. */
  readonly shuffle?: boolean;
  /** Seed of the order, default 0. */
  readonly seed?: number;
  /** Which epoch it is, counted from 0 (the default): each has its own order, made without those before it. */
  readonly epoch?: number;
}

/**
 * Which examples go into each batch of an epoch: lists of indices that together hold every example once. The order is
 * the permutation drawn at (seed, `"shuffle"`, epoch), so that a resumed run goes on with the same batches.
 *
 * @throws StriateError `usage` for a batch size that is not a positive integer, or a seed or epoch out of range
 */
export function batchPlan(options: BatchPlanOptions): Uint32Array<ArrayBuffer>[] {
  checkOptions("batchPlan", options, { length: true, batchSize: true, shuffle: true, seed: true, epoch: true });
  const { length, batchSize, shuffle = true, seed = 0, epoch = 0 } = options;
  wholeNumber("batchPlan", "batchSize", batchSize);
  const order = shuffle
    ? permutation({ seed, stream: "shuffle", counter: epoch }, length)
    : Uint32Array.from({ length }, (_, index) => index);
  const batches = [];
  for (let start = 0; start < length; start += batchSize) batches.push(order.slice(start, start + batchSize));
  return batches;
}
