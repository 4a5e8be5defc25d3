import type { Workspace } from "../simd/kernels.ts";

/** Bytes of a table for so many taps. */
export function tapsSize(count: number): number {
  return count * 16;
}

/** Weighted sums of rows of float64 in the kernels' memory: where the rows begin may change, their weights stay. */
export interface WeightedSums {
  /** Row `k` begins at byte `place`. */
  setRow(k: number, place: number): void;
  /**
   * Writes to byte `target` the sums of the rows' first `count` numbers, the terms in the order of the weights; up to 7
   * numbers more are written. `single` rounds to float32.
   */
  run(target: number, count: number, single: boolean): void;
}

/** @param table a part of `tapsSize` bytes */
export function weightedSums({ kernels, buffer }: Workspace, table: number, weights: ArrayLike<number>): WeightedSums {
  const places = new Int32Array(buffer, table, weights.length * 4);
  const numbers = new Float64Array(buffer, table, weights.length * 2);
  for (let k = 0; k < weights.length; k++) numbers[2 * k + 1] = weights[k] ?? 0;
  return {
    setRow(k, place) {
      places[4 * k] = place;
    },
    run: (target, count, single) => kernels.weightedSums(target, count, table, weights.length, single),
  };
}

/** Keeps the last `count` rows that were asked for; rows are asked for from the top. */
export function rowRing(count: number, fill: (y: number, slot: number) => void): (y: number) => number {
  const held = new Array<number>(count).fill(Number.NaN);
  return (y) => {
    const slot = ((y % count) + count) % count;
    if (held[slot] !== y) fill(y, slot);
    held[slot] = y;
    return slot;
  };
}

/** Runs of `size` numbers, each `step` numbers after the one before. */
export function takeEvery(target: Float32Array, source: Float32Array, size: number, step: number): void {
  if (size === step) {
    target.set(source.subarray(0, target.length));
    return;
  }
  for (let to = 0, from = 0; to < target.length; to += size, from += step) {
    for (let i = 0; i < size; i++) target[to + i] = source[from + i] ?? 0;
  }
}
