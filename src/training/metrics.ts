import { checkOptions, finiteNumber, unknownName, valueText, wholeNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { Tensor } from "../tensor/index.ts";

/** Something counted over the examples of a batch; the metric is the sum over all divided by their number. */
export interface Metric {
  readonly name: string;
  /**
   * The sum over the first `count` examples.
   * @param predictions [batch, ..., classes]
   * @param targets labels [batch, ...], or numbers of the predictions' shape
   */
  sum(predictions: Tensor, targets: Tensor, count: number): number;
}

interface ThresholdOptions {
  /** From which prediction on an output says 1: Default 0.5; for logits 0. */
  readonly threshold?: number;
}

/**
 * The fraction of examples whose largest prediction is the right class (of equal ones the first counts, as in Keras); with a
 * single output, of those on the right side of the threshold.
 */
export function accuracy(options: ThresholdOptions = {}): Metric {
  const threshold = thresholdOf("accuracy", options);
  const sum = countRight((scores, label) =>
    scores.length === 1
      ? label === (Number(scores[0]) > threshold ? 1 : 0)
      : !Number.isNaN(scores[label]) && indexOfLargest(scores) === label,
  );
  return { name: "accuracy", sum };
}

/** The mean over each example's outputs of being on the right side of the threshold, as Keras's BinaryAccuracy. */
export function binaryAccuracy(options: ThresholdOptions = {}): Metric {
  const threshold = thresholdOf("binaryAccuracy", options);
  return {
    name: "binaryAccuracy",
    sum: (predictions, targets, count) => {
      const outputs = predictions.data.length / (predictions.shape[0] ?? 1);
      let right = 0;
      for (let i = 0; i < count * outputs; i++) {
        right += Number(targets.data[i]) === (Number(predictions.data[i]) > threshold ? 1 : 0) ? 1 : 0;
      }
      return right / outputs;
    },
  };
}

/**
 * The fraction of examples with fewer than `k` predictions above that of the right class, as Keras's TopKCategoricalAccuracy:
 * classes with equal predictions are all in, so that of equal ones the right one always counts.
 */
export function topKAccuracy(options: { readonly k?: number } = {}): Metric {
  checkOptions("topKAccuracy", options, { k: true });
  const k = wholeNumber("topKAccuracy", "k", options.k ?? 5);
  const sum = countRight((scores, label) => {
    const score = scores[label] ?? Number.NaN;
    let above = 0;
    for (const other of scores) if (other > score) above++;
    return !Number.isNaN(score) && above < k;
  });
  return { name: `top${k}Accuracy`, sum };
}

/** The metrics that can be given by name. */
const METRICS = { accuracy, binaryAccuracy, topKAccuracy: (_: ThresholdOptions) => topKAccuracy() };

/** The name of a metric. */
export type MetricName = keyof typeof METRICS;

/**
 * @param threshold what an output that says yes or no must exceed
 * @throws StriateError `usage` for a name that there is not, and for what is no metric
 */
export function metricOf(given: Metric | MetricName, threshold: number): Metric {
  if (typeof given === "string") {
    if (!Object.hasOwn(METRICS, given)) throw unknownName("metric", given, Object.keys(METRICS));
    return METRICS[given]({ threshold });
  }
  if (typeof given?.name === "string" && typeof given.sum === "function") return given;
  const called = typeof given === "function" ? "; call it: accuracy()" : "";
  throw new StriateError(
    "usage",
    `metrics are names (${Object.keys(METRICS).join(", ")}) or what their functions give; received ${valueText(given)}${called}`,
  );
}

function thresholdOf(metric: string, options: ThresholdOptions): number {
  checkOptions(metric, options, { threshold: true });
  return finiteNumber(metric, "threshold", options.threshold ?? 0.5);
}

/** Counts the rows for which a rule holds, and gives their share of each example's rows. */
function countRight(isRight: (scores: Float32Array, label: number) => boolean): Metric["sum"] {
  return (predictions, targets, count) => {
    const classes = predictions.shape.at(-1) ?? 1;
    const rows = predictions.data.length / classes / (predictions.shape[0] ?? 1);
    const isSparse = targets.data.length * classes === predictions.data.length;
    let right = 0;
    for (let row = 0; row < count * rows; row++) {
      const scores = predictions.data.subarray(row * classes, (row + 1) * classes) as Float32Array;
      const label = isSparse
        ? Number(targets.data[row])
        : indexOfLargest(targets.data.subarray(row * classes, (row + 1) * classes) as Float32Array);
      right += isRight(scores, label) ? 1 : 0;
    }
    return right / rows;
  };
}

function indexOfLargest(scores: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if ((scores[i] ?? 0) > (scores[best] ?? 0)) best = i;
  return best;
}
