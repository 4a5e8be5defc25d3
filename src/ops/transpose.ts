import { StriateError } from "../errors.ts";
import {
  defineOp,
  type GradientThunk,
  type GraphBuilder,
  optionalInts,
  type Reals,
  type Value,
} from "../graph/index.ts";
import { at, shapeText, stridesOf } from "../tensor/index.ts";
import { forEachIndex } from "./broadcast.ts";

/** Permutes the axes: axis `i` of the output is axis `perm[i]` of the input. Reversed when `perm` is left out. */
export const transpose = defineOp({
  name: "Transpose",
  inputs: ["data"],
  attributes: { perm: optionalInts },
  infer: ({ data }, { perm }) => {
    const order = permutation(data.shape.length, perm);
    if (order.toSorted((a, b) => a - b).some((axis, i) => axis !== i) || order.length !== data.shape.length) {
      throw new StriateError("shape", `Transpose: perm ${shapeText(order)} does not permute ${shapeText(data.shape)}`);
    }
    return [{ dtype: data.dtype, shape: order.map((axis) => at(data.shape, axis)) }];
  },
  reference: ({ data }, { perm }) => [transposeReals(data, permutation(data.shape.length, perm))],
  gradient: ({ g, data, attributes: { perm }, dOutput }): { data: GradientThunk } => ({
    data: () => transposeBy(g, dOutput, inversePermutation(permutation(data.shape.length, perm))),
  }),
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [
    { name: "reversed", inputs: [{ shape: [2, 3, 4] }] },
    { name: "channels last to first", inputs: [{ shape: [2, 3, 4, 5] }], attributes: { perm: [0, 3, 1, 2] } },
  ],
});

/** `value` with its axes permuted; itself when the permutation changes nothing. */
export function transposeBy(g: GraphBuilder, value: Value, perm: readonly number[]): Value {
  return perm.every((axis, i) => axis === i) ? value : g.op(transpose, [value], { perm });
}

export function inversePermutation(perm: readonly number[]): number[] {
  return perm.map((_, axis) => perm.indexOf(axis));
}

function permutation(rank: number, perm: readonly number[] | undefined): readonly number[] {
  return perm ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
}

export function transposeReals(x: Reals, perm: readonly number[]): Reals {
  const shape = perm.map((axis) => at(x.shape, axis));
  const strides = stridesOf(x.shape);
  const data = new Float64Array(x.data.length);
  forEachIndex(shape, [perm.map((axis) => at(strides, axis))], (index, offset) => {
    data[index] = at(x.data, offset);
  });
  return { shape, data };
}
