// Operators whose result is known before a run because shapes are static, and those that change types.
import { StriateError } from "../../errors.ts";
import type { Value } from "../../graph/index.ts";
import { bitwiseAnd, gather, less, maxPool, maxUnpool, oneHot, sub, where } from "../../ops/index.ts";
import { at, fromNumbers, isFloat, type Shape, sizeOf, stridesOf, toNumbers } from "../../tensor/index.ts";
import {
  addOne,
  addPlain,
  castInto,
  type Importer,
  input,
  int,
  intList,
  ints,
  known,
  type NodeContext,
  without,
} from "./context.ts";
import { heldType } from "./elementTypes.ts";

const shapeOf: Importer = (context) => {
  const { shape } = input(context, 0);
  return [context.g.int64s(...shape.slice(int(context, "start", 0), int(context, "end", undefined)))];
};

const size: Importer = (context) => [context.g.numbers("int64", [], [sizeOf(input(context, 0).shape)])];

/** Towards a type that is held in another one the elements are not rounded to its own precision or range. */
const cast: Importer = (context) => {
  const code = int(context, "to", 0);
  return [wrapped(context, castInto(context, input(context, 0), heldType(code, "the result")), code)];
};

/** Integers of 2 and 4 bits, which keep their lowest bits; the wider ones that hold them would keep all. */
function wrapped(context: NodeContext, value: Value, code: number): Value {
  const bits = PACKED[code];
  if (bits === undefined) return value;
  const whole = castInto(context, value, "int32");
  const low = addOne(context, bitwiseAnd, [whole, context.g.scalar(whole, 2 ** Math.abs(bits) - 1)]);
  if (bits > 0) return castInto(context, low, value.dtype);
  const negative = addOne(context, less, [low, context.g.scalar(low, 2 ** (-bits - 1))]);
  const less2n = addOne(context, sub, [low, context.g.scalar(low, 2 ** -bits)]);
  return castInto(context, addOne(context, where, [negative, low, less2n]), value.dtype);
}

/** The bits of ONNX's types of less than a byte; negative where there is a sign. */
const PACKED: Readonly<Record<number, number>> = { 21: 4, 22: -4, 25: 2, 26: -2 };

const castLike: Importer = (context) => [
  wrapped(context, castInto(context, input(context, 0), input(context, 1).dtype), context.typeOf(1) ?? 0),
];

const identity: Importer = (context) => [input(context, 0)];

/** `output_shape` may be left out: then windows and padding tell it. */
const unpool: Importer = (context) => {
  const [X, indices] = [input(context, 0), input(context, 1)];
  const [kernel, given, pads] = ["kernel_shape", "strides", "pads"].map((name) => ints(context, name) ?? []);
  const rank = X.shape.length - 2;
  const spatial = X.shape.slice(2).map((length, axis) => {
    const padding = (pads?.[axis] ?? 0) + (pads?.[rank + axis] ?? 0);
    return (length - 1) * (given?.[axis] ?? 1) + (kernel?.[axis] ?? 1) - padding;
  });
  const shape = context.inputs[2] ?? intList(context, [...X.shape.slice(0, 2), ...spatial]);
  return context.add(maxUnpool, [X, indices, shape], {
    kernel_shape: kernel ?? [],
    strides: given ?? [],
    pads: pads ?? [],
  });
};

/** MaxPool's indices may count along columns first, where Striate's count as the elements lie: they are looked up. */
const pool: Importer = (context) => {
  const { g, node, attributes } = context;
  const X = input(context, 0);
  const [Y, indices] = context.add(maxPool, [X], without(attributes, "storage_order") as Record<string, number>);
  if (!Y || !indices) throw new StriateError("data", "MaxPool has two outputs");
  if (int(context, "storage_order", 0) === 0 || (node.outputs[1] ?? "") === "") return [Y, indices];
  context.spend(sizeOf(X.shape));
  const strides = [
    ...stridesOf(X.shape.slice(0, 2)).map((s) => s * sizeOf(X.shape.slice(2))),
    ...columnStrides(X.shape),
  ];
  const places = Array.from({ length: sizeOf(X.shape) }, (_, i) =>
    stridesOf(X.shape).reduce((sum, stride, axis) => {
      return sum + (Math.floor(i / stride) % at(X.shape, axis)) * at(strides, axis);
    }, 0),
  );
  return [Y, g.op(gather, [intList(context, places), indices])];
};

/** The strides of the spatial axes when the first one is the fastest. */
function columnStrides(shape: Shape): number[] {
  return stridesOf(shape.slice(2).toReversed()).toReversed();
}

/** Engines have OneHot for float32 and int64. */
const hot: Importer = (context) => {
  const [indices, depth, values] = [input(context, 0), input(context, 1), input(context, 2)];
  const [count = 0] = toNumbers(known(context, "depth", depth));
  const whole = [castInto(context, indices, "int64"), context.g.numbers("int64", [], [count])];
  const type = isFloat(values.dtype) ? values.dtype : "int64";
  const one = addOne(context, oneHot, [...whole, castInto(context, values, type)], { axis: int(context, "axis", -1) });
  return [castInto(context, one, values.dtype)];
};

/** `stash_type` tells in what type a lesser one than float32 is added up. */
const range: Importer = (context) => addPlain(context, context.inputs, "stash_type");

/** 1 on a diagonal of a matrix. */
const eye: Importer = (context) => {
  const X = input(context, 0);
  const [rows, columns] = [at(X.shape, 0), at(X.shape, 1)];
  const type = int(context, "dtype", undefined);
  const dtype = type === undefined ? X.dtype : heldType(type, "the result");
  const k = int(context, "k", 0);
  context.spend(rows * columns);
  const numbers = new Float64Array(rows * columns);
  for (let row = Math.max(0, -k); row < rows && row + k < columns; row++) numbers[row * columns + row + k] = 1;
  return [context.g.constant(fromNumbers(dtype, [rows, columns], numbers))];
};

export const SHAPES: Readonly<Record<string, Importer>> = {
  Shape: shapeOf,
  Size: size,
  Cast: cast,
  CastLike: castLike,
  Identity: identity,
  MaxUnpool: unpool,
  MaxPool: pool,
  OneHot: hot,
  EyeLike: eye,
  Range: range,
};
