import { argMax } from "./measure.ts";

/** How far the probabilities of a classifier can be taken at their word, before and after its logits are divided by `temperature`. */
export interface Calibration {
  readonly temperature: number;
  /** The expected calibration error, from 0 to 1. */
  readonly before: number;
  readonly after: number;
  /** As they are afterwards, [pictures, classes]. */
  readonly probabilities: Float32Array;
}

/** Temperatures are looked for between 1/16 and 16. */
const LIMIT = Math.log(16);

/** Bins of the calibration error (Guo et al. 2017). */
const BINS = 15;

/**
 * The temperature with the least cross-entropy on pictures that the classifier did not learn from (Guo et al. 2017, section
 * 4.2): the predicted classes stay the same, the probabilities become honest.
 * @param probabilities [pictures, classes]
 */
export function calibrate(probabilities: Float32Array, labels: Int32Array, classes: number): Calibration {
  const loss = (logTemperature: number) => crossEntropyAt(probabilities, labels, classes, Math.exp(-logTemperature));
  const temperature = Math.exp(smallest(loss, -LIMIT, LIMIT));
  const cooled = atTemperature(probabilities, classes, temperature);
  return {
    temperature,
    before: expectedCalibrationError(probabilities, labels, classes),
    after: expectedCalibrationError(cooled, labels, classes),
    probabilities: cooled,
  };
}

/**
 * The mean distance between the probability of the predicted class and the share of pictures for which it is right, over
 * bins of that probability (Naeini et al. 2015; 15 bins of equal width as Guo et al. 2017 have them).
 */
export function expectedCalibrationError(
  probabilities: Float32Array,
  labels: Int32Array,
  classes: number,
  bins = BINS,
): number {
  const [confidence, right, counts] = [new Float64Array(bins), new Float64Array(bins), new Float64Array(bins)];
  for (const [i, label] of labels.entries()) {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    const predicted = argMax(row);
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil((row[predicted] ?? 0) * bins) - 1));
    confidence[bin] = (confidence[bin] ?? 0) + (row[predicted] ?? 0);
    right[bin] = (right[bin] ?? 0) + (predicted === label ? 1 : 0);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  let sum = 0;
  for (const [bin, count] of counts.entries()) {
    if (count > 0) sum += Math.abs((confidence[bin] ?? 0) - (right[bin] ?? 0));
  }
  return sum / Math.max(1, labels.length);
}

/** Probabilities as they are when the logits behind them are divided by a temperature. */
export function atTemperature(probabilities: Float32Array, classes: number, temperature: number): Float32Array {
  const result = new Float32Array(probabilities.length);
  for (let start = 0; start < probabilities.length; start += classes) {
    const logits = Array.from({ length: classes }, (_, k) => logOf(probabilities[start + k]) / temperature);
    const most = Math.max(...logits);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - most), 0);
    for (const [k, logit] of logits.entries()) result[start + k] = Math.exp(logit - most) / sum;
  }
  return result;
}

function crossEntropyAt(probabilities: Float32Array, labels: Int32Array, classes: number, inverse: number): number {
  let loss = 0;
  for (const [i, label] of labels.entries()) {
    const start = i * classes;
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) most = Math.max(most, logOf(probabilities[start + k]) * inverse);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp(logOf(probabilities[start + k]) * inverse - most);
    loss -= logOf(probabilities[start + label]) * inverse - most - Math.log(sum);
  }
  return loss / Math.max(1, labels.length);
}

/** Float32 has no smaller probability than this; its logarithm would be infinite. */
function logOf(probability = 0): number {
  return Math.log(Math.max(probability, 1e-38));
}

/** The place of the only minimum of a function between two ends, by golden sections. */
function smallest(f: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  let [c, d] = [b - ratio * (b - a), a + ratio * (b - a)];
  let [fc, fd] = [f(c), f(d)];
  while (b - a > 1e-4) {
    if (fc < fd) {
      [b, d, fd] = [d, c, fc];
      c = b - ratio * (b - a);
      fc = f(c);
    } else {
      [a, c, fc] = [c, d, fd];
      d = a + ratio * (b - a);
      fd = f(d);
    }
  }
  return (a + b) / 2;
}
