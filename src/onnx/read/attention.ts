// Scaled dot-product attention (Vaswani et al. 2017), as ONNX has it from opset 23 on.
import { StriateError } from "../../errors.ts";
import type { Value } from "../../graph/index.ts";
import {
  add,
  concat,
  equal,
  expand,
  formula,
  less,
  matMul,
  not,
  pad,
  reduceMax,
  softmax,
  tanh,
  transpose,
  where,
} from "../../ops/index.ts";
import { at, tensor } from "../../tensor/index.ts";
import { addOne, castInto, type Importer, input, int, intList, type NodeContext, reshaped } from "./context.ts";

const MASKED = Number.NEGATIVE_INFINITY;

/** [batch, length, heads * size] as [batch, heads, length, size]; what has four axes is that already. */
function inHeads(context: NodeContext, value: Value, heads: number | undefined): Value {
  if (value.shape.length === 4) return value;
  const [batch = 0, length = 0, width = 0] = value.shape;
  if (heads === undefined || !Number.isInteger(width / heads)) {
    throw new StriateError("shape", `Attention: [${value.shape.join(",")}] does not go into ${heads ?? "no"} heads`);
  }
  const split = reshaped(context, value, [batch, length, heads, width / heads]);
  return addOne(context, transpose, [split], { perm: [0, 2, 1, 3] });
}

/** Each head of keys or values as often as there are queries' heads for it. */
function repeated(context: NodeContext, value: Value, heads: number): Value {
  const [batch = 0, ownHeads = 0, length = 0, size = 0] = value.shape;
  if (ownHeads === heads) return value;
  const single = reshaped(context, value, [batch, ownHeads, 1, length, size]);
  const times = addOne(context, expand, [single, intList(context, [batch, ownHeads, heads / ownHeads, length, size])]);
  return reshaped(context, times, [batch, heads, length, size]);
}

/** 0 where the condition holds, minus infinity elsewhere. */
function allowing(context: NodeContext, condition: Value, like: Value): Value {
  return addOne(context, where, [condition, context.g.scalar(like, 0), context.g.scalar(like, MASKED)]);
}

/** What is added to the products of queries and keys: the mask, and what causality, a window and padding forbid. */
function biasOf(context: NodeContext, like: Value, queries: number, keys: number): Value | undefined {
  const { g, inputs } = context;
  const [, , , mask, past, , filled] = inputs;
  const parts: Value[] = [];
  if (mask) {
    const missing = keys - at(mask.shape, mask.shape.length - 1);
    const additive = mask.dtype === "bool" ? allowing(context, mask, like) : castInto(context, mask, like.dtype);
    const before = mask.shape.map(() => 0);
    const pads = intList(context, [...before, ...before.with(-1, missing)]);
    parts.push(missing > 0 ? addOne(context, pad, [additive, pads, g.scalar(like, MASKED)]) : additive);
  }
  context.spend(queries * keys);
  // Key less query: what may be seen is from -left to right of where the query stands.
  const distances = Array.from({ length: queries * keys }, (_, i) => (i % keys) - Math.floor(i / keys));
  const distance = g.numbers("int64", [queries, keys], distances);
  const batch = filled ? at(filled.shape, 0) : 1;
  const offset =
    filled && !past
      ? addOne(context, add, [
          reshaped(context, castInto(context, filled, "int64"), [batch, 1, 1, 1]),
          g.numbers("int64", [], [-queries]),
        ])
      : g.numbers("int64", [], [past ? at(past.shape, 2) : 0]);
  const atMost = (a: Value, b: Value) => addOne(context, not, [addOne(context, less, [b, a])]);
  const moved = (value: Value, by: number) => addOne(context, add, [value, g.numbers("int64", [], [by])]);
  const [left, right] = [int(context, "left_window_size", -1), int(context, "right_window_size", -1)];
  if (int(context, "is_causal", 0) !== 0) parts.push(allowing(context, atMost(distance, offset), like));
  if (right >= 0) parts.push(allowing(context, atMost(distance, moved(offset, right)), like));
  if (left >= 0) parts.push(allowing(context, atMost(offset, moved(distance, left)), like));
  if (filled) {
    const places = g.constant(
      tensor(
        "int64",
        [keys],
        BigInt64Array.from({ length: keys }, (_, i) => BigInt(i)),
      ),
    );
    const ends = reshaped(context, castInto(context, filled, "int64"), [batch, 1, 1, 1]);
    parts.push(allowing(context, addOne(context, less, [places, ends]), like));
  }
  if (parts.length === 0) return undefined;
  const sum = parts.reduce((a, b) => addOne(context, add, [a, b]));
  return addOne(context, add, [sum, g.numbers(like.dtype, [1, 1], [0])]);
}

const attention: Importer = (context) => {
  const { g, inputs } = context;
  const [queryHeads, keyHeads] = [int(context, "q_num_heads", undefined), int(context, "kv_num_heads", undefined)];
  const query = input(context, 0);
  const Q = inHeads(context, query, queryHeads);
  const extended = (value: Value, past: Value | undefined) =>
    past ? addOne(context, concat, [past, value], { axis: 2 }) : value;
  const keys = extended(inHeads(context, input(context, 1), keyHeads), inputs[4]);
  const values = extended(inHeads(context, input(context, 2), keyHeads), inputs[5]);
  const [batch = 0, heads = 0, length = 0, size = 0] = Q.shape;
  const f = formula(g, Q);
  const scale = Math.sqrt(int(context, "scale", 1 / Math.sqrt(size)));
  const turned = addOne(context, transpose, [repeated(context, keys, heads)], { perm: [0, 1, 3, 2] });
  const product = addOne(context, matMul, [f.mul(Q, scale), f.mul(turned, scale)]);
  const softcap = int(context, "softcap", 0);
  const capped = softcap > 0 ? f.mul(addOne(context, tanh, [f.div(product, softcap)]), softcap) : product;
  const bias = biasOf(context, Q, length, at(keys.shape, 2));
  const scores = bias ? f.add(capped, bias) : capped;
  const free = addOne(context, softmax, [scores], { axis: -1 });
  const nothing =
    bias && addOne(context, equal, [addOne(context, reduceMax, [bias, g.int64s(-1)]), g.scalar(Q, MASKED)]);
  const weights = nothing ? addOne(context, where, [nothing, g.scalar(Q, 0), free]) : free;
  const result = addOne(context, matMul, [weights, repeated(context, values, heads)]);
  const shown = [product, capped, scores, weights][int(context, "qk_matmul_output_mode", 0)] ?? product;
  if (query.shape.length === 4) return [result, keys, values, shown];
  const rows = addOne(context, transpose, [result], { perm: [0, 2, 1, 3] });
  return [reshaped(context, rows, [batch, length, heads * at(values.shape, 3)]), keys, values, shown];
};

export const ATTENTION: Readonly<Record<string, Importer>> = { Attention: attention };
