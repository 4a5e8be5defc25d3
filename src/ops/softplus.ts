import { sigmoid } from "./activations.ts";
import { abs, defineUnary, mul } from "./arithmetic.ts";
import { formula } from "./formula.ts";

/** log(1 + exp(x)), written so that nothing overflows. */
export const softplus = defineUnary({
  name: "Softplus",
  f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  gradient: (g, X, _output, dOutput) => g.op(mul, [dOutput, g.op(sigmoid, [X])]),
});

/** x / (1 + |x|) */
export const softsign = defineUnary({
  name: "Softsign",
  f: (x) => x / (1 + Math.abs(x)),
  // 1 / (1 + |x|)^2 = (1 - |y|)^2
  gradient: (g, X, output, dOutput) => {
    const f = formula(g, X);
    const rest = f.sub(1, g.op(abs, [output]));
    return f.mul(dOutput, f.mul(rest, rest));
  },
});
