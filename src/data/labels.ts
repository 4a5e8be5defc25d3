import { StriateError } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * Class labels as int32, each checked to be an integer from 0 to classes - 1.
 *
 * @param labels one class for each example
 * @param classes the number of classes; where it is not known, any label from 0 to 2^31 - 1 is good
 * @param where what holds the labels, for messages: a path, or `targets`
 * @throws StriateError `data` that names the first bad label and its index
 */
export function classLabels(
  labels: ArrayLike<number | bigint>,
  classes: number | undefined,
  where: string,
): Tensor<"int32"> {
  const data = new Int32Array(labels.length);
  const most = (classes ?? 2 ** 31) - 1;
  for (let i = 0; i < labels.length; i++) {
    const label = Number(labels[i]);
    if (!(Number.isInteger(label) && label >= 0 && label <= most)) {
      const known = classes === undefined ? "no class: labels are integers from 0 on" : outside(classes);
      throw new StriateError("data", `${where}: label ${String(labels[i])} at index ${i} is ${known}`);
    }
    data[i] = label;
  }
  return { dtype: "int32", shape: [labels.length], data };
}

function outside(classes: number): string {
  return `outside the ${classes} classes (labels 0 to ${classes - 1}); correct it, or give the right number of classes`;
}

/**
 * The number of classes and their names as they were given, checked against each other.
 * @throws StriateError `usage` where there are not as many names as classes
 */
export function knownClasses(given: {
  readonly classes?: number | undefined;
  readonly classNames?: readonly string[] | undefined;
}): { readonly classes?: number; readonly classNames?: readonly string[] } {
  const { classNames, classes = classNames?.length } = given;
  if (classes === undefined) return {};
  if (!Number.isSafeInteger(classes) || classes < 1) {
    throw new StriateError("usage", `the number of classes is an integer from 1 on; got ${classes}`);
  }
  if (classNames === undefined) return { classes };
  if (classNames.length !== classes) {
    throw new StriateError("usage", `${classes} classes need ${classes} class names; got ${classNames.length}`);
  }
  return { classes, classNames };
}

/**
 * The class of each example, where targets are classes: labels [n] or [n, 1], one-hot rows [n, classes].
 * @returns nothing for other targets, such as numbers to predict or maps of labels
 */
export function labelsIn({ shape, data }: Tensor<"float32" | "int32">): ArrayLike<number> | undefined {
  const [rows = 0, classes = 1] = shape;
  if (shape.length > 2 || rows === 0) return undefined;
  if (classes === 1) return data.every((value) => Number.isInteger(value) && value >= 0) ? data : undefined;
  const labels = new Int32Array(rows).fill(-1);
  for (const [i, value] of data.entries()) {
    const row = Math.floor(i / classes);
    if (value === 0) continue;
    if (value !== 1 || labels[row] !== -1) return undefined;
    labels[row] = i % classes;
  }
  return labels.includes(-1) ? undefined : labels;
}

/** The places of each label, in order; labels in the order in which they come. */
export function indicesByLabel(labels: ArrayLike<number>): Map<number, number[]> {
  const places = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? 0;
    const own = places.get(label);
    if (own) own.push(i);
    else places.set(label, [i]);
  }
  return places;
}
