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
  readonly targets: DType;
  targetShape(predictions: Shape): Shape;
  build(g: GraphBuilder, predictions: Value, targets: Value): Value;
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

/** Keras's losses by name. A softmax or sigmoid right before a cross-entropy is differentiated together with it. */
const LOSSES = {
  sparseCategoricalCrossentropy: {
    targets: "int32",
    targetShape: (shape) => shape.slice(0, -1),
    build: (g, predictions, targets) => {
      const logits = logitsOf(g, predictions, softmax.name);
      if (logits) return g.op(sparseSoftmaxCrossEntropy, [logits, targets]);
      return crossEntropyOfProbabilities(g, predictions, oneHotLike(g, targets, predictions));
    },
  },
  categoricalCrossentropy: {
    targets: "float32",
    targetShape: (shape) => shape,
    build: (g, predictions, targets) => {
      const logits = logitsOf(g, predictions, softmax.name);
      if (logits) return g.op(softmaxCrossEntropy, [logits, targets]);
      return crossEntropyOfProbabilities(g, predictions, targets);
    },
  },
  binaryCrossentropy: {
    targets: "float32",
    targetShape: (shape) => shape,
    build: (g, predictions, targets) => {
      const logits = logitsOf(g, predictions, sigmoid.name);
      if (logits) return g.op(sigmoidCrossEntropy, [logits, targets]);
      return g.op(binaryCrossEntropy, [predictions, targets]);
    },
  },
  meanSquaredError: {
    targets: "float32",
    targetShape: (shape) => shape,
    build: (g, predictions, targets) => g.op(meanSquaredError, [predictions, targets]),
  },
} satisfies Record<string, LossRule>;

export type LossName = keyof typeof LOSSES;

/** @throws StriateError `usage` that lists the losses when there is none like it. */
export function lossNamed(name: LossName): LossRule {
  if (!Object.hasOwn(LOSSES, name)) {
    throw new StriateError("usage", `there is no loss "${name}"; there are ${Object.keys(LOSSES).join(", ")}`);
  }
  return LOSSES[name];
}

/** Adds a loss for each example: [batch]. */
export function exampleLosses(g: GraphBuilder, loss: LossName, predictions: Value, targets: Value): Value {
  const losses = lossNamed(loss).build(g, predictions, targets);
  const rest = losses.shape.slice(1).map((_, i) => i + 1);
  if (losses.shape.length === 0)
    throw new StriateError(
      "shape",
      `loss ${loss} needs predictions [batch, ...], received ${shapeText(predictions.shape)}`,
    );
  return rest.length === 0 ? losses : g.op(reduceMean, [losses, g.int64s(...rest)], { keepdims: 0 });
}
