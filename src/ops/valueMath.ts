import type { GraphBuilder, Value, ValueType } from "../graph/index.ts";
import { relu, sigmoid, tanh } from "./activations.ts";
import { abs, neg } from "./arithmetic.ts";
import { formula } from "./formula.ts";
import { oneHotLike } from "./losses.ts";
import { reduceMean, reduceSum } from "./reduce.ts";
import { logSoftmax, softmax } from "./softmax.ts";
import { softplus } from "./softplus.ts";
import { max, min } from "./variadic.ts";

/** Arithmetic on values of a graph: see `valueMath`. */
export type ValueMath = ReturnType<typeof valueMath>;

/** Arithmetic on values of a graph, element by element with broadcasting; a number may stand for a value. */
export function valueMath(g: GraphBuilder, like: ValueType) {
  const value = (term: Value | number) => (typeof term === "number" ? g.scalar(like, term) : term);
  return {
    ...formula(g, like),
    neg: (x: Value) => g.op(neg, [x]),
    abs: (x: Value) => g.op(abs, [x]),
    /** The larger of two. */
    max: (a: Value | number, b: Value | number) => g.op(max, [value(a), value(b)]),
    /** The smaller of two. */
    min: (a: Value | number, b: Value | number) => g.op(min, [value(a), value(b)]),
    relu: (x: Value) => g.op(relu, [x]),
    tanh: (x: Value) => g.op(tanh, [x]),
    sigmoid: (x: Value) => g.op(sigmoid, [x]),
    softplus: (x: Value) => g.op(softplus, [x]),
    /** Over the last axis. */
    softmax: (x: Value) => g.op(softmax, [x]),
    logSoftmax: (x: Value) => g.op(logSoftmax, [x]),
    /** Over the last axis, which goes. */
    mean: (x: Value) => g.op(reduceMean, [x, g.int64s(-1)], { keepdims: 0 }),
    sum: (x: Value) => g.op(reduceSum, [x, g.int64s(-1)], { keepdims: 0 }),
    /** 1 at each label, 0 elsewhere: labels [...] become [..., classes], of the shape of the predictions. */
    oneHot: (labels: Value, predictions: Value) => oneHotLike(g, labels, predictions),
  };
}
