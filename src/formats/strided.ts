import { at, type DType, type Shape, sizeOf, stridesOf, zeros } from "../tensor/index.ts";
import type { ElementArray } from "./elements.ts";

/** Whether elements with these strides lie in row-major order without gaps. An axis of size 1 may have any stride. */
export function isRowMajor(shape: Shape, strides: readonly number[]): boolean {
  const dense = stridesOf(shape);
  return sizeOf(shape) === 0 || shape.every((size, axis) => size === 1 || strides[axis] === dense[axis]);
}

/** The place of the last element of all, counted from the first: what a bounds check needs. Strides are from 0 on. */
export function lastElement(shape: Shape, strides: readonly number[]): number {
  return shape.reduce((last, size, axis) => last + (size - 1) * at(strides, axis), 0);
}

/** Column-major strides: the first axis has stride 1, as in Fortran. */
export function columnMajorStrides(shape: Shape): number[] {
  return stridesOf([...shape].reverse()).reverse();
}

/**
 * The elements at offset + sum of index[axis] * strides[axis], in row-major order, in an array of their own.
 * @param dtype the type of `source`
 */
export function gather(
  source: ElementArray,
  dtype: DType,
  offset: number,
  shape: Shape,
  strides: readonly number[],
): ElementArray {
  const { data } = zeros(dtype, shape);
  // Axes of size 1 have nothing to count, and there may be 60 of them.
  const axes = shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  const [sizes, steps] = [axes.map((axis) => at(shape, axis)), axes.map((axis) => at(strides, axis))];
  if (data instanceof BigInt64Array) {
    if (source instanceof BigInt64Array) gatherInto<bigint>(data, source, offset, sizes, steps);
  } else if (!(source instanceof BigInt64Array)) {
    gatherInto<number>(data, source, offset, sizes, steps);
  }
  return data;
}

function gatherInto<T>(
  target: { [index: number]: T; readonly length: number },
  source: ArrayLike<T>,
  offset: number,
  shape: Shape,
  strides: readonly number[],
): void {
  if (target.length === 0) return;
  const rank = shape.length;
  const rowLength = rank === 0 ? 1 : at(shape, rank - 1);
  const step = rank === 0 ? 0 : at(strides, rank - 1);
  const index = new Array<number>(rank).fill(0);
  let place = offset;
  for (let row = 0; row < target.length; row += rowLength) {
    for (let i = 0; i < rowLength; i++) target[row + i] = source[place + i * step] as T;
    // On to the next row: count up the last axis but one, and carry.
    for (let axis = rank - 2; axis >= 0; axis--) {
      const next = at(index, axis) + 1;
      place += at(strides, axis);
      index[axis] = next;
      if (next < at(shape, axis)) break;
      place -= next * at(strides, axis);
      index[axis] = 0;
    }
  }
}
