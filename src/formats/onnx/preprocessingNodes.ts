import type { Node, Value } from "../../graph/index.ts";
import type { Preprocessing } from "../../model/index.ts";
import {
  abs,
  add,
  cast,
  cumSum,
  div,
  expand,
  floor,
  gather,
  matMul,
  max,
  min,
  mul,
  ONNX_TYPES,
  reduceMax,
  reduceSum,
  reshape,
  round,
  shape,
  sub,
  transpose,
} from "../../ops/index.ts";
import { type DType, type Tensor, tensor } from "../../tensor/index.ts";

/** What the net takes, and where its channels are. */
export interface NetInput {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly channelsFirst: boolean;
}

/**
 * The nodes that make pictures of any height and width, [batch, height, width, channels] with values from 0 to 255, what a
 * net takes: its fit and size, then (x / scale - mean) / std by channel in the net's order of channels and axes.
 *
 * Resizing is two products with matrices that the nodes compute from the picture's own size: the triangle filter of
 * `resizeImage`, as much wider as the picture becomes smaller, rounded after each. Runtimes differ in what they make of the
 * `antialias` of ONNX's Resize, and some have none.
 * @returns the nodes, and the value that takes the place of the net's input
 */
export function preprocessingNodes(
  pictures: Value,
  preprocessing: Preprocessing,
  net: NetInput,
): { readonly nodes: readonly Node[]; readonly prepared: Value } {
  const g = new OpenNodes();
  const { channels: order, scale, mean, std, fit = "stretch" } = preprocessing;
  const { height, width, channels, channelsFirst } = net;
  const { own, resized, offset } = placed(g, pictures, fit, [height, width]);
  const along = (axis: 0 | 1, to: number) =>
    filterMatrix(g, to, g.at(own, axis), g.at(resized, axis), g.at(offset, axis), fit === "pad");

  const real = pictures.dtype === "float32" ? pictures : g.cast(pictures, "float32");
  const rows = g.op(reshape, [real, g.numbers("int64", [0, 0, -1])]);
  const shorter = rounded(g, g.op(matMul, [along(0, height), rows]));
  const columns = g.op(reshape, [shorter, g.numbers("int64", [0, 0, -1, channels])]);
  let value = rounded(g, g.op(matMul, [along(1, width), columns]));

  if (order === "BGR") value = g.op(gather, [value, g.numbers("int64", [2, 1, 0])], { axis: 3 });
  value = g.op(div, [value, g.numbers("float32", [scale])]);
  value = g.op(sub, [value, g.numbers("float32", mean)]);
  value = g.op(div, [value, g.numbers("float32", std)]);
  if (channelsFirst) value = g.op(transpose, [value], { perm: [0, 3, 1, 2] });
  const shape = channelsFirst ? [channels, height, width] : [height, width, channels];
  return { nodes: g.nodes, prepared: g.shaped(value, [pictures.shape[0] ?? 1, ...shape]) };
}

/** Halves upwards, as Pillow does. */
function rounded(g: OpenNodes, value: Value): Value {
  return g.op(floor, [g.op(add, [value, g.numbers("float32", [0.5])])]);
}

/**
 * Height and width of pictures, those that they are resized to, and where the net's first row and column lie in that; all
 * float64, which the sizes are floored in elsewhere too.
 */
function placed(g: OpenNodes, pictures: Value, fit: NonNullable<Preprocessing["fit"]>, size: readonly number[]) {
  const own = g.cast(g.op(shape, [pictures], { start: 1, end: 3 }, "int64"), "float64");
  const box = g.numbers("float64", size);
  const least = (a: Value, b: Value) => g.op(max, [a, b]);
  const whole = (value: Value) => g.cast(g.cast(value, "int64"), "float64");
  const largest = (value: Value) => g.op(reduceMax, [value, g.numbers("int64", [0])], { keepdims: 1 });
  if (fit === "stretch") return { own, resized: box, offset: g.numbers("float64", [0, 0]) };
  if (fit === "pad") {
    const ratio = largest(g.op(div, [own, box]));
    const resized = least(whole(g.op(div, [own, ratio])), g.numbers("float64", [1]));
    const margin = whole(g.op(div, [g.op(sub, [box, resized]), g.numbers("float64", [2])]));
    return { own, resized, offset: g.op(sub, [g.numbers("float64", [0]), margin]) };
  }
  const ratio = largest(g.op(div, [box, own]));
  const resized = least(whole(g.op(add, [g.op(mul, [own, ratio]), g.numbers("float64", [0.5])])), box);
  const offset = g.op(round, [g.op(div, [g.op(sub, [resized, box]), g.numbers("float64", [2])])]);
  return { own, resized, offset };
}

/** [to, own]: what each of the net's rows takes of the picture's. Rows beside a padded picture take nothing. */
function filterMatrix(g: OpenNodes, to: number, own: Value, resized: Value, offset: Value, padded: boolean): Value {
  const one = g.numbers("float64", [1]);
  const zero = g.numbers("float64", [0]);
  const half = g.numbers("float64", [0.5]);
  const indices = g.constant(
    tensor(
      "float64",
      [to, 1],
      Float64Array.from({ length: to }, (_, i) => i),
    ),
  );
  const place = g.op(add, [indices, offset]);
  const step = g.op(div, [own, resized]);
  const centre = g.op(mul, [g.op(add, [place, half]), step]);
  const ones = g.op(expand, [one, g.cast(own, "int64")]);
  const middles = g.op(sub, [g.op(cumSum, [ones, g.scalar(0)]), half]);
  const distance = g.op(div, [g.op(abs, [g.op(sub, [centre, middles])]), g.op(max, [step, one])]);
  const weights = g.op(max, [g.op(sub, [one, distance]), zero]);
  const sum = g.op(reduceSum, [weights, g.numbers("int64", [1])], { keepdims: 1 });
  if (!padded) return g.cast(g.op(div, [weights, sum]), "float32");
  const share = g.op(div, [weights, g.op(max, [sum, g.numbers("float64", [1e-9])])]);
  const flag = (value: Value) => g.op(min, [g.op(max, [value, zero]), one]);
  const inside = g.op(mul, [flag(g.op(add, [place, one])), flag(g.op(sub, [resized, place]))]);
  return g.cast(g.op(mul, [share, inside]), "float32");
}

/** Makes nodes whose sizes are known when they run; the shapes of their values say nothing. */
class OpenNodes {
  readonly nodes: Node[] = [];

  /** @param dtype of the result; default: that of the first input */
  op(op: { readonly name: string }, inputs: readonly Value[], attributes: Node["attributes"] = {}, dtype?: DType) {
    const name = `preprocessing/${op.name}_${this.nodes.length}`;
    const output: Value = { name, dtype: dtype ?? inputs[0]?.dtype ?? "float32", shape: [] };
    this.nodes.push({ op: op.name, name, inputs, outputs: [output], attributes });
    return output;
  }

  /** The result of the last node as a value that says its shape. */
  shaped(value: Value, shape: readonly number[]): Value {
    const last = this.nodes.pop();
    const output = { ...value, shape };
    if (last) this.nodes.push({ ...last, outputs: [output] });
    return output;
  }

  cast(value: Value, dtype: DType): Value {
    return this.op(cast, [value], { to: ONNX_TYPES[dtype] }, dtype);
  }

  /** One element of a list, as a list. */
  at(list: Value, index: number): Value {
    return this.op(gather, [list, this.numbers("int64", [index])], { axis: 0 });
  }

  numbers(dtype: "int64" | "float32" | "float64", values: readonly number[]): Value {
    if (dtype === "int64") return this.constant(tensor(dtype, [values.length], BigInt64Array.from(values, BigInt)));
    const data = dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values);
    return this.constant({ dtype, shape: [values.length], data } as Tensor);
  }

  scalar(value: number): Value {
    return this.constant(tensor("int64", [], BigInt64Array.of(BigInt(value))));
  }

  constant(constant: Tensor): Value {
    const { dtype, shape } = constant;
    return { name: `preprocessing/constant_${this.nodes.length}`, dtype, shape, constant };
  }
}
