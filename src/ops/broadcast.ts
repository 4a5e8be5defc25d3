import type { GraphBuilder, Reals, Value } from "../graph/index.ts";
import { at, type Shape, sameShape, sizeOf, stridesOf } from "../tensor/index.ts";
import { reduceSum } from "./reduce.ts";
import { reshapeTo } from "./reshape.ts";

/** A result of the reference kernels: every element from its index. */
function realsOf(shape: Shape, element: (index: number) => number): Reals {
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = element(i);
  return { shape, data };
}

/** Every element on its own. */
export function mapReals(x: Reals, f: (value: number) => number): Reals {
  return realsOf(x.shape, (i) => f(at(x.data, i)));
}

/** Strides by which `shape` is read as if it had the shape `target`: 0 along broadcast axes. */
function broadcastStrides(shape: Shape, target: Shape): number[] {
  const strides = stridesOf(shape);
  const offset = target.length - shape.length;
  return target.map((_, axis) => (axis < offset || at(shape, axis - offset) === 1 ? 0 : at(strides, axis - offset)));
}

/** `index` into each of the tensors for every element of `shape` in row-major order. */
export function forEachIndex(
  shape: Shape,
  strides: readonly (readonly number[])[],
  visit: (index: number, ...offsets: number[]) => void,
): void {
  const total = sizeOf(shape);
  const counters = new Array<number>(shape.length).fill(0);
  const offsets = strides.map(() => 0);
  for (let index = 0; index < total; index++) {
    visit(index, ...offsets);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const count = at(counters, axis) + 1;
      const wraps = count === shape[axis];
      counters[axis] = wraps ? 0 : count;
      for (let k = 0; k < strides.length; k++) {
        const stride = at(at(strides, k), axis);
        offsets[k] = at(offsets, k) + (wraps ? -stride * (count - 1) : stride);
      }
      if (!wraps) break;
    }
  }
}

/** An elementwise function of tensors that broadcast to `shape`. */
export function broadcastReals(inputs: readonly Reals[], shape: Shape, f: (...values: number[]) => number): Reals {
  const data = new Float64Array(sizeOf(shape));
  const strides = inputs.map((input) => broadcastStrides(input.shape, shape));
  forEachIndex(shape, strides, (index, ...offsets) => {
    data[index] = f(...inputs.map((input, k) => at(input.data, at(offsets, k))));
  });
  return { shape, data };
}

/** The gradient of a broadcast: `value` summed over the axes along which a tensor of `shape` was repeated. */
export function sumTo(g: GraphBuilder, value: Value, shape: Shape): Value {
  if (sameShape(value.shape, shape)) return value;
  const offset = value.shape.length - shape.length;
  const axes = value.shape.flatMap((size, axis) =>
    axis < offset || (shape[axis - offset] === 1 && size !== 1) ? [axis] : [],
  );
  const summed = axes.length > 0 ? g.op(reduceSum, [value, g.int64s(...axes)], { keepdims: 1 }) : value;
  return reshapeTo(g, summed, shape);
}
