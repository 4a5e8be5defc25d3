import { at } from "../tensor/shape.ts";

/** A weight, and where the numbers that it weighs begin. */
export interface Tap {
  readonly weight: number;
  readonly start: number;
}

/**
 * sums[i] = sum over the taps of weight * source[start + i], four taps at a time, so that the sums are read and written a
 * fourth as often.
 */
export function accumulate(sums: Float64Array, source: Float64Array, taps: readonly Tap[]): void {
  const whole = taps.length - (taps.length % 4);
  sums.fill(0);
  for (let k = 0; k < whole; k += 4)
    addFour(sums, source, at(taps, k), at(taps, k + 1), at(taps, k + 2), at(taps, k + 3));
  for (let k = whole; k < taps.length; k++) addOne(sums, source, at(taps, k));
}

function addFour(sums: Float64Array, source: Float64Array, a: Tap, b: Tap, c: Tap, d: Tap): void {
  const { start: startA, weight: weightA } = a;
  const { start: startB, weight: weightB } = b;
  const { start: startC, weight: weightC } = c;
  const { start: startD, weight: weightD } = d;
  for (let i = 0; i < sums.length; i++) {
    sums[i] =
      (sums[i] ?? 0) +
      weightA * (source[startA + i] ?? 0) +
      weightB * (source[startB + i] ?? 0) +
      weightC * (source[startC + i] ?? 0) +
      weightD * (source[startD + i] ?? 0);
  }
}

function addOne(sums: Float64Array, source: Float64Array, { start, weight }: Tap): void {
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + weight * (source[start + i] ?? 0);
}

/** Rows of one array, in turn. */
interface RowRing {
  /** All of them, one after the other. */
  readonly all: Float64Array;
  /** Where a row begins in it. */
  start(y: number): number;
}

/** Keeps the last `count` rows that were asked for; rows are asked for from the top. */
export function rowRing(count: number, length: number, fill: (y: number, row: Float64Array) => void): RowRing {
  const all = new Float64Array(count * length);
  const held = new Array<number>(count).fill(Number.NaN);
  return {
    all,
    start(y) {
      const slot = ((y % count) + count) % count;
      const start = slot * length;
      if (held[slot] !== y) {
        fill(y, all.subarray(start, start + length));
        held[slot] = y;
      }
      return start;
    },
  };
}
