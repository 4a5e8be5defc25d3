// Operators on sequences, and what sound and language models have beside pictures' operators.
import type { Value } from "../../graph/index.ts";
import { concat, formula, gather, mul, pad, sigmoid, sliceAxis, transpose } from "../../ops/index.ts";
import { at, fromNumbers, normalizeAxis, toNumbers } from "../../tensor/index.ts";
import { addOne, type Importer, input, int, intList, known, reshaped } from "./context.ts";
import { heldType } from "./elementTypes.ts";

/** Products of all elements so far along an axis, by doubling: after k steps each has the last 2^k of them. */
const cumProd: Importer = (context) => {
  const { g } = context;
  const X = input(context, 0);
  const axis = normalizeAxis(at(toNumbers(known(context, "axis", input(context, 1))), 0), X.shape.length);
  const size = at(X.shape, axis);
  const [exclusive, reverse] = [int(context, "exclusive", 0) !== 0, int(context, "reverse", 0) !== 0];
  /** Each element moves on by some places; ones come in. */
  const moved = (value: Value, by: number) => {
    const kept = reverse ? sliceAxis(g, value, axis, by, size) : sliceAxis(g, value, axis, 0, size - by);
    const pads = new Array<number>(2 * X.shape.length).fill(0);
    pads[reverse ? X.shape.length + axis : axis] = by;
    return addOne(context, pad, [kept, intList(context, pads), g.scalar(value, 1)]);
  };
  let value = exclusive && size > 0 ? moved(X, 1) : X;
  for (let by = 1; by < size; by *= 2) value = addOne(context, mul, [value, moved(value, by)]);
  return [value];
};

/** The first elements of each sequence turned round, as many as its length says. */
const reverseSequence: Importer = (context) => {
  const X = input(context, 0);
  const lengths = toNumbers(known(context, "sequence_lens", input(context, 1)));
  const [batchAxis, timeAxis] = [int(context, "batch_axis", 1), int(context, "time_axis", 0)];
  const rank = X.shape.length;
  const rest = Array.from({ length: rank }, (_, axis) => axis).filter(
    (axis) => axis !== batchAxis && axis !== timeAxis,
  );
  const perm = [batchAxis, timeAxis, ...rest];
  const turned = addOne(context, transpose, [X], { perm });
  const [batch, time] = [at(X.shape, batchAxis), at(X.shape, timeAxis)];
  context.spend(batch * time);
  const places = Array.from({ length: batch * time }, (_, i) => {
    const [row, step] = [Math.floor(i / time), i % time];
    const length = lengths[row] ?? 0;
    return row * time + (step < length ? length - 1 - step : step);
  });
  const flat = reshaped(context, turned, [batch * time, ...turned.shape.slice(2)]);
  const taken = addOne(context, gather, [flat, intList(context, places)], { axis: 0 });
  const back = perm.map((_, axis) => perm.indexOf(axis));
  return context.add(transpose, [reshaped(context, taken, turned.shape)], { perm: back });
};

/** Positions by turning pairs of numbers (Su et al. 2021): interleaved ones, or those of both halves. */
const rotary: Importer = (context) => {
  const { g, inputs } = context;
  const X = input(context, 0);
  const heads = int(context, "num_heads", 0);
  const flat = X.shape.length === 3;
  const [batch = 0, length = 0, width = 0] = X.shape;
  const inHeads = flat
    ? reshaped(context, X, [batch, length, heads, width / heads])
    : addOne(context, transpose, [X], { perm: [0, 2, 1, 3] });
  const [, steps = 0, count = 0, size = 0] = inHeads.shape;
  const turning = int(context, "rotary_embedding_dim", 0) || size;
  const positions = inputs[3];
  const angles = (table: Value) => {
    const rows = positions ? addOne(context, gather, [table, positions], { axis: 0 }) : table;
    return reshaped(context, rows, [at(rows.shape, 0), steps, 1, turning / 2]);
  };
  const [cos, sin] = [angles(input(context, 1)), angles(input(context, 2))];
  const first = sliceAxis(g, inHeads, 3, 0, turning);
  const interleaved = int(context, "interleaved", 0) !== 0;
  const pairs = reshaped(
    context,
    first,
    interleaved ? [batch, steps, count, turning / 2, 2] : [batch, steps, count, 2, turning / 2],
  );
  const along = interleaved ? 4 : 3;
  const half = [batch, steps, count, turning / 2];
  const [a, b] = [0, 1].map((i) => reshaped(context, sliceAxis(g, pairs, along, i, i + 1), half)) as [Value, Value];
  const f = formula(g, X);
  const parts = [f.sub(f.mul(a, cos), f.mul(b, sin)), f.add(f.mul(a, sin), f.mul(b, cos))];
  const single = interleaved ? [...half, 1] : [batch, steps, count, 1, turning / 2];
  const joined = addOne(
    context,
    concat,
    parts.map((part) => reshaped(context, part, single)),
    { axis: along },
  );
  const turned = reshaped(context, joined, [batch, steps, count, turning]);
  const whole =
    turning === size ? turned : addOne(context, concat, [turned, sliceAxis(g, inHeads, 3, turning, size)], { axis: 3 });
  return flat ? [reshaped(context, whole, X.shape)] : context.add(transpose, [whole], { perm: [0, 2, 1, 3] });
};

/** A window of cosines, as its coefficients say. */
function window(...coefficients: readonly number[]): Importer {
  return (context) => {
    const size = at(toNumbers(known(context, "size", input(context, 0))), 0);
    context.spend(size);
    const period = int(context, "periodic", 1) !== 0 ? size : size - 1;
    const numbers = Array.from({ length: size }, (_, i) =>
      coefficients.reduce((sum, c, k) => sum + c * Math.cos((2 * Math.PI * k * i) / period), 0),
    );
    return [
      context.g.constant(fromNumbers(heldType(int(context, "output_datatype", 1), "the result"), [size], numbers)),
    ];
  };
}

/** a sigmoid(alpha a) b (Shazeer 2020) */
const swiGlu: Importer = (context) => {
  const a = input(context, 0);
  const f = formula(context.g, a);
  const gate = addOne(context, sigmoid, [f.mul(a, int(context, "alpha", 1))]);
  return [f.mul(f.mul(a, gate), input(context, 1))];
};

export const SEQUENCES: Readonly<Record<string, Importer>> = {
  CumProd: cumProd,
  ReverseSequence: reverseSequence,
  RotaryEmbedding: rotary,
  HannWindow: window(0.5, -0.5),
  HammingWindow: window(25 / 46, -21 / 46),
  BlackmanWindow: window(0.42, -0.5, 0.08),
  SwiGLU: swiGlu,
};
