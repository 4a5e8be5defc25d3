import { finiteNumber, valueText } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { GraphBuilder, Value } from "../../graph/index.ts";
import { argMax, castTo, gather, reshapeTo, round } from "../../ops/index.ts";
import { type Shape, shapeText } from "../../tensor/index.ts";
import type { Loss } from "./loss.ts";

/** A weight for each class: a list, or an object by the number of the class, whose missing classes have 1. */
export type ClassWeight = readonly number[] | Readonly<Record<number, number>>;

/**
 * A number for each class of an output.
 * @throws StriateError `usage` unless each example of the output has one class, and the weights are numbers of at least 0 for
 * classes that there are
 */
export function classWeightList(given: ClassWeight, loss: Loss, shape: Shape): readonly number[] {
  const classes = shape.length === 1 ? loss.classes(shape) : undefined;
  if (classes === undefined) {
    throw new StriateError(
      "usage",
      `classWeight is for one class an example, which loss ${loss.name} on an output ${shapeText(shape)} does not have; ` +
        "weight the examples by sampleWeight",
    );
  }
  if (typeof given !== "object" || given === null) {
    throw new StriateError(
      "usage",
      `classWeight is a list, or an object such as { 0: 1, 1: 3 }; received ${valueText(given)}`,
    );
  }
  const isList = Array.isArray(given);
  const entries = Object.entries(given);
  const unknown = entries.find(([label]) => !(Number.isInteger(Number(label)) && Number(label) < classes));
  if (unknown || (isList && given.length !== classes)) {
    const found = isList ? `${given.length} of them` : `one for class ${unknown?.[0]}`;
    throw new StriateError(
      "usage",
      `classWeight has a number for each of the ${classes} classes, 0 to ${classes - 1}; received ${found}`,
    );
  }
  const weights = new Array<number>(classes).fill(1);
  for (const [label, weight] of entries) {
    weights[Number(label)] = finiteNumber("classWeight", `the weight of class ${label}`, weight, { least: 0 });
  }
  return weights;
}

/**
 * Adds the weight of each example by its class: [batch].
 * @param targets labels [batch], one-hot rows [batch, classes], or [batch, 1] for a single yes or no
 */
export function weightsByClass(g: GraphBuilder, weights: readonly number[], targets: Value): Value {
  const byClass = g.numbers("float32", [weights.length], weights);
  const classes = targets.shape[1];
  const labels =
    classes === undefined
      ? targets
      : classes === 1
        ? castTo(g, reshapeTo(g, g.op(round, [targets]), [targets.shape[0] ?? 1]), "int64")
        : g.op(argMax, [targets], { axis: 1, keepdims: 0 });
  return g.op(gather, [byClass, labels]);
}
