import { defineOp } from "../graph/index.ts";
import { at } from "../tensor/index.ts";
import { defineUnary, mul, sign, sub } from "./arithmetic.ts";
import { broadcastReals } from "./broadcast.ts";

/** max(x, 0). Its gradient at 0 is 0. */
export const relu = defineUnary({
  name: "Relu",
  f: (x) => Math.max(x, 0),
  gradient: (g, _X, output, dOutput) => g.op(reluGrad, [dOutput, output]),
});

/** dY where Relu let something through, 0 elsewhere. */
export const reluGrad = defineOp({
  name: "ReluGrad",
  domain: "striate",
  inputs: ["dY", "Y"],
  infer: ({ dY }) => [dY],
  reference: ({ dY, Y }, _, node) => [
    broadcastReals([dY, Y], at(node.outputs, 0).shape, (dy = 0, y = 0) => (y > 0 ? dy : 0)),
  ],
  // Y is never negative, so its sign is the mask: two plain elementwise passes.
  lower: ({ g, inputs: { dY, Y } }) => [g.op(mul, [dY, g.op(sign, [Y])])],
  samples: [{ name: "a matrix", inputs: [{ shape: [2, 4] }, { shape: [2, 4], values: [0, 1, 2, 0, 0.5, 0, 3, 1] }] }],
});

/** 1 / (1 + exp(-x)) */
export const sigmoid = defineUnary({
  name: "Sigmoid",
  f: (x) => 1 / (1 + Math.exp(-x)),
  // y (1 - y)
  gradient: (g, _X, output, dOutput) =>
    g.op(mul, [dOutput, g.op(mul, [output, g.op(sub, [g.scalar(output, 1), output])])]),
});

/** The hyperbolic tangent of each element. */
export const tanh = defineUnary({
  name: "Tanh",
  f: Math.tanh,
  // 1 - y^2
  gradient: (g, _X, output, dOutput) =>
    g.op(mul, [dOutput, g.op(sub, [g.scalar(output, 1), g.op(mul, [output, output])])]),
});
