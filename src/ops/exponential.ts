import { add, defineBinary, defineUnary, div, mul, sub } from "./arithmetic.ts";

/** e to the power of each element. */
export const exp = defineUnary({
  name: "Exp",
  f: Math.exp,
  gradient: (g, _X, output, dOutput) => g.op(mul, [dOutput, output]),
});

/** The natural logarithm. */
export const log = defineUnary({
  name: "Log",
  f: Math.log,
  gradient: (g, X, _output, dOutput) => g.op(div, [dOutput, X]),
  low: 0.2,
  high: 3,
});

/** The square root of each element. */
export const sqrt = defineUnary({
  name: "Sqrt",
  f: Math.sqrt,
  // d sqrt(x) = dx / (2 sqrt(x))
  gradient: (g, _X, output, dOutput) => g.op(div, [dOutput, g.op(add, [output, output])]),
  low: 0.2,
  high: 3,
});

/** A to the power of B, elementwise. */
export const pow = defineBinary({
  name: "Pow",
  f: (a, b) => a ** b,
  gradient: (g, A, B, output, dOutput) => ({
    // b a^(b-1)
    A: () => g.op(mul, [dOutput, g.op(mul, [B, g.op(pow, [A, g.op(sub, [B, g.scalar(B, 1)])])])]),
    // a^b log a
    B: () => g.op(mul, [dOutput, g.op(mul, [output, g.op(log, [A])])]),
  }),
  samples: [
    {
      name: "tensors",
      inputs: [
        { shape: [2, 3], low: 0.3, high: 2 },
        { shape: [3], low: -2, high: 2 },
      ],
    },
    {
      name: "squared",
      inputs: [
        { shape: [2, 3], low: 0.3, high: 2 },
        { shape: [], values: [2] },
      ],
    },
  ],
});
