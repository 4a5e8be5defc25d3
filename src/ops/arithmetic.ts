import { StriateError } from "../errors.ts";
import { type Cost, defineOp, type GradientThunk, type GraphBuilder, type Sample, type Value } from "../graph/index.ts";
import { at, broadcastShapes, typeText } from "../tensor/index.ts";
import { broadcastReals, mapReals, sumTo } from "./broadcast.ts";

interface Binary {
  readonly name: string;
  f(a: number, b: number): number;
  /** The gradients before they are summed over broadcast axes. */
  gradient(g: GraphBuilder, A: Value, B: Value, output: Value, dOutput: Value): { A(): Value; B(): Value };
  readonly samples?: readonly Sample[];
}

/** An elementwise function of two tensors that broadcast together. */
export function defineBinary({ name, f, gradient, samples }: Binary) {
  return defineOp({
    name,
    inputs: ["A", "B"],
    infer: ({ A, B }) => {
      if (A.dtype !== B.dtype) {
        throw new StriateError(
          "shape",
          `${name} needs two tensors of one type, received ${typeText(A)} and ${typeText(B)}`,
        );
      }
      return [{ dtype: A.dtype, shape: broadcastShapes(A.shape, B.shape) }];
    },
    reference: ({ A, B }, _, node) => [broadcastReals([A, B], at(node.outputs, 0).shape, (a = 0, b = 0) => f(a, b))],
    gradient: ({ g, A, B, output, dOutput }): { A: GradientThunk; B: GradientThunk } => {
      const full = gradient(g, A, B, output, dOutput);
      return { A: () => sumTo(g, full.A(), A.shape), B: () => sumTo(g, full.B(), B.shape) };
    },
    samples: samples ?? [
      { name: "same shape", inputs: [{ shape: [2, 3] }, { shape: [2, 3] }] },
      { name: "both broadcast", inputs: [{ shape: [2, 1, 3] }, { shape: [4, 1] }] },
      { name: "a scalar", inputs: [{ shape: [2, 3] }, { shape: [] }] },
    ],
  });
}

export const add = defineBinary({
  name: "Add",
  f: (a, b) => a + b,
  gradient: (_g, _A, _B, _output, dOutput) => ({ A: () => dOutput, B: () => dOutput }),
});

export const sub = defineBinary({
  name: "Sub",
  f: (a, b) => a - b,
  gradient: (g, _A, _B, _output, dOutput) => ({ A: () => dOutput, B: () => g.op(neg, [dOutput]) }),
});

export const mul = defineBinary({
  name: "Mul",
  f: (a, b) => a * b,
  gradient: (g, A, B, _output, dOutput) => ({ A: () => g.op(mul, [dOutput, B]), B: () => g.op(mul, [dOutput, A]) }),
});

export const div = defineBinary({
  name: "Div",
  f: (a, b) => a / b,
  gradient: (g, _A, B, output, dOutput) => ({
    A: () => g.op(div, [dOutput, B]),
    // d(a/b)/db = -(a/b)/b
    B: () => g.op(neg, [g.op(div, [g.op(mul, [dOutput, output]), B])]),
  }),
});

interface Unary {
  readonly name: string;
  f(x: number): number;
  gradient?(g: GraphBuilder, X: Value, output: Value, dOutput: Value): Value;
  readonly low?: number;
  readonly high?: number;
  readonly cost?: (elements: number) => Cost;
}

/** An elementwise function of one tensor. */
export function defineUnary({ name, f, gradient, low = -2, high = 2 }: Unary) {
  return defineOp({
    name,
    inputs: ["X"],
    infer: ({ X }: { X: Value }) => [{ dtype: X.dtype, shape: X.shape }],
    reference: ({ X }) => [mapReals(X, f)],
    ...(gradient && {
      gradient: ({ g, X, output, dOutput }: { g: GraphBuilder; X: Value; output: Value; dOutput: Value }) => ({
        X: () => gradient(g, X, output, dOutput),
      }),
    }),
    samples: [{ name: "a matrix", inputs: [{ shape: [3, 5], low, high }] }],
  });
}

export const neg = defineUnary({
  name: "Neg",
  f: (x) => -x,
  gradient: (g, _X, _output, dOutput) => g.op(neg, [dOutput]),
});

/** -1, 0 or 1. Its gradient is 0 wherever it has one. */
export const sign = defineUnary({
  name: "Sign",
  f: Math.sign,
  gradient: (g, _X, _output, dOutput) => g.op(mul, [dOutput, g.scalar(dOutput, 0)]),
});
