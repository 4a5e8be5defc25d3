import { expect } from "vitest";

/** The largest difference of two lists, relative to the largest number of the second one, or to 1 when that is less. */
function largestDifference(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let [difference, largest] = [0, 1];
  for (let i = 0; i < wanted.length; i++) {
    if (actual[i] === wanted[i] && !Number.isFinite(actual[i])) continue;
    const gap = Math.abs((actual[i] ?? Number.NaN) - (wanted[i] ?? Number.NaN));
    difference = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : Math.max(difference, gap);
    largest = Math.max(largest, Math.abs(wanted[i] ?? 0));
  }
  return difference / largest;
}

/** Fails unless two lists have the same length and agree within `tolerance`, as `largestDifference` measures it. */
export function closeTo(
  actual: ArrayLike<number>,
  wanted: ArrayLike<number> | undefined,
  tolerance: number,
  what: string,
): void {
  expect(actual.length, `${what}: number of elements`).toBe(wanted?.length);
  expect(largestDifference(actual, wanted ?? []), what).toBeLessThanOrEqual(tolerance);
}
