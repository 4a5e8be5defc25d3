import { StriateError } from "../../errors.ts";
import type { GraphBuilder, Node, Value } from "../../graph/index.ts";
import { type sigmoid, type softmax, transpose, transposeBy } from "../../ops/index.ts";
import { normalizeAxis } from "../../tensor/index.ts";

type Activation = typeof softmax | typeof sigmoid;

/** What an activation made predictions from, when it is of this op and works along their last axis or on each element. */
function logitsOf(g: GraphBuilder, predictions: Value, { name }: Activation): Value | undefined {
  const maker = (value: Value | undefined) => g.nodes.find(({ outputs }) => outputs[0] === value);
  const node = maker(predictions);
  const rank = predictions.shape.length;
  const isAlong = ({ attributes }: Node, axis: number) =>
    typeof attributes.axis !== "number" || normalizeAxis(attributes.axis, rank) === axis;
  if (node?.op === name) return isAlong(node, rank - 1) ? node.inputs[0] : undefined;
  // A picture's channels are moved to the end after its activation.
  const perm = node?.op === transpose.name ? node.attributes.perm : undefined;
  const inner = Array.isArray(perm) ? maker(node?.inputs[0]) : undefined;
  if (!inner?.inputs[0] || inner.op !== name || !Array.isArray(perm) || !isAlong(inner, perm.at(-1))) return undefined;
  return transposeBy(g, inner.inputs[0], perm);
}

/**
 * The logits of predictions, where they are known: what the activation that the model ends in made them from, or the
 * predictions themselves.
 * @param fromLogits whether the predictions are logits
 * @throws StriateError `usage` for predictions that are called logits and that the activation made probabilities of
 */
export function logitsBehind(
  g: GraphBuilder,
  predictions: Value,
  activation: Activation,
  fromLogits: boolean,
): Value | undefined {
  const logits = logitsOf(g, predictions, activation);
  if (!fromLogits) return logits;
  if (!logits) return predictions;
  throw new StriateError(
    "usage",
    `fromLogits says that the predictions are logits, but the model ends in ${activation.name.toLowerCase()}, which makes ` +
      "probabilities of them; leave fromLogits out (the loss is computed from the logits all the same), or the activation",
  );
}
