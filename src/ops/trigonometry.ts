import type { GraphBuilder, Value } from "../graph/index.ts";
import { defineUnary, mul, neg } from "./arithmetic.ts";
import { formula } from "./formula.ts";

/** 1 + sign x^2, which the derivatives of most inverse functions have. */
function onePlusSquare(g: GraphBuilder, x: Value, sign: 1 | -1): Value {
  const f = formula(g, x);
  const square = f.mul(x, x);
  return sign > 0 ? f.add(square, 1) : f.sub(1, square);
}

/** The sine of each element, in radians. */
export const sin = defineUnary({
  name: "Sin",
  f: Math.sin,
  gradient: (g, X, _output, dOutput): Value => g.op(mul, [dOutput, g.op(cos, [X])]),
});

/** The cosine of each element, in radians. */
export const cos = defineUnary({
  name: "Cos",
  f: Math.cos,
  gradient: (g, X, _output, dOutput): Value => g.op(neg, [g.op(mul, [dOutput, g.op(sin, [X])])]),
});

export const tan = defineUnary({
  name: "Tan",
  f: Math.tan,
  // 1 + y^2
  gradient: (g, _X, output, dOutput) => g.op(mul, [dOutput, onePlusSquare(g, output, 1)]),
  low: -1.2,
  high: 1.2,
});

export const asin = defineUnary({
  name: "Asin",
  f: Math.asin,
  gradient: (g, X, _output, dOutput) => {
    const f = formula(g, X);
    return f.div(dOutput, f.sqrt(onePlusSquare(g, X, -1)));
  },
  low: -0.9,
  high: 0.9,
});

export const acos = defineUnary({
  name: "Acos",
  f: Math.acos,
  gradient: (g, X, _output, dOutput) => {
    const f = formula(g, X);
    return g.op(neg, [f.div(dOutput, f.sqrt(onePlusSquare(g, X, -1)))]);
  },
  low: -0.9,
  high: 0.9,
});

export const atan = defineUnary({
  name: "Atan",
  f: Math.atan,
  gradient: (g, X, _output, dOutput) => formula(g, X).div(dOutput, onePlusSquare(g, X, 1)),
});

export const sinh = defineUnary({
  name: "Sinh",
  f: Math.sinh,
  gradient: (g, X, _output, dOutput): Value => g.op(mul, [dOutput, g.op(cosh, [X])]),
});

export const cosh = defineUnary({
  name: "Cosh",
  f: Math.cosh,
  gradient: (g, X, _output, dOutput): Value => g.op(mul, [dOutput, g.op(sinh, [X])]),
});

export const asinh = defineUnary({
  name: "Asinh",
  f: Math.asinh,
  gradient: (g, X, _output, dOutput) => {
    const f = formula(g, X);
    return f.div(dOutput, f.sqrt(onePlusSquare(g, X, 1)));
  },
});

export const acosh = defineUnary({
  name: "Acosh",
  f: Math.acosh,
  // 1 / sqrt(x^2 - 1)
  gradient: (g, X, _output, dOutput) => {
    const f = formula(g, X);
    return f.div(dOutput, f.sqrt(f.sub(f.mul(X, X), 1)));
  },
  low: 1.2,
  high: 3,
});

export const atanh = defineUnary({
  name: "Atanh",
  f: Math.atanh,
  gradient: (g, X, _output, dOutput) => formula(g, X).div(dOutput, onePlusSquare(g, X, -1)),
  low: -0.9,
  high: 0.9,
});
