import { defineOp, type GradientThunk, type Value } from "../graph/index.ts";
import { at, sizeOf } from "../tensor/index.ts";
import { maxPool, maxPoolGrad } from "./pooling.ts";

/** The largest element of each channel: [N, C, ...] to [N, C, 1, ...]. The first of equal ones gets the gradient. */
export const globalMaxPool = defineOp({
  name: "GlobalMaxPool",
  inputs: ["X"],
  infer: ({ X }: { X: Value }) => [{ dtype: X.dtype, shape: X.shape.map((size, axis) => (axis < 2 ? size : 1)) }],
  reference: ({ X }, _, node) => {
    const plane = sizeOf(X.shape.slice(2));
    const { shape } = at(node.outputs, 0);
    const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) =>
      X.data
        .subarray(i * plane, (i + 1) * plane)
        .reduce((largest, x) => Math.max(largest, x), Number.NEGATIVE_INFINITY),
    );
    return [{ shape, data }];
  },
  gradient: ({ g, X, dOutput }): { X: GradientThunk } => ({
    X: () => {
      const whole = { kernel_shape: X.shape.slice(2), strides: X.shape.slice(2) };
      const [largest, indices] = g.ops(maxPool, [X], whole);
      return g.op(maxPoolGrad, [dOutput, X, largest, indices], whole);
    },
  }),
  cost: (node) => ({ multiplyAdds: 0, flops: sizeOf(node.inputs[0]?.shape ?? []) }),
  samples: [{ name: "two channels", inputs: [{ shape: [2, 2, 3, 4] }] }],
});
