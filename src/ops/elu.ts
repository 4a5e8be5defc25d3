import { float, type GraphBuilder, type Value } from "../graph/index.ts";
import { defineUnary, mul } from "./arithmetic.ts";
import { greater, where } from "./compare.ts";
import { formula } from "./formula.ts";

/** `above` where x > 0, else output + `below`: the slope of an exponential that was shifted to pass through 0. */
function shiftedSlope(g: GraphBuilder, X: Value, output: Value, dOutput: Value, above: number, below: number): Value {
  const isPositive = g.op(greater, [X, g.scalar(X, 0)]);
  const slope = g.op(where, [isPositive, g.scalar(X, above), formula(g, X).add(output, below)]);
  return g.op(mul, [dOutput, slope]);
}

/** Exponential linear unit (Clevert et al. 2016): x where it is positive, alpha (exp(x) - 1) elsewhere. */
export const elu = defineUnary({
  name: "Elu",
  attributes: { alpha: float(1) },
  f: (x, { alpha }) => (x < 0 ? alpha * Math.expm1(x) : x),
  gradient: (g, X, output, dOutput, { alpha }) => shiftedSlope(g, X, output, dOutput, 1, alpha),
  samples: [
    { name: "defaults", inputs: [{ shape: [3, 5], low: -2, high: 2 }] },
    { name: "alpha 0.5", inputs: [{ shape: [3, 5], low: -2, high: 2 }], attributes: { alpha: 0.5 } },
  ],
});

/** Scaled ELU (Klambauer et al. 2017): gamma x where it is positive, gamma alpha (exp(x) - 1) elsewhere. */
export const selu = defineUnary({
  name: "Selu",
  attributes: { alpha: float(1.6732632423543772), gamma: float(1.0507009873554805) },
  f: (x, { alpha, gamma }) => gamma * (x < 0 ? alpha * Math.expm1(x) : x),
  gradient: (g, X, output, dOutput, { alpha, gamma }) => shiftedSlope(g, X, output, dOutput, gamma, gamma * alpha),
});
