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

/**
 * The fraction of examples whose largest prediction is the right class; with a single output, of those on the right
 * side of 0.5.
 */
export function accuracy(): Metric {
  return { ...topK(1), name: "accuracy" };
}

/** The mean over each example's outputs of being on the right side of the threshold, as Keras's BinaryAccuracy. */
export function binaryAccuracy({ threshold = 0.5 } = {}): Metric {
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

/** The fraction of examples whose right class is among the `k` largest predictions, as Keras's TopKCategoricalAccuracy. */
export function topKAccuracy({ k = 5 } = {}): Metric {
  if (!Number.isSafeInteger(k) || k < 1)
    throw new StriateError("usage", `topKAccuracy: k must be a whole number of at least 1, received ${k}`);
  return { ...topK(k), name: `top${k}Accuracy` };
}

function topK(k: number): Omit<Metric, "name"> {
  return {
    sum: (predictions, targets, count) => {
      const classes = predictions.shape.at(-1) ?? 1;
      const rows = predictions.data.length / classes / (predictions.shape[0] ?? 1);
      const isSparse =
        targets.data.length * classes === predictions.data.length && (classes > 1 || targets.dtype === "int32");
      let right = 0;
      for (let row = 0; row < count * rows; row++) {
        const scores = predictions.data.subarray(row * classes, (row + 1) * classes) as Float32Array;
        if (classes === 1) {
          right += Number(targets.data[row]) === (Number(scores[0]) > 0.5 ? 1 : 0) ? 1 : 0;
          continue;
        }
        const label = isSparse
          ? Number(targets.data[row])
          : indexOfLargest(targets.data.subarray(row * classes, (row + 1) * classes) as Float32Array);
        right += rankOf(scores, label) < k ? 1 : 0;
      }
      return right / rows;
    },
  };
}

function indexOfLargest(scores: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if ((scores[i] ?? 0) > (scores[best] ?? 0)) best = i;
  return best;
}

/** How many scores come before that of `index`: the larger ones, and the equal ones further left. */
function rankOf(scores: ArrayLike<number>, index: number): number {
  const score = scores[index] ?? Number.NaN;
  if (Number.isNaN(score)) return scores.length;
  let rank = 0;
  for (let i = 0; i < scores.length; i++) {
    const other = scores[i] ?? 0;
    if (other > score || (other === score && i < index)) rank++;
  }
  return rank;
}
