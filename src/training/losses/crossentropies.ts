import { checkOptions, finiteNumber, type OptionNames, valueText } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { GraphBuilder, Value } from "../../graph/index.ts";
import {
  binaryCrossEntropy,
  clip,
  EPSILON,
  formula,
  mul,
  neg,
  oneHotLike,
  reduceSum,
  sigmoid,
  sigmoidCrossEntropy,
  softmax,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
} from "../../ops/index.ts";
import { type Shape, sameShape } from "../../tensor/index.ts";
import { logitsBehind } from "./logits.ts";
import type { Loss } from "./loss.ts";

/** The options of the cross-entropies. */
export interface CrossentropyOptions {
  /** Whether the predictions are logits, which no softmax or sigmoid has made probabilities of. Default false. */
  readonly fromLogits?: boolean;
  /**
   * Between 0 and 1: this share of each target is spread over all classes alike (Szegedy et al. 2016); of a single yes or no,
   * half of it to each side. Default 0.
   */
  readonly labelSmoothing?: number;
}

const OPTIONS: OptionNames<CrossentropyOptions> = { fromLogits: true, labelSmoothing: true };

/**
 * The cross-entropy of labels, whole numbers from 0 on. Smoothed labels give the numbers of `categoricalCrossentropy` for the
 * same labels as one-hot rows.
 * @throws StriateError `usage` for options that cannot be meant
 */
export function sparseCategoricalCrossentropy(options: CrossentropyOptions = {}): Loss {
  const name = "sparseCategoricalCrossentropy";
  const { fromLogits, labelSmoothing, ...common } = crossentropy(name, options);
  const smoothed = (g: GraphBuilder, labels: Value, predictions: Value) =>
    smoothedOver(g, oneHotLike(g, labels, predictions), labelSmoothing, predictions.shape.at(-1) ?? 1);
  return {
    ...common,
    targets: "labels",
    classes: units,
    labels: units,
    advice: (targets, output) =>
      sameShape(targets, output) ? "for one-hot targets the loss is categoricalCrossentropy" : undefined,
    losses: ({ g, predictions, targets }) => {
      const logits = logitsBehind(g, predictions, softmax, fromLogits);
      if (!logits) return ofProbabilities(g, predictions, smoothed(g, targets, predictions));
      return labelSmoothing === 0
        ? g.op(sparseSoftmaxCrossEntropy, [logits, targets])
        : g.op(softmaxCrossEntropy, [logits, smoothed(g, targets, logits)]);
    },
  };
}

/**
 * The cross-entropy of one-hot rows, or of any probabilities.
 * @throws StriateError `usage` for options that cannot be meant
 */
export function categoricalCrossentropy(options: CrossentropyOptions = {}): Loss {
  const name = "categoricalCrossentropy";
  const { fromLogits, labelSmoothing, ...common } = crossentropy(name, options);
  return {
    ...common,
    targets: "numbers",
    classes: units,
    labels: () => undefined,
    advice: (targets, output) =>
      isLabelsOf(targets, output) ? "for labels the loss is sparseCategoricalCrossentropy" : undefined,
    losses: ({ g, predictions, targets }) => {
      const logits = logitsBehind(g, predictions, softmax, fromLogits);
      const smoothed = smoothedOver(g, targets, labelSmoothing, predictions.shape.at(-1) ?? 1);
      return logits ? g.op(softmaxCrossEntropy, [logits, smoothed]) : ofProbabilities(g, predictions, smoothed);
    },
  };
}

/**
 * The mean cross-entropy of outputs that each say yes (1) or no (0).
 * @throws StriateError `usage` for options that cannot be meant
 */
export function binaryCrossentropy(options: CrossentropyOptions = {}): Loss {
  const name = "binaryCrossentropy";
  const { fromLogits, labelSmoothing, ...common } = crossentropy(name, options);
  return {
    ...common,
    targets: "numbers",
    classes: (output) => (units(output) === 1 ? 2 : undefined),
    // Numbers between 0 and 1 may be probabilities.
    labels: () => 2,
    advice: (targets, output) =>
      isLabelsOf(targets, output) ? "labels are for a single output, units: 1, or make them one-hot" : undefined,
    losses: ({ g, predictions, targets }) => {
      const logits = logitsBehind(g, predictions, sigmoid, fromLogits);
      const smoothed = smoothedOver(g, targets, labelSmoothing, 2);
      return logits ? g.op(sigmoidCrossEntropy, [logits, smoothed]) : g.op(binaryCrossEntropy, [predictions, smoothed]);
    },
  };
}

/** What all cross-entropies have, their options checked. */
function crossentropy(name: string, options: CrossentropyOptions) {
  checkOptions(name, options, OPTIONS);
  const { fromLogits = false, labelSmoothing = 0 } = options;
  if (typeof fromLogits !== "boolean") {
    throw new StriateError("usage", `${name}: fromLogits is true or false, received ${valueText(fromLogits)}`);
  }
  finiteNumber(name, "labelSmoothing", labelSmoothing, { least: 0, most: 1 });
  return {
    name,
    config: { ...(labelSmoothing !== 0 && { labelSmoothing }), ...(fromLogits && { fromLogits }) },
    metric: "accuracy",
    // A logit above 0 is a probability above a half.
    threshold: fromLogits ? 0 : 0.5,
    fromLogits,
    labelSmoothing,
  } as const;
}

function units(output: Shape): number | undefined {
  return output.at(-1);
}

function isLabelsOf(targets: Shape, output: Shape): boolean {
  return sameShape(targets, output.slice(0, -1));
}

/** Targets with a share of each spread over all classes. */
function smoothedOver(g: GraphBuilder, targets: Value, share: number, classes: number): Value {
  if (share === 0) return targets;
  const f = formula(g, targets);
  return f.add(f.mul(targets, 1 - share), share / classes);
}

/** -sum of t log p for probabilities that need not add up to 1, as Keras does it: scaled, clipped. */
function ofProbabilities(g: GraphBuilder, predictions: Value, targets: Value): Value {
  const f = formula(g, predictions);
  const scaled = f.div(predictions, g.op(reduceSum, [predictions, g.int64s(-1)], { keepdims: 1 }));
  const p = g.op(clip, [scaled, g.scalar(scaled, EPSILON), g.scalar(scaled, 1 - EPSILON)]);
  return g.op(neg, [g.op(reduceSum, [g.op(mul, [targets, f.log(p)]), g.int64s(-1)], { keepdims: 0 })]);
}
