import { StriateError } from "../errors.ts";
import {
  type AttributeSchema,
  type AttributesOf,
  defineOp,
  type GradientThunk,
  type GraphBuilder,
  type Sample,
  type Value,
} from "../graph/index.ts";
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

/** a + b, broadcast */
export const add = defineBinary({
  name: "Add",
  f: (a, b) => a + b,
  gradient: (_g, _A, _B, _output, dOutput) => ({ A: () => dOutput, B: () => dOutput }),
});

/** a - b, broadcast */
export const sub = defineBinary({
  name: "Sub",
  f: (a, b) => a - b,
  gradient: (g, _A, _B, _output, dOutput) => ({ A: () => dOutput, B: () => g.op(neg, [dOutput]) }),
});

/** a b, broadcast */
export const mul = defineBinary({
  name: "Mul",
  f: (a, b) => a * b,
  gradient: (g, A, B, _output, dOutput) => ({ A: () => g.op(mul, [dOutput, B]), B: () => g.op(mul, [dOutput, A]) }),
});

/** a / b, broadcast */
export const div = defineBinary({
  name: "Div",
  f: (a, b) => a / b,
  gradient: (g, _A, B, output, dOutput) => ({
    A: () => g.op(div, [dOutput, B]),
    // d(a/b)/db = -(a/b)/b
    B: () => g.op(neg, [g.op(div, [g.op(mul, [dOutput, output]), B])]),
  }),
});

interface Unary<S extends AttributeSchema> {
  readonly name: string;
  readonly attributes?: S;
  f(x: number, attributes: AttributesOf<S>): number;
  gradient?(g: GraphBuilder, X: Value, output: Value, dOutput: Value, attributes: AttributesOf<S>): Value;
  readonly low?: number;
  readonly high?: number;
  readonly samples?: readonly Sample[];
}

/** An elementwise function of one tensor. */
export function defineUnary<const S extends AttributeSchema = Record<never, never>>(unary: Unary<S>) {
  const { name, attributes, f, gradient, low = -2, high = 2, samples } = unary;
  return defineOp<"X", never, S>({
    name,
    inputs: ["X"],
    ...(attributes && { attributes }),
    infer: ({ X }) => [{ dtype: X.dtype, shape: X.shape }],
    reference: ({ X }, given) => [mapReals(X, (x) => f(x, given))],
    ...(gradient && {
      gradient: (context) => {
        const { g, X, output, dOutput } = context;
        return { X: () => gradient(g, X, output, dOutput, context.attributes) };
      },
    }),
    samples: samples ?? [{ name: "a matrix", inputs: [{ shape: [3, 5], low, high }] }],
  });
}

/** A gradient of 0, which the functions with steps have wherever they have one. */
function noSlope(g: GraphBuilder, _X: Value, _output: Value, dOutput: Value): Value {
  return g.op(mul, [dOutput, g.scalar(dOutput, 0)]);
}

/** -x */
export const neg = defineUnary({
  name: "Neg",
  f: (x) => -x,
  gradient: (g, _X, _output, dOutput): Value => g.op(neg, [dOutput]),
});

/** -1, 0 or 1. Its gradient is 0 wherever it has one. */
export const sign = defineUnary({
  name: "Sign",
  f: Math.sign,
  gradient: noSlope,
});

/** |x| */
export const abs = defineUnary({
  name: "Abs",
  f: Math.abs,
  gradient: (g, X, _output, dOutput) => g.op(mul, [dOutput, g.op(sign, [X])]),
});

/** The largest whole number that is not above x. */
export const floor = defineUnary({ name: "Floor", f: Math.floor, gradient: noSlope });
export const ceil = defineUnary({ name: "Ceil", f: Math.ceil, gradient: noSlope });
