import { float, type GraphBuilder, type Value } from "../graph/index.ts";
import { defineUnary, mul, sign } from "./arithmetic.ts";
import { formula } from "./formula.ts";

/** 1 where a number between 0 and 1 is at neither end, else 0: the sign of y (1 - y). */
function insideMask(g: GraphBuilder, y: Value): Value {
  const f = formula(g, y);
  return g.op(sign, [f.mul(y, f.sub(1, y))]);
}

const clipped = (x: number) => Math.min(Math.max(x, 0), 1);

/** max(0, min(1, alpha x + beta)) */
export const hardSigmoid = defineUnary({
  name: "HardSigmoid",
  attributes: { alpha: float(0.2), beta: float(0.5) },
  f: (x, { alpha, beta }) => clipped(alpha * x + beta),
  gradient: (g, X, output, dOutput, { alpha }) => {
    const f = formula(g, X);
    return f.mul(dOutput, f.mul(insideMask(g, output), alpha));
  },
  samples: [
    { name: "defaults", inputs: [{ shape: [3, 5], low: -4, high: 4 }] },
    { name: "a sixth", inputs: [{ shape: [3, 5], low: -4, high: 4 }], attributes: { alpha: 1 / 6 } },
  ],
});

/** x max(0, min(1, x / 6 + 1/2)) (MobileNetV3, Howard et al. 2019) */
export const hardSwish = defineUnary({
  name: "HardSwish",
  f: (x) => x * clipped(x / 6 + 0.5),
  gradient: (g, X, _output, dOutput) => {
    const f = formula(g, X);
    const gate = g.op(hardSigmoid, [X], { alpha: 1 / 6, beta: 0.5 });
    return g.op(mul, [dOutput, f.add(gate, f.mul(f.mul(X, insideMask(g, gate)), 1 / 6))]);
  },
  low: -4,
  high: 4,
});
