import { StriateError } from "../errors.ts";
import { defineOp, float, type GradientThunk, type GraphBuilder, type Value } from "../graph/index.ts";
import { at, broadcastShapes, sameShape, shapeText } from "../tensor/index.ts";
import { relu } from "./activations.ts";
import { defineUnary, mul, sign, sub } from "./arithmetic.ts";
import { broadcastReals, sumTo } from "./broadcast.ts";
import { formula } from "./formula.ts";

/** 1 where `x` is above 0, else 0, by passes that vectorize, where Greater and Where do not. */
function positiveMask(g: GraphBuilder, x: Value): Value {
  return g.op(sign, [g.op(relu, [x])]);
}

/** x where it is positive, alpha x elsewhere. */
export const leakyRelu = defineUnary({
  name: "LeakyRelu",
  attributes: { alpha: float(0.01) },
  f: (x, { alpha }) => (x < 0 ? alpha * x : x),
  // alpha + (1 - alpha) where x > 0
  gradient: (g, X, _output, dOutput, { alpha }) => {
    const f = formula(g, X);
    return f.mul(dOutput, f.add(f.mul(positiveMask(g, X), 1 - alpha), alpha));
  },
  samples: [
    { name: "defaults", inputs: [{ shape: [3, 5] }] },
    { name: "alpha 0.3", inputs: [{ shape: [3, 5] }], attributes: { alpha: 0.3 } },
  ],
});

/** Parametric ReLU (He et al. 2015): x where it is positive, slope x elsewhere; the slope broadcasts to x. */
export const pRelu = defineOp({
  name: "PRelu",
  inputs: ["X", "slope"],
  infer: ({ X, slope }) => {
    if (!sameShape(broadcastShapes(X.shape, slope.shape), X.shape)) {
      throw new StriateError(
        "shape",
        `PRelu: a slope of ${shapeText(slope.shape)} does not broadcast to ${shapeText(X.shape)}`,
      );
    }
    return [X];
  },
  reference: ({ X, slope }, _, node) => [
    broadcastReals([X, slope], at(node.outputs, 0).shape, (x = 0, a = 0) => (x < 0 ? a * x : x)),
  ],
  gradient: ({ g, X, slope, dOutput }): { X: GradientThunk; slope: GradientThunk } => {
    const f = formula(g, X);
    return {
      X: () => {
        const mask = positiveMask(g, X);
        return f.mul(dOutput, f.add(mask, f.mul(f.sub(1, mask), slope)));
      },
      // min(x, 0) = x - relu(x)
      slope: () => sumTo(g, g.op(mul, [dOutput, g.op(sub, [X, g.op(relu, [X])])]), slope.shape),
    };
  },
  samples: [
    { name: "a slope for each channel", inputs: [{ shape: [2, 3, 2, 2] }, { shape: [3, 1, 1], low: 0.1, high: 0.5 }] },
    { name: "one slope", inputs: [{ shape: [2, 4] }, { shape: [1], values: [0.25] }] },
  ],
});
