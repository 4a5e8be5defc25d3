import { StriateError } from "../errors.ts";
import type { Model } from "../model/index.ts";
import { sameShape, shapeText, sizeOf, type Tensor, toNumbers, typeText } from "../tensor/index.ts";
import { targetShape, targetType } from "./losses/index.ts";
import type { Objective } from "./objective.ts";

/**
 * Targets in the type and shape that a loss takes, as Keras takes them: integers of any type become labels or numbers, and a
 * last axis of length 1 is there or not, as the predictions need it. What fits already stays the same tensor.
 *
 * @param indices of the examples, for messages
 * @throws StriateError `shape` that says what the loss needs, and `data` for a label that is no class of the output
 */
export function conformTargets(
  model: Model,
  objective: Objective,
  given: Tensor | undefined,
  indices: readonly number[],
): Tensor<"float32" | "int32"> {
  const { loss, shape: output } = objective;
  const dtype = targetType(loss);
  const shape = targetShape(loss, [indices.length, ...output]);
  const isWhole = given && ArrayBuffer.isView(given.data) && given.data.length === sizeOf(shape);
  if (!isWhole || !sameButForOne(given.shape, shape)) {
    throw misfit(model, objective, given, `${dtype}${shapeText(shape)}`);
  }
  const conformed = { ...(given.dtype === dtype ? given : converted(given, dtype)), shape };
  const classes = loss.labels(output);
  // Integers are labels; numbers may be probabilities.
  const isLabels = loss.targets === "labels" || given.dtype !== "float32";
  if (classes !== undefined && isLabels) checkLabels(given, indices, classes);
  return conformed as Tensor<"float32" | "int32">;
}

/** Whether two shapes differ at most by a last axis of length 1. */
function sameButForOne(a: readonly number[], b: readonly number[]): boolean {
  if (sameShape(a, b)) return true;
  const [shorter, longer] = a.length < b.length ? [a, b] : [b, a];
  return longer.length > 1 && longer.at(-1) === 1 && sameShape(shorter, longer.slice(0, -1));
}

function converted(given: Tensor, dtype: "float32" | "int32"): Tensor {
  const numbers = given.data instanceof BigInt64Array ? toNumbers(given) : given.data;
  const data = dtype === "float32" ? Float32Array.from(numbers) : Int32Array.from(numbers);
  return { dtype, shape: given.shape, data } as Tensor;
}

/** @throws StriateError `data` that names the example, and in a map of labels the place, of the first wrong one */
function checkLabels({ shape, data }: Tensor, indices: readonly number[], classes: number): void {
  const wrong = data.findIndex((label) => !(label >= 0 && label < classes && Number.isInteger(Number(label))));
  if (wrong < 0) return;
  const size = data.length / indices.length;
  const place = size === 1 ? "" : ` at ${shapeText(placeIn(shape.slice(1), wrong % size))}`;
  throw new StriateError(
    "data",
    `example ${indices[Math.floor(wrong / size)]} has label ${data[wrong]}${place}, but the model has ${classes} classes, ` +
      `0 to ${classes - 1}`,
  );
}

/** The place of an element in a tensor, by axis. */
function placeIn(shape: readonly number[], index: number): number[] {
  const place: number[] = [];
  let rest = index;
  for (const side of shape.toReversed()) {
    place.unshift(rest % side);
    rest = Math.floor(rest / side);
  }
  return place;
}

function misfit(
  model: Model,
  { loss, output, shape }: Objective,
  given: Tensor | undefined,
  expected: string,
): StriateError {
  const where = model.outputs.length === 1 ? "" : ` for output ${output}`;
  const advice = given && loss.advice?.(given.shape.slice(1), shape);
  return new StriateError(
    "shape",
    `loss ${loss.name} on model ${model.name} needs targets ${expected}${where}, but the data gives ` +
      `${given ? typeText(given) : "none"}${advice ? `; ${advice}` : ""}`,
  );
}
