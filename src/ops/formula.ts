import type { GraphBuilder, Op, Value, ValueType } from "../graph/index.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { exp, log, pow, sqrt } from "./exponential.ts";

type Term = Value | number;

/** Builds arithmetic the way a formula is written; numbers become scalar constants of the type of `like`. */
export function formula(g: GraphBuilder, like: ValueType) {
  const value = (term: Term) => (typeof term === "number" ? g.scalar(like, term) : term);
  const binary = (op: Op) => (a: Term, b: Term) => g.op(op, [value(a), value(b)]);
  const unary = (op: Op) => (x: Term) => g.op(op, [value(x)]);
  return {
    add: binary(add),
    sub: binary(sub),
    mul: binary(mul),
    div: binary(div),
    pow: binary(pow),
    exp: unary(exp),
    log: unary(log),
    sqrt: unary(sqrt),
  };
}
