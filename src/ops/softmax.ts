import { defineOp, int, type Reals } from "../graph/index.ts";
import { at, normalizeAxis, sizeOf } from "../tensor/index.ts";
import { mul, sub } from "./arithmetic.ts";
import { exp } from "./exponential.ts";
import { reduceSum } from "./reduce.ts";

/** log of softmax along an axis, with the largest element subtracted first so that nothing overflows. */
export function logSoftmaxReals(x: Reals, axis: number): Reals {
  const normal = normalizeAxis(axis, x.shape.length);
  const length = at(x.shape, normal);
  const inner = sizeOf(x.shape.slice(normal + 1));
  const data = new Float64Array(x.data.length);
  for (let outer = 0; outer < sizeOf(x.shape.slice(0, normal)); outer++) {
    for (let i = 0; i < inner; i++) {
      const index = (k: number) => (outer * length + k) * inner + i;
      let largest = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < length; k++) largest = Math.max(largest, at(x.data, index(k)));
      let sum = 0;
      for (let k = 0; k < length; k++) sum += Math.exp(at(x.data, index(k)) - largest);
      const offset = largest + Math.log(sum);
      for (let k = 0; k < length; k++) data[index(k)] = at(x.data, index(k)) - offset;
    }
  }
  return { shape: x.shape, data };
}

const SAMPLES = [
  { name: "last axis", inputs: [{ shape: [3, 4] }] },
  { name: "axis 1 of 4", inputs: [{ shape: [2, 3, 2, 2] }], attributes: { axis: 1 } },
  { name: "large numbers", inputs: [{ shape: [2, 3], values: [100, 101, 99, -80, -82, -79] }] },
] as const;

/** exp(x) / sum of exp(x) along an axis. */
export const softmax = defineOp({
  name: "Softmax",
  inputs: ["input"],
  attributes: { axis: int(-1) },
  infer: ({ input }) => [input],
  reference: ({ input }, { axis }) => {
    const { shape, data } = logSoftmaxReals(input, axis);
    return [{ shape, data: data.map(Math.exp) }];
  },
  // y (dy - sum of dy y)
  gradient: ({ g, attributes: { axis }, output, dOutput }) => ({
    input: () => {
      const sum = g.op(reduceSum, [g.op(mul, [dOutput, output]), g.int64s(axis)]);
      return g.op(mul, [output, g.op(sub, [dOutput, sum])]);
    },
  }),
  cost: (node) => ({ multiplyAdds: 0, flops: 5 * sizeOf(at(node.outputs, 0).shape) }),
  samples: SAMPLES,
});

/** The logarithm of softmax along an axis. */
export const logSoftmax = defineOp({
  name: "LogSoftmax",
  inputs: ["input"],
  attributes: { axis: int(-1) },
  infer: ({ input }) => [input],
  reference: ({ input }, { axis }) => [logSoftmaxReals(input, axis)],
  // dy - exp(y) sum of dy
  gradient: ({ g, attributes: { axis }, output, dOutput }) => ({
    input: () => {
      const sum = g.op(reduceSum, [dOutput, g.int64s(axis)]);
      return g.op(sub, [dOutput, g.op(mul, [g.op(exp, [output]), sum])]);
    },
  }),
  cost: (node) => ({ multiplyAdds: 0, flops: 5 * sizeOf(at(node.outputs, 0).shape) }),
  samples: SAMPLES,
});
