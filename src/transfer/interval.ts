/** A share with its confidence interval. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** The 97.5th percentile of the normal distribution: intervals are of 95%. */
const Z = 1.959963984540054;

/**
 * A share of successes with its 95% interval (Wilson 1927), which holds for few trials and for shares near 0 and 1.
 * @param successes of `trials`; weighted ones need not be whole
 */
export function wilson(successes: number, trials: number): Interval {
  if (trials === 0) return { mean: 0, low: 0, high: 1 };
  const share = successes / trials;
  const z2 = (Z * Z) / trials;
  const middle = (share + z2 / 2) / (1 + z2);
  const half = (Z / (1 + z2)) * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials));
  return { mean: share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
