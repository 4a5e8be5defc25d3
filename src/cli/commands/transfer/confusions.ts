/** How often one class is taken for another. */
export interface Confusion {
  readonly actual: string;
  readonly predicted: string;
  readonly count: number;
  /** Photos of the class. */
  readonly of: number;
}

/**
 * Which classes are taken for which, the most frequent first.
 * @param probabilities [photos, classes]
 */
export function confusions(
  probabilities: Float32Array,
  labels: Int32Array,
  classNames: readonly string[],
): readonly Confusion[] {
  const classes = classNames.length;
  const counts = new Int32Array(classes * classes);
  const totals = new Int32Array(classes);
  for (const [i, label] of labels.entries()) {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    const predicted = row.indexOf(Math.max(...row));
    counts[label * classes + predicted] = (counts[label * classes + predicted] ?? 0) + 1;
    totals[label] = (totals[label] ?? 0) + 1;
  }
  const found: Confusion[] = [];
  for (const [cell, count] of counts.entries()) {
    const [actual, predicted] = [Math.floor(cell / classes), cell % classes];
    if (actual === predicted || count === 0) continue;
    const of = totals[actual] ?? 0;
    found.push({ actual: classNames[actual] ?? "", predicted: classNames[predicted] ?? "", count, of });
  }
  return found.sort((a, b) => b.count - a.count);
}
