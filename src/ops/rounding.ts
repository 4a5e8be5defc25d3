import { StriateError } from "../errors.ts";
import { defineOp, type GradientThunk, int, type Value } from "../graph/index.ts";
import { at, broadcastShapes, isFloat, typeText } from "../tensor/index.ts";
import { defineUnary, div, mul, sub } from "./arithmetic.ts";
import { broadcastReals, mapReals, sumTo } from "./broadcast.ts";

/** To the nearest integer, halves to the even one. */
function roundEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : rounded;
}

/** The nearest whole number, halves to the even one. */
export const round = defineUnary({
  name: "Round",
  f: roundEven,
  gradient: (g, _X, _output, dOutput) => g.op(mul, [dOutput, g.scalar(dOutput, 0)]),
});

/**
 * Round whose gradient passes as if nothing was rounded: the straight-through estimator (Bengio et al. 2013) by which
 * nets are trained that are to run in integers.
 */
export const roundThrough = defineOp({
  name: "RoundThrough",
  domain: "striate",
  inputs: ["X"],
  infer: ({ X }) => [X],
  reference: ({ X }) => [mapReals(X, roundEven)],
  gradient: ({ dOutput }) => ({ X: () => dOutput }),
  lower: ({ g, inputs }) => [g.op(round, [inputs.X])],
  samples: [{ name: "halves too", inputs: [{ shape: [6], values: [-2.5, -1.4, 0.5, 1.5, 2.6, 7] }] }],
});

/** The remainder of a division: with the sign of the divisor, or with `fmod` that of the dividend, as in C. */
export const mod = defineOp({
  name: "Mod",
  inputs: ["A", "B"],
  attributes: { fmod: int(0) },
  infer: ({ A, B }: { A: Value; B: Value }, { fmod }) => {
    if (A.dtype !== B.dtype || (isFloat(A.dtype) && fmod === 0)) {
      throw new StriateError(
        "shape",
        `Mod needs two tensors of one type, and fmod 1 for real ones; received ${typeText(A)} and ${typeText(B)}`,
      );
    }
    return [{ dtype: A.dtype, shape: broadcastShapes(A.shape, B.shape) }];
  },
  reference: ({ A, B }, { fmod }, node) => [
    broadcastReals([A, B], at(node.outputs, 0).shape, (a = 0, b = 0) => (fmod ? a % b : a - b * Math.floor(a / b))),
  ],
  // a = r + t b with t whole: the slope by b is -t.
  gradient: ({ g, A, B, output, dOutput }): { A: GradientThunk; B: GradientThunk } => ({
    A: () => sumTo(g, dOutput, A.shape),
    B: () => sumTo(g, g.op(mul, [dOutput, g.op(div, [g.op(sub, [output, A]), B])]), B.shape),
  }),
  samples: [
    {
      name: "integers",
      inputs: [
        { shape: [6], values: [-4, 7, 5, 4, -7, 8], dtype: "int64" },
        { shape: [6], values: [2, -3, 8, -2, 3, 5], dtype: "int64" },
      ],
    },
    {
      name: "reals",
      inputs: [
        { shape: [2, 3], values: [-4.3, 7.2, 5, 4.3, -7.2, 9] },
        { shape: [3], values: [2.1, -3.4, 8] },
      ],
      attributes: { fmod: 1 },
    },
  ],
});
