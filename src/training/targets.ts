import { StriateError } from "../errors.ts";
import type { Model } from "../model/index.ts";
import { sameShape, shapeText, sizeOf, type Tensor, toNumbers, typeText } from "../tensor/index.ts";
import { lossNamed } from "./losses.ts";
import type { Goal } from "./objective.ts";

/**
 * Targets in the type and shape that a loss takes, as Keras takes them: integers of any type become labels or numbers, and a
 * last axis of length 1 is there or not, as the predictions need it. What fits already stays the same tensor.
 *
 * @param indices of the examples, for messages
 * @throws StriateError `shape` that says what the loss needs, and `data` for a label that is no class of the output
 */
export function conformTargets(
  model: Model,
  goal: Goal,
  given: Tensor | undefined,
  indices: readonly number[],
): Tensor<"float32" | "int32"> {
  const { targets: dtype, targetShape } = lossNamed(goal.loss);
  const wanted = targetShape([indices.length, ...goal.shape]);
  const isWhole = given && ArrayBuffer.isView(given.data) && given.data.length === sizeOf(wanted);
  if (!isWhole || !sameButForOne(given.shape, wanted)) {
    throw misfit(model, goal, given, `${dtype}${shapeText(wanted)}`);
  }
  const conformed = { ...(given.dtype === dtype ? given : converted(given, dtype)), shape: wanted };
  if (dtype === "int32") checkLabels(given, indices, goal.shape.at(-1) ?? 1);
  // Integers are labels; numbers between 0 and 1 may be probabilities.
  else if (goal.loss === "binaryCrossentropy" && given.dtype !== "float32") checkLabels(given, indices, 2);
  return conformed as Tensor<"float32" | "int32">;
}

/** Whether two shapes differ at most by a last axis of length 1. */
function sameButForOne(given: readonly number[], wanted: readonly number[]): boolean {
  if (sameShape(given, wanted)) return true;
  const [shorter, longer] = given.length < wanted.length ? [given, wanted] : [wanted, given];
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

function misfit(model: Model, { loss, output, shape }: Goal, given: Tensor | undefined, needed: string): StriateError {
  const where = model.outputs.length === 1 ? "" : ` for output ${output}`;
  const found = given ? typeText(given) : "none";
  return new StriateError(
    "shape",
    `loss ${loss} on model ${model.name} needs targets ${needed}${where}, but the data gives ${found}` +
      `${given ? advice(loss, given, shape) : ""}`,
  );
}

/** What would fit instead, where it is a usual mistake. */
function advice(loss: Goal["loss"], given: Tensor, shape: readonly number[]): string {
  const { targets } = lossNamed(loss);
  if (targets === "int32" && sameShape(given.shape.slice(1), shape)) {
    return "; for one-hot targets the loss is categoricalCrossentropy";
  }
  const isLabels = sameShape(given.shape.slice(1), shape.slice(0, -1));
  if (loss === "categoricalCrossentropy" && isLabels) return "; for labels the loss is sparseCategoricalCrossentropy";
  if (loss === "binaryCrossentropy" && isLabels)
    return "; labels are for a single output, units: 1, or make them one-hot";
  return "";
}
