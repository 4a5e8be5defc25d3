import { type Interval, wilson } from "./interval.ts";

/** How good probabilities are. */
export interface Measured {
  readonly accuracy: Interval;
  /** The mean cross-entropy. */
  readonly loss: number;
}

/** The accuracy and the loss of probabilities, over the pictures that count. */
export function measure(
  probabilities: Float32Array,
  labels: Int32Array,
  classes: number,
  weights: Float32Array,
): Measured {
  let [right, loss, total] = [0, 0, 0];
  for (const [i, label] of labels.entries()) {
    if (weights[i] === 0) continue;
    total++;
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    if (argMax(row) === label) right++;
    loss -= Math.log(Math.max(row[label] ?? 0, 1e-12));
  }
  return { accuracy: wilson(right, total), loss: loss / Math.max(1, total) };
}

export function argMax(row: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if ((row[i] ?? 0) > (row[best] ?? 0)) best = i;
  return best;
}

/** The softmax of a row of logits, which begins at `from`, written from `start` on. */
export function softmaxInto(
  to: Float32Array,
  logits: ArrayLike<number>,
  from: number,
  start: number,
  classes: number,
): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) most = Math.max(most, logits[from + k] ?? 0);
  let sum = 0;
  for (let k = 0; k < classes; k++) sum += Math.exp((logits[from + k] ?? 0) - most);
  for (let k = 0; k < classes; k++) to[start + k] = Math.exp((logits[from + k] ?? 0) - most) / sum;
}
