// Numbers in few bits. Striate computes them in float32, exactly where the integers are small, so that what is quantized and
// dequantized again can be trained: its gradient passes the rounding as if it were not there.
import { StriateError } from "../../errors.ts";
import type { Value } from "../../graph/index.ts";
import {
  clip,
  conv,
  div,
  expand,
  formula,
  matMul,
  max,
  min,
  mul,
  reduceMax,
  reduceMin,
  roundThrough,
  sliceAxis,
  sub,
} from "../../ops/index.ts";
import { at, isFloat, normalizeAxis, type Shape, sizeOf } from "../../tensor/index.ts";
import {
  addOne,
  castInto,
  type Importer,
  input,
  int,
  intList,
  type NodeContext,
  reshaped,
  without,
} from "./context.ts";
import { heldType } from "./elementTypes.ts";

const UINT8 = 2;

/** The least and the largest number of each type, by ONNX's numbers for them. */
const RANGES: Readonly<Record<number, readonly [number, number]>> = {
  2: [0, 255],
  3: [-128, 127],
  4: [0, 65_535],
  5: [-32_768, 32_767],
  21: [0, 15],
  22: [-8, 7],
  25: [0, 3],
  26: [-2, 1],
};

/** For each quantized value the real numbers that it was cast from, which have a gradient. */
const REALS = new WeakMap<Value, Value>();

function realsOf(context: NodeContext, value: Value): Value {
  return isFloat(value.dtype) ? value : (REALS.get(value) ?? castInto(context, value, "float32"));
}

/** A scale or a zero point in the shape in which it broadcasts with the values: one number, one each along an axis, or blocks. */
function spread(context: NodeContext, parameter: Value, shape: Shape): Value {
  if (sizeOf(parameter.shape) === 1) return reshaped(context, parameter, []);
  const axis = normalizeAxis(int(context, "axis", 1), shape.length);
  const block = int(context, "block_size", 0);
  if (block === 0)
    return reshaped(
      context,
      parameter,
      shape.map((_, i) => (i === axis ? sizeOf(parameter.shape) : 1)),
    );
  const count = at(parameter.shape, axis);
  const [before, after] = [parameter.shape.slice(0, axis), parameter.shape.slice(axis + 1)];
  const single = reshaped(context, parameter, [...before, count, 1, ...after]);
  const repeated = addOne(context, expand, [single, intList(context, [...before, count, block, ...after])]);
  const whole = reshaped(context, repeated, [...before, count * block, ...after]);
  return count * block === at(shape, axis) ? whole : sliceAxis(context.g, whole, axis, 0, at(shape, axis));
}

/** round(x / scale) + zero point, within the range of the type. */
function quantized(context: NodeContext, x: Value, scale: Value, zero: Value | undefined, type: number): Value {
  const range = RANGES[type];
  if (!range) throw new StriateError("data", `it quantizes to ONNX's type ${type}, which Striate does not have`);
  const real = castInto(context, x, "float32");
  const rounded = addOne(context, roundThrough, [
    addOne(context, div, [real, spread(context, castInto(context, scale, "float32"), x.shape)]),
  ]);
  const f = formula(context.g, real);
  const moved = zero ? f.add(rounded, spread(context, realsOf(context, zero), x.shape)) : rounded;
  const [low, high] = range.map((bound) => context.g.scalar(real, bound));
  const clipped = addOne(context, clip, [moved, low, high]);
  const whole = castInto(context, clipped, heldType(type, "the result"));
  REALS.set(whole, clipped);
  return whole;
}

/** (x - zero point) * scale */
function dequantized(context: NodeContext, x: Value, scale: Value, zero: Value | undefined): Value {
  const real = realsOf(context, x);
  const moved = zero ? addOne(context, sub, [real, spread(context, realsOf(context, zero), x.shape)]) : real;
  return addOne(context, mul, [castInto(context, moved, scale.dtype), spread(context, scale, x.shape)]);
}

const quantize: Importer = (context) => {
  const { inputs } = context;
  const type = context.typeOf(2) ?? (int(context, "output_dtype", 0) || UINT8);
  return [quantized(context, input(context, 0), input(context, 1), inputs[2], type)];
};

const dequantize: Importer = (context) => [
  dequantized(context, input(context, 0), input(context, 1), context.inputs[2]),
];

/** To uint8 by a scale and a zero point of the input's own range, which includes 0. */
const dynamic: Importer = (context) => {
  const x = input(context, 0);
  const f = formula(context.g, x);
  const zero = context.g.scalar(x, 0);
  const high = addOne(context, max, [addOne(context, reduceMax, [x], { keepdims: 0 }), zero]);
  const low = addOne(context, min, [addOne(context, reduceMin, [x], { keepdims: 0 }), zero]);
  const scale = f.div(f.sub(high, low), 255);
  const offset = addOne(context, roundThrough, [f.div(f.mul(low, -1), scale)]);
  const point = addOne(context, clip, [offset, zero, context.g.scalar(x, 255)]);
  return [quantized(context, x, scale, point, UINT8), scale, castInto(context, point, "uint8")];
};

/** An operator of a quantized tensor and quantized weights, which are integers less their zero points. */
function inIntegers(context: NodeContext, op: typeof conv | typeof matMul): Value {
  const { inputs } = context;
  const centred = (value: Value, zero: Value | undefined, axis: number) => {
    const real = realsOf(context, value);
    if (!zero) return real;
    const shape = sizeOf(zero.shape) === 1 ? [] : value.shape.map((size, i) => (i === axis ? size : 1));
    return addOne(context, sub, [real, reshaped(context, realsOf(context, zero), shape)]);
  };
  const isConv = op === conv;
  const [x, w] = [input(context, 0), input(context, 1)];
  const rank = w.shape.length;
  const product = addOne(
    context,
    op,
    [centred(x, inputs[2], isConv ? -1 : x.shape.length - 2), centred(w, inputs[3], isConv ? 0 : rank - 1)],
    context.attributes as Record<string, number>,
  );
  return castInto(context, product, "int32");
}

/** y_scale and y_zero_point of what is made of dequantized numbers. */
function requantized(context: NodeContext, real: Value): Value {
  const type = context.typeOf(7) ?? UINT8;
  return quantized(context, real, input(context, 6), context.inputs[7], type);
}

const qLinearMatMul: Importer = (context) => {
  const [a, b] = [input(context, 0), input(context, 3)];
  const rows: NodeContext = { ...context, attributes: { axis: a.shape.length - 2 } };
  const columns: NodeContext = { ...context, attributes: { axis: b.shape.length - 1 } };
  const [left, right] = [
    dequantized(rows, a, input(context, 1), context.inputs[2]),
    dequantized(columns, b, input(context, 4), context.inputs[5]),
  ];
  return [requantized(context, addOne(context, matMul, [left, right]))];
};

const qLinearConv: Importer = (context) => {
  const { inputs } = context;
  const outputs: NodeContext = { ...context, attributes: { axis: 0 } };
  const x = dequantized(context, input(context, 0), input(context, 1), inputs[2]);
  const w = dequantized(outputs, input(context, 3), input(context, 4), inputs[5]);
  const bias = inputs[8];
  // The bias counts in units of both scales.
  const unit = addOne(context, mul, [reshaped(context, input(context, 1), []), input(context, 4)]);
  const real = bias && addOne(context, mul, [castInto(context, bias, "float32"), unit]);
  const attributes = without(context.attributes) as Record<string, number>;
  return [requantized(context, addOne(context, conv, [x, w, real], attributes))];
};

export const QUANTIZED: Readonly<Record<string, Importer>> = {
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamic,
  ConvInteger: (context) => [inIntegers(context, conv)],
  MatMulInteger: (context) => [inIntegers(context, matMul)],
  QLinearMatMul: qLinearMatMul,
  QLinearConv: qLinearConv,
};
