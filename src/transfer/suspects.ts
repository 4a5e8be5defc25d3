import { argMax } from "./measure.ts";

/** A picture whose label looks wrong. */
export interface Suspect {
  /** Its place in the data set. */
  readonly index: number;
  readonly label: number;
  /** The class that it looks like. */
  readonly looksLike: number;
  /** The probability of that class by a probe that did not see the picture. */
  readonly probability: number;
}

/**
 * Pictures whose label looks wrong: another class is as probable by a probe that did not see them as that class is for its
 * own pictures in the mean, at least (confident learning, Northcutt et al. 2021). The surest first.
 * @param probabilities [pictures, classes], out of sample
 * @param weights 0 for pictures that do not count
 */
export function suspectsOf(
  probabilities: Float32Array,
  labels: Int32Array,
  classes: number,
  weights: Float32Array,
): readonly Suspect[] {
  const sums = new Float64Array(classes);
  const counts = new Float64Array(classes);
  for (const [i, label] of labels.entries()) {
    if (weights[i] === 0) continue;
    sums[label] = (sums[label] ?? 0) + (probabilities[i * classes + label] ?? 0);
    counts[label] = (counts[label] ?? 0) + 1;
  }
  const found: Suspect[] = [];
  for (const [index, label] of labels.entries()) {
    if (weights[index] === 0) continue;
    const row = probabilities.subarray(index * classes, (index + 1) * classes);
    const looksLike = argMax(row);
    const probability = row[looksLike] ?? 0;
    const usual = (sums[looksLike] ?? 0) / Math.max(1, counts[looksLike] ?? 0);
    if (looksLike !== label && probability >= usual) found.push({ index, label, looksLike, probability });
  }
  return found.sort((a, b) => b.probability - a.probability);
}
