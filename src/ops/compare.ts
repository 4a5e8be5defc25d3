import { defineOp, type GradientThunk, type Value } from "../graph/index.ts";
import { at, broadcastShapes } from "../tensor/index.ts";
import { broadcastReals, sumTo } from "./broadcast.ts";

/** An elementwise test of two tensors that broadcast together; the result is `bool`. */
function defineComparison(name: string, test: (a: number, b: number) => boolean) {
  return defineOp({
    name,
    inputs: ["A", "B"],
    infer: ({ A, B }: { A: Value; B: Value }) => [{ dtype: "bool" as const, shape: broadcastShapes(A.shape, B.shape) }],
    reference: ({ A, B }, _, node) => [
      broadcastReals([A, B], at(node.outputs, 0).shape, (a = 0, b = 0) => (test(a, b) ? 1 : 0)),
    ],
    samples: [
      {
        name: "a row",
        inputs: [
          { shape: [2, 3], values: [1, 2, 3, 3, 2, 1] },
          { shape: [3], values: [2, 2, 2] },
        ],
      },
    ],
  });
}

/** a = b, as bool, broadcast */
export const equal = defineComparison("Equal", (a, b) => a === b);
/** a > b, as bool, broadcast */
export const greater = defineComparison("Greater", (a, b) => a > b);
export const greaterOrEqual = defineComparison("GreaterOrEqual", (a, b) => a >= b);
/** a < b, as bool, broadcast */
export const less = defineComparison("Less", (a, b) => a < b);
export const lessOrEqual = defineComparison("LessOrEqual", (a, b) => a <= b);

/** `X` where the condition holds, `Y` elsewhere. */
export const where = defineOp({
  name: "Where",
  inputs: ["condition", "X", "Y"],
  infer: ({ condition, X, Y }) => [{ dtype: X.dtype, shape: broadcastShapes(condition.shape, X.shape, Y.shape) }],
  reference: ({ condition, X, Y }, _, node) => [
    broadcastReals([condition, X, Y], at(node.outputs, 0).shape, (c, x = 0, y = 0) => (c ? x : y)),
  ],
  gradient: ({ g, condition, X, Y, dOutput }): { X: GradientThunk; Y: GradientThunk } => ({
    X: () => sumTo(g, g.op(where, [condition, dOutput, g.scalar(dOutput, 0)]), X.shape),
    Y: () => sumTo(g, g.op(where, [condition, g.scalar(dOutput, 0), dOutput]), Y.shape),
  }),
  samples: [
    {
      name: "broadcast",
      inputs: [{ shape: [2, 3], dtype: "bool", values: [1, 0, 1, 0, 0, 1] }, { shape: [3] }, { shape: [2, 1] }],
    },
  ],
});
