import type { Graph, Node, Value } from "../graph/index.ts";
import { add, expand, mul, reshape, shape as shapeOp, squeeze } from "../ops/index.ts";
import { at, type DType, sizeOf, type Tensor, tensor } from "../tensor/index.ts";

/** Batch sizes by which what depends on the batch, and how, can be told from what does not. */
const BATCHES = [2, 3, 5] as const;

/**
 * The graph for a batch of any size, to be written with `batch`: its types say 2, and numbers that depend on the batch
 * are computed from the first input's shape. Where a Reshape names the batch alone it says -1, "what is left", or 0,
 * "as it was".
 * @param make the graph for a batch of a given size, the same nodes for all
 * @returns undefined when something depends on the batch in another way than a number that grows in proportion to it
 * or a tensor that repeats itself
 */
export function withFreeBatch(make: (batch: number) => Graph): Graph | undefined {
  const graphs = BATCHES.map(make);
  const graph = at(graphs, 0);
  const [input] = graph.inputs;
  if (!input || graphs.some(({ nodes }) => nodes.length !== graph.nodes.length)) return undefined;
  const free = new FreeBatch(input);
  const nodes: Node[] = [];
  for (const [i, node] of graph.nodes.entries()) {
    const alike = graphs.map((other) => at(other.nodes, i));
    if (alike.some((other) => !isSameKind(other, node))) return undefined;
    const freed = freedReshape(alike) ?? freedInputs(alike, free);
    if (!freed) return undefined;
    nodes.push(freed);
  }
  return { ...graph, nodes: [...free.nodes, ...nodes] };
}

function isSameKind(a: Node, b: Node): boolean {
  return a.op === b.op && JSON.stringify(a.attributes) === JSON.stringify(b.attributes);
}

/** The constants of one place in the graphs for all batches, where they are not all the same. */
function differing(alike: readonly Node[], i: number): readonly Tensor[] | undefined {
  const constants = alike.flatMap(({ inputs }) => inputs[i]?.constant ?? []);
  const [first] = constants;
  if (!first || constants.length < alike.length) return undefined;
  return constants.every((other) => isSame(first, other)) ? undefined : constants;
}

function isSame(a: Tensor, b: Tensor): boolean {
  if (a === b) return true;
  if (a.data.length !== b.data.length || a.shape.some((size, axis) => size !== b.shape[axis])) return false;
  return a.data.every((x: number | bigint, i: number) => Object.is(x, b.data[i]));
}

/** A Reshape with -1 or 0 in the places of the batch, if that says it all. */
function freedReshape(alike: readonly Node[]): Node | undefined {
  const node = at(alike, 0);
  const shapes =
    node.op === reshape.name ? differing(alike, 1)?.map(({ data }) => Array.from(data, Number)) : undefined;
  if (!shapes) return undefined;
  const [shape = [], ...others] = shapes;
  const grows = shape.map((size, i) => others.some((other) => other[i] !== size));
  const shaped = (sizes: readonly number[], allowzero: number): Node => {
    const target = { ...(node.inputs[1] as Value), constant: int64s(sizes.length, sizes) };
    return { ...node, inputs: [node.inputs[0], target], attributes: { ...node.attributes, allowzero } };
  };
  if (shape.includes(0)) return undefined;
  if (!shape.includes(-1) && grows.filter((grown) => grown).length === 1) {
    return shaped(
      shape.map((size, i) => (grows[i] ? -1 : size)),
      0,
    );
  }
  const kept = grows.every(
    (grown, i) => !grown || shapes.every((sizes, k) => sizes[i] === at(alike, k).inputs[0]?.shape[i]),
  );
  return kept
    ? shaped(
        shape.map((size, i) => (grows[i] ? 0 : size)),
        0,
      )
    : undefined;
}

function freedInputs(alike: readonly Node[], free: FreeBatch): Node | undefined {
  const node = at(alike, 0);
  const inputs: (Value | undefined)[] = [];
  for (const [i, input] of node.inputs.entries()) {
    const constants = differing(alike, i);
    const value = input && constants ? free.value(input, constants) : input;
    if (input && !value) return undefined;
    inputs.push(value);
  }
  return { ...node, inputs };
}

/** Makes nodes that compute, from the batch that is fed, what is a constant for each batch. */
class FreeBatch {
  readonly nodes: Node[] = [];
  readonly #input: Value;
  readonly #computed = new Map<string, Value>();
  #batch: Value | undefined;

  constructor(input: Value) {
    this.#input = input;
  }

  /** @param constants the constant for each of `BATCHES` */
  value(constant: Value, constants: readonly Tensor[]): Value | undefined {
    const [first] = constants as [Tensor];
    const sameShape = constants.every(({ shape }) => String(shape) === String(first.shape));
    return sameShape ? this.#growing(constant, constants) : this.#repeating(constant, constants);
  }

  /** int64 numbers a + b batch. */
  #growing(constant: Value, constants: readonly Tensor[]): Value | undefined {
    const [first] = constants as [Tensor];
    if (first.dtype !== "int64" || first.shape.length > 1) return undefined;
    const numbers = this.#numbers(constants.map(({ data }) => Array.from(data, Number)));
    if (!numbers || first.shape.length === 1) return numbers;
    return this.#node(squeeze.name, [numbers], constant.shape, constant.dtype);
  }

  /** A tensor whose slices along one axis are all the same, as many as the batch says. */
  #repeating(constant: Value, constants: readonly Tensor[]): Value | undefined {
    const [first, ...others] = constants as [Tensor, ...Tensor[]];
    const axes = [...first.shape.keys()].filter((axis) =>
      others.some(({ shape }) => shape[axis] !== first.shape[axis]),
    );
    const [axis = -1] = axes;
    if (axes.length !== 1 || constants.some(({ shape }) => shape.length !== first.shape.length)) return undefined;
    const slices = constants.map((whole) => repeatedSlice(whole, axis));
    const [slice] = slices;
    if (!slice || slices.some((other) => !other || !isSame(slice, other))) return undefined;
    const shape = this.#numbers(constants.map((whole) => whole.shape));
    const once: Value = { name: constant.name, dtype: constant.dtype, shape: slice.shape, constant: slice };
    return shape && this.#node(expand.name, [once, shape], constant.shape, constant.dtype);
  }

  /** A list of int64 for each batch as one computed from it: batch * slopes + offsets. */
  #numbers(lists: readonly (readonly number[])[]): Value | undefined {
    const [b0, b1] = BATCHES;
    const [first = [], second = []] = lists;
    const slopes = first.map((x, i) => (at(second, i) - x) / (b1 - b0));
    const offsets = first.map((x, i) => x - at(slopes, i) * b0);
    const fits = lists.every((list, k) =>
      list.every((x, i) => x === at(slopes, i) * at(BATCHES, k) + at(offsets, i) && Math.abs(x) < 2 ** 40),
    );
    if (!fits) return undefined;
    const key = JSON.stringify([slopes, offsets]);
    const known = this.#computed.get(key);
    if (known) return known;
    const shape = [first.length];
    let value = this.#node(mul.name, [this.#size(), this.#constant(slopes)], shape);
    if (offsets.some((x) => x !== 0)) value = this.#node(add.name, [value, this.#constant(offsets)], shape);
    this.#computed.set(key, value);
    return value;
  }

  #size(): Value {
    this.#batch ??= this.#node(shapeOp.name, [this.#input], [1], "int64", { start: 0, end: 1 });
    return this.#batch;
  }

  #constant(numbers: readonly number[]): Value {
    const name = `batch/numbers_${this.nodes.length}`;
    return { name, dtype: "int64", shape: [numbers.length], constant: int64s(numbers.length, numbers) };
  }

  #node(
    op: string,
    inputs: readonly Value[],
    shape: readonly number[],
    dtype: DType = "int64",
    attributes: Node["attributes"] = {},
  ): Value {
    const output: Value = { name: `batch/${op}_${this.nodes.length}`, dtype, shape };
    this.nodes.push({ op, name: output.name, inputs, outputs: [output], attributes });
    return output;
  }
}

function int64s(length: number, numbers: readonly number[]): Tensor {
  return tensor("int64", [length], BigInt64Array.from(numbers, BigInt));
}

/** The one slice along an axis that the tensor repeats. */
function repeatedSlice(whole: Tensor, axis: number): Tensor | undefined {
  const { data } = whole;
  const inner = sizeOf(whole.shape.slice(axis + 1));
  const row = at(whole.shape, axis) * inner;
  const original = (i: number) => i - (i % row) + (i % inner);
  if (!data.every((x: number | bigint, i: number) => Object.is(x, data[original(i)]))) return undefined;
  return {
    ...whole,
    shape: whole.shape.with(axis, 1),
    data: data.filter((_, i: number) => original(i) === i),
  } as Tensor;
}
