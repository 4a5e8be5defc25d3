import { StriateError } from "../errors.ts";
import { type GraphBuilder, string, type Value } from "../graph/index.ts";
import { tanh } from "./activations.ts";
import { defineUnary } from "./arithmetic.ts";
import { formula } from "./formula.ts";

/**
 * erf(x) = 2/sqrt(pi) exp(-x^2) * sum over n of 2^n x^(2n+1) / (1 * 3 * ... * (2n+1)). All terms have the sign of x, so
 * that nothing cancels; beyond 6 it is 1 to the last bit.
 */
function erfOf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) {
    term *= (2 * x * x) / odd;
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** The error function: 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
export const erf = defineUnary({
  name: "Erf",
  f: erfOf,
  gradient: (g, X, _output, dOutput) => {
    const f = formula(g, X);
    return f.mul(dOutput, f.mul(f.exp(f.mul(f.mul(X, X), -1)), 2 / Math.sqrt(Math.PI)));
  },
});

const SLOPE = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/**
 * Gaussian error linear unit (Hendrycks and Gimpel 2016): x/2 (1 + erf(x / sqrt 2)), or with `approximate` "tanh"
 * x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
 */
export const gelu = defineUnary({
  name: "Gelu",
  attributes: { approximate: string<string>("none") },
  f: (x, { approximate }) =>
    (x / 2) * (1 + (isTanh(approximate) ? Math.tanh(SLOPE * (x + CUBIC * x ** 3)) : erfOf(x / Math.SQRT2))),
  gradient: (g, X, _output, dOutput, { approximate }) =>
    formula(g, X).mul(dOutput, isTanh(approximate) ? tanhSlope(g, X) : exactSlope(g, X)),
  samples: ["none", "tanh"].map((approximate) => ({
    name: approximate,
    inputs: [{ shape: [3, 5], low: -3, high: 3 }],
    attributes: { approximate },
  })),
});

function isTanh(approximate: string): boolean {
  if (approximate !== "none" && approximate !== "tanh") {
    throw new StriateError("usage", `Gelu: approximate must be none or tanh, received ${approximate}`);
  }
  return approximate === "tanh";
}

/** (1 + erf(x / sqrt 2)) / 2 + x exp(-x^2 / 2) / sqrt(2 pi) */
function exactSlope(g: GraphBuilder, X: Value): Value {
  const f = formula(g, X);
  const below = f.mul(f.add(g.op(erf, [f.mul(X, Math.SQRT1_2)]), 1), 0.5);
  const density = f.mul(f.exp(f.mul(f.mul(X, X), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return f.add(below, f.mul(X, density));
}

/** (1 + t) / 2 + x/2 (1 - t^2) sqrt(2/pi) (1 + 3 * 0.044715 x^2) with t the tanh of the formula */
function tanhSlope(g: GraphBuilder, X: Value): Value {
  const f = formula(g, X);
  const square = f.mul(X, X);
  const t = g.op(tanh, [f.mul(f.mul(X, SLOPE), f.add(f.mul(square, CUBIC), 1))]);
  const inner = f.mul(f.add(f.mul(square, 3 * CUBIC), 1), SLOPE);
  const rise = f.mul(f.mul(X, 0.5), f.mul(f.sub(1, f.mul(t, t)), inner));
  return f.add(f.mul(f.add(t, 1), 0.5), rise);
}
