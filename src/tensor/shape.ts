import { StriateError } from "../errors.ts";

/** The size along each axis; `[]` is a scalar. */
export type Shape = readonly number[];

/** The number of elements of a tensor of this shape: the product of its sizes, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Row-major strides in elements: the last axis has stride 1. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = at(strides, axis + 1) * at(shape, axis + 1);
  }
  return strides;
}

/** Whether two shapes have the same sizes. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** Counts an axis from the end when it is negative, and checks that the shape has it. */
export function normalizeAxis(axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normal < 0 || normal >= rank) {
    throw new StriateError("shape", `axis ${axis} does not exist in a tensor of rank ${rank}`);
  }
  return normal;
}

/**
 * The shape of an elementwise result by ONNX's (NumPy's) multidirectional broadcasting: aligned at the last axis,
 * sizes are equal or one of them is 1.
 */
export function broadcastShapes(...shapes: readonly Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    const offset = rank - shape.length;
    for (const [axis, size] of shape.entries()) {
      const current = at(result, offset + axis);
      if (size !== 1 && current !== 1 && size !== current) {
        throw new StriateError("shape", `shapes ${shapes.map(shapeText).join(" and ")} do not broadcast together`);
      }
      if (size !== 1) result[offset + axis] = size;
    }
  }
  return result;
}

/** More axes than a model has; a damaged file can say of a million. */
const MOST_SHOWN = 16;

/** `[128,28,28,1]`, the way shapes are written in messages and listings. */
export function shapeText(shape: Shape): string {
  const shown = shape.slice(0, MOST_SHOWN).join(",");
  return shape.length > MOST_SHOWN ? `[${shown},... ${shape.length} axes]` : `[${shown}]`;
}

/** The element at an index that is known to exist; a missing one is an error, never `undefined`. */
export function at<T>(list: ArrayLike<T>, index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`index ${index} is outside a list of length ${list.length}`);
  return item;
}
