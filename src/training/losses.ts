import { unknownName } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { GraphBuilder, Node, Value } from "../graph/index.ts";
import {
  binaryCrossEntropy,
  clip,
  EPSILON,
  formula,
  meanSquaredError,
  mul,
  neg,
  oneHotLike,
  reduceMean,
  reduceSum,
  sigmoid,
  sigmoidCrossEntropy,
  softmax,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
  transpose,
  transposeBy,
} from "../ops/index.ts";
import { type DType, normalizeAxis, type Shape, shapeText } from "../tensor/index.ts";

/** A loss of predictions against targets, one number for each row of the predictions' last axis. */
interface LossRule {
  /** The targets' element type, and their shape for predictions of a shape. */
  readonly targets: Extract<DType, "int32" | "float32">;
  targetShape(predictions: Shape): Shape;
  /** The op whose result are probabilities, and whose inputs are logits; none where predictions are no probabilities. */
  readonly activation?: string;
  /** From logits, in the form that does not overflow. */
  ofLogits?(g: GraphBuilder, logits: Value, targets: Value): Value;
  ofPredictions(g: GraphBuilder, predictions: Value, targets: Value): Value;
}

/** What an activation made predictions from, when it is of this op and works along their last axis or on each element. */
function logitsOf(g: GraphBuilder, predictions: Value, op: string): Value | undefined {
  const maker = (value: Value | undefined) => g.nodes.find(({ outputs }) => outputs[0] === value);
  const node = maker(predictions);
  const rank = predictions.shape.length;
  const isAlong = ({ attributes: { axis } }: Node, wanted: number) =>
    typeof axis !== "number" || normalizeAxis(axis, rank) === wanted;
  if (node?.op === op) return isAlong(node, rank - 1) ? node.inputs[0] : undefined;
  // A picture's channels are moved to the end after its activation.
  const perm = node?.op === transpose.name ? node.attributes.perm : undefined;
  const inner = Array.isArray(perm) ? maker(node?.inputs[0]) : undefined;
  if (!inner?.inputs[0] || inner.op !== op || !Array.isArray(perm) || !isAlong(inner, perm.at(-1))) return undefined;
  return transposeBy(g, inner.inputs[0], perm);
}

/** -sum of t log p for probabilities that need not add up to 1, as Keras does it: scaled, clipped. */
function crossEntropyOfProbabilities(g: GraphBuilder, predictions: Value, targets: Value): Value {
  const f = formula(g, predictions);
  const scaled = f.div(predictions, g.op(reduceSum, [predictions, g.int64s(-1)], { keepdims: 1 }));
  const p = g.op(clip, [scaled, g.scalar(scaled, EPSILON), g.scalar(scaled, 1 - EPSILON)]);
  return g.op(neg, [g.op(reduceSum, [g.op(mul, [targets, f.log(p)]), g.int64s(-1)], { keepdims: 0 })]);
}

/**
 * Keras's losses by name. A cross-entropy right after a softmax or sigmoid is computed from the logits, exactly; of other
 * probabilities it is Keras's, which keeps them between 1e-7 and 1 - 1e-7.
 */
const LOSSES = {
  sparseCategoricalCrossentropy: {
    targets: "int32",
    targetShape: (shape) => shape.slice(0, -1),
    activation: softmax.name,
    ofLogits: (g, logits, targets) => g.op(sparseSoftmaxCrossEntropy, [logits, targets]),
    ofPredictions: (g, predictions, targets) =>
      crossEntropyOfProbabilities(g, predictions, oneHotLike(g, targets, predictions)),
  },
  categoricalCrossentropy: {
    targets: "float32",
    targetShape: (shape) => shape,
    activation: softmax.name,
    ofLogits: (g, logits, targets) => g.op(softmaxCrossEntropy, [logits, targets]),
    ofPredictions: crossEntropyOfProbabilities,
  },
  binaryCrossentropy: {
    targets: "float32",
    targetShape: (shape) => shape,
    activation: sigmoid.name,
    ofLogits: (g, logits, targets) => g.op(sigmoidCrossEntropy, [logits, targets]),
    ofPredictions: (g, predictions, targets) => g.op(binaryCrossEntropy, [predictions, targets]),
  },
  meanSquaredError: {
    targets: "float32",
    targetShape: (shape) => shape,
    ofPredictions: (g, predictions, targets) => g.op(meanSquaredError, [predictions, targets]),
  },
} satisfies Record<string, LossRule>;

export type LossName = keyof typeof LOSSES;

/** @throws StriateError `usage` that lists the losses when there is none like it. */
export function lossNamed(name: LossName): LossRule {
  if (!Object.hasOwn(LOSSES, name)) throw unknownName("loss", String(name), Object.keys(LOSSES));
  return LOSSES[name];
}

/** @throws StriateError `usage` for a loss that takes no logits, or a model whose last activation makes them probabilities */
function lossOfLogits(g: GraphBuilder, name: LossName, predictions: Value, targets: Value): Value {
  const { activation, ofLogits } = lossNamed(name);
  if (activation === undefined || !ofLogits) {
    throw new StriateError(
      "usage",
      `fromLogits is for cross-entropies; loss ${name} takes the predictions as they are`,
    );
  }
  if (logitsOf(g, predictions, activation)) {
    throw new StriateError(
      "usage",
      `fromLogits says that the predictions are logits, but the model ends in ${activation.toLowerCase()}, which makes ` +
        "probabilities of them; leave fromLogits out (the loss is computed from the logits all the same), or the activation",
    );
  }
  return ofLogits(g, predictions, targets);
}

/**
 * Adds a loss for each example: [batch].
 * @param fromLogits whether the predictions are what a softmax or sigmoid would make probabilities of
 */
export function exampleLosses(
  g: GraphBuilder,
  loss: LossName,
  predictions: Value,
  targets: Value,
  fromLogits = false,
): Value {
  const rule = lossNamed(loss);
  const logits = fromLogits || rule.activation === undefined ? undefined : logitsOf(g, predictions, rule.activation);
  const losses = fromLogits
    ? lossOfLogits(g, loss, predictions, targets)
    : logits && rule.ofLogits
      ? rule.ofLogits(g, logits, targets)
      : rule.ofPredictions(g, predictions, targets);
  const rest = losses.shape.slice(1).map((_, i) => i + 1);
  if (losses.shape.length === 0)
    throw new StriateError(
      "shape",
      `loss ${loss} needs predictions [batch, ...], received ${shapeText(predictions.shape)}`,
    );
  return rest.length === 0 ? losses : g.op(reduceMean, [losses, g.int64s(...rest)], { keepdims: 0 });
}
