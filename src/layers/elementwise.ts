import { finiteNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { GraphBuilder, Value } from "../graph/index.ts";
import * as ops from "../ops/index.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import { oneOf } from "./options.ts";

const OPERATIONS = {
  abs: (g, x) => g.op(ops.abs, [x]),
  square: (g, x) => g.op(ops.mul, [x, x]),
  sqrt: (g, x) => g.op(ops.sqrt, [x]),
  rsqrt: (g, x) => g.op(ops.div, [g.scalar(x, 1), g.op(ops.sqrt, [x])]),
  reciprocal: (g, x) => g.op(ops.div, [g.scalar(x, 1), x]),
  log: (g, x) => g.op(ops.log, [x]),
  sin: (g, x) => g.op(ops.sin, [x]),
  cos: (g, x) => g.op(ops.cos, [x]),
  erf: (g, x) => g.op(ops.erf, [x]),
  geluTanh: (g, x) => g.op(ops.gelu, [x], { approximate: "tanh" }),
} satisfies Record<string, (g: GraphBuilder, x: Value) => Value>;

/** The name of a function that `elementwise` computes of each element. */
export type ElementwiseOperation = keyof typeof OPERATIONS;

/**
 * A function of each element: `abs`, `square`, `sqrt`, `rsqrt` (1 / sqrt(x)), `reciprocal`, `log`, `sin`, `cos`, `erf`, or
 * `geluTanh` (GELU by its approximation with tanh), as those of `keras.ops`. Any shape. More functions are activations: `exponential`, `tanh`, `sigmoid`, ...
 * @example elementwise({ operation: "sqrt" })(x)
 */
export function elementwise(options: LayerOptions & { readonly operation: ElementwiseOperation }): Layer {
  const type = "elementwise";
  const checked = layerOptions(type, options, { operation: true });
  const names = Object.keys(OPERATIONS) as ElementwiseOperation[];
  const operation = OPERATIONS[oneOf(type, "operation", options.operation, names)];
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => input,
    build: ({ g }, { value, moved }) => ({ value: operation(g, value), moved }),
  });
}

/** Each element to a power, as `keras.ops.power` with a number. Any shape. */
export function power(options: LayerOptions & { readonly exponent: number }): Layer {
  const type = "power";
  const checked = layerOptions(type, options, { exponent: true });
  const exponent = finiteNumber(type, "exponent", options.exponent);
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => input,
    build: ({ g }, { value, moved }) => ({ value: g.op(ops.pow, [value, g.scalar(value, exponent)]), moved }),
  });
}

/** The options of `clip`. */
export interface ClipOptions extends LayerOptions {
  /** Smaller elements become this. Default: none do. */
  readonly min?: number;
  /** Larger elements become this. Default: none do. */
  readonly max?: number;
}

/**
 * Each element between two numbers, as `keras.ops.clip`. Any shape.
 * @throws StriateError `usage` when both bounds are missing, or `min` is above `max`.
 */
export function clip(options: ClipOptions): Layer {
  const type = "clip";
  const checked = layerOptions(type, options, { min: true, max: true });
  const bound = (name: "min" | "max") => {
    const given = options[name];
    return given === undefined ? undefined : finiteNumber(type, name, given);
  };
  const [min, max] = [bound("min"), bound("max")];
  if (min === undefined && max === undefined) throw new StriateError("usage", "clip: give min, max, or both");
  if (min !== undefined && max !== undefined && min > max) {
    throw new StriateError("usage", `clip: min must be at most max, received ${min} and ${max}`);
  }
  const scalar = (g: GraphBuilder, like: Value, number: number | undefined) =>
    number === undefined ? undefined : g.scalar(like, number);
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => input,
    build: ({ g }, { value, moved }) => ({
      value: g.op(ops.clip, [value, scalar(g, value, min), scalar(g, value, max)]),
      moved,
    }),
  });
}
