// Operators that ONNX itself defines, or could define, as a few others.
import { StriateError } from "../../errors.ts";
import type { Value } from "../../graph/index.ts";
import {
  add,
  argMax,
  div,
  elu,
  equal,
  formula,
  greater,
  less,
  mod,
  mul,
  not,
  oneHot,
  scatterElements,
  sigmoid,
  sign,
  softplus,
  tanh,
  transpose,
  where,
} from "../../ops/index.ts";
import { at, isFloat, normalizeAxis, sizeOf, tensor, toNumbers } from "../../tensor/index.ts";
import { addOne, addPlain, type Importer, input, int, known, reshaped, text } from "./context.ts";

const reciprocal: Importer = (context) => {
  const X = input(context, 0);
  return context.add(div, [context.g.scalar(X, 1), X]);
};

const xor: Importer = (context) => context.add(not, [addOne(context, equal, [input(context, 0), input(context, 1)])]);

/** x above alpha, 0 below. */
const thresholdedRelu: Importer = (context) => {
  const X = input(context, 0);
  const alpha = context.g.scalar(X, int(context, "alpha", 1));
  return context.add(where, [addOne(context, greater, [X, alpha]), X, context.g.scalar(X, 0)]);
};

/** alpha Elu(x / alpha) */
const celu: Importer = (context) => {
  const X = input(context, 0);
  const alpha = context.g.scalar(X, int(context, "alpha", 1));
  const inner = addOne(context, elu, [addOne(context, div, [X, alpha])], { alpha: 1 });
  return context.add(mul, [inner, alpha]);
};

/** x moved towards 0 by `bias` where it is further away than `lambd`, else 0. */
const shrink: Importer = (context) => {
  const { g } = context;
  const X = input(context, 0);
  const [bias, lambda] = [int(context, "bias", 0), int(context, "lambd", 0.5)];
  const f = formula(g, X);
  const below = g.op(where, [g.op(less, [X, g.scalar(X, -lambda)]), f.add(X, bias), g.scalar(X, 0)]);
  return context.add(where, [g.op(greater, [X, g.scalar(X, lambda)]), f.sub(X, bias), below]);
};

/** x tanh(softplus(x)) (Misra 2019) */
const mish: Importer = (context) => {
  const X = input(context, 0);
  return context.add(mul, [X, addOne(context, tanh, [addOne(context, softplus, [X])])]);
};

/** x sigmoid(alpha x) */
const swish: Importer = (context) => {
  const X = input(context, 0);
  const alpha = int(context, "alpha", 1);
  const inner = alpha === 1 ? X : addOne(context, mul, [X, context.g.scalar(X, alpha)]);
  return context.add(mul, [X, addOne(context, sigmoid, [inner])]);
};

/** 1 at the first largest element along an axis, 0 elsewhere; flattened like Softmax before opset 13. */
const hardmax: Importer = (context) => {
  const X = input(context, 0);
  const rank = X.shape.length;
  const pick = (value: Value, axis: number) => {
    const depth = context.g.numbers("int64", [], [at(value.shape, axis)]);
    const index = addOne(context, argMax, [value], { axis, keepdims: 0 });
    return addOne(context, oneHot, [index, depth, context.g.numbers(X.dtype, [2], [0, 1])], { axis });
  };
  if (context.opset >= 13) return [pick(X, normalizeAxis(int(context, "axis", -1), rank))];
  const axis = normalizeAxis(int(context, "axis", 1), rank);
  const flat = reshaped(context, X, [sizeOf(X.shape.slice(0, axis)), sizeOf(X.shape.slice(axis))]);
  return [reshaped(context, pick(flat, 1), X.shape)];
};

/** The triangle above or below a diagonal of matrices, zeros elsewhere. */
const triangle: Importer = (context) => {
  const X = input(context, 0);
  const [rows, columns] = X.shape.slice(-2);
  if (rows === undefined || columns === undefined) {
    throw new StriateError("data", "Trilu takes matrices");
  }
  context.spend(rows * columns);
  const given = context.inputs[1];
  const k = given ? at(toNumbers(known(context, "k", given)), 0) : 0;
  const upper = int(context, "upper", 1) !== 0;
  const data = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const start = Math.min(Math.max(row + k, 0), columns);
    if (upper) data.fill(1, row * columns + start, (row + 1) * columns);
    else data.fill(1, row * columns, row * columns + Math.min(Math.max(row + k + 1, 0), columns));
  }
  const mask = context.g.constant(tensor("bool", [rows, columns], data));
  return context.add(where, [mask, X, context.g.scalar(X, 0)]);
};

/**
 * The remainder with the sign of the divisor, which from opset 28 on real numbers have too: that of fmod, and the divisor
 * more where the two have different signs. So a divisor may be infinite.
 */
const realMod: Importer = (context) => {
  const [A, B] = [input(context, 0), input(context, 1)];
  if (!isFloat(A.dtype) || int(context, "fmod", 0) !== 0) return addPlain(context, [A, B]);
  const remainder = addOne(context, mod, [A, B], { fmod: 1 });
  const signs = addOne(context, mul, [addOne(context, sign, [remainder]), addOne(context, sign, [B])]);
  const differs = addOne(context, less, [signs, context.g.scalar(signs, 0)]);
  return context.add(where, [differs, addOne(context, add, [remainder, B]), remainder]);
};

/** From opset 28 on with a mode: CRD has a channel's block together, where DCR has all channels of a place. */
const toDepth: Importer = (context) => {
  const X = input(context, 0);
  const mode = text(context, "mode", "DCR");
  if (mode === "DCR") return addPlain(context, [X], "mode");
  const block = int(context, "blocksize", 1);
  const [batch = 0, channels = 0, height = 0, width = 0] = X.shape;
  const [rows, columns] = [height / block, width / block];
  if (mode !== "CRD" || !Number.isInteger(rows) || !Number.isInteger(columns)) {
    throw new StriateError(
      "data",
      `[${X.shape.join(",")}] does not go into blocks of ${block}x${block} by mode ${mode}`,
    );
  }
  const split = reshaped(context, X, [batch, channels, rows, block, columns, block]);
  const moved = addOne(context, transpose, [split], { perm: [0, 1, 3, 5, 2, 4] });
  return [reshaped(context, moved, [batch, channels * block ** 2, rows, columns])];
};

const scatter: Importer = (context) =>
  context.add(scatterElements, context.inputs, { axis: int(context, "axis", 0), reduction: "none" });

export const COMPOSED: Readonly<Record<string, Importer>> = {
  Reciprocal: reciprocal,
  Xor: xor,
  ThresholdedRelu: thresholdedRelu,
  Celu: celu,
  Shrink: shrink,
  Mish: mish,
  Swish: swish,
  Hardmax: hardmax,
  Trilu: triangle,
  Mod: realMod,
  SpaceToDepth: toDepth,
  Scatter: scatter,
};
