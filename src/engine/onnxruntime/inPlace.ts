import { type Graph, type GraphBuilder, type Node, results, type Value } from "../../graph/index.ts";
import { copy, rewriteNodes } from "../../onnx/index.ts";
import { add, castTo, greater, reshapeTo, slice } from "../../ops/index.ts";
import { BYTES_PER_ELEMENT, sizeOf } from "../../tensor/index.ts";

/** Smaller states are not worth the order that this asks of the nodes. */
const LEAST_BYTES = 1 << 20;

/** Of these, element i of the output needs element i of the inputs alone, so that an input's memory can become the output's. */
const ELEMENTWISE: ReadonlySet<string> = new Set(["Add", "Sub", "Mul", "Div", "Sum", "Min", "Max", "Where"]);

/**
 * These only move elements. ONNX Runtime gives the memory of some on under another shape, and puts others later: who reads
 * a value through them may read its memory at the time of the node behind them.
 */
const MOVES: ReadonlySet<string> = new Set(
  "Reshape Flatten Squeeze Unsqueeze Identity Dropout Transpose Slice Split Concat Pad Gather Expand Tile Cast DepthToSpace SpaceToDepth".split(
    " ",
  ),
);

export interface Ordered {
  readonly graph: Graph;
  /** Names of the states whose next value may be written where the present one lies. */
  readonly inPlace: ReadonlySet<string>;
}

/**
 * Lets large states be updated where they lie, which saves a second buffer for each of them. ONNX Runtime runs the nodes
 * in any order that their inputs allow, so an update could come before the backward pass has read the old weight: here
 * the updates get to depend on all who read the states. What depends on a scalar input (the learning rate) and is needed
 * by no reader takes the scalar with a 0 added that comes out of the last of the readers.
 */
export function updateInPlace(graph: Graph): Ordered {
  const large = graph.states.filter(({ now, next }) => next !== now && bytesOf(now) >= LEAST_BYTES);
  if (large.length === 0) return { graph, inPlace: new Set() };
  const makers = makersOf(graph);
  const late = large.flatMap(({ now, next }) => {
    const maker = makers.get(next);
    const before = ancestors(maker, makers);
    return usesOf(graph, now).readers.filter((reader) => reader !== maker && !before.has(reader));
  });
  const ordered = late.length === 0 ? graph : behind(graph, new Set(late), makers);
  return { graph: ordered, inPlace: new Set(large.map(({ now }) => now.name).filter((name) => isSafe(ordered, name))) };
}

/**
 * Every node that reads the state comes before the one that makes its next value, or is that one, element by element; and
 * nothing that leaves the graph is the state, as it is or moved, which may be read last of all.
 */
function isSafe(graph: Graph, name: string): boolean {
  const state = graph.states.find(({ now }) => now.name === name);
  const makers = makersOf(graph);
  const maker = state && makers.get(state.next);
  if (!maker || graph.states.filter(({ next }) => next === state.next).length > 1) return false;
  const { readers, moved } = usesOf(graph, state.now);
  if (results(graph).some((value) => moved.has(value))) return false;
  const before = ancestors(maker, makers);
  return readers.every((reader) => (reader === maker ? ELEMENTWISE.has(maker.op) : before.has(reader)));
}

/** The graph in which all that depends on scalar inputs, and that no node of `first` needs, depends on these as well. */
function behind(graph: Graph, first: ReadonlySet<Node>, makers: ReadonlyMap<Value, Node>): Graph {
  const before = new Set([...first].flatMap((node) => [node, ...ancestors(node, makers)]));
  // Of the readers only those that no other one waits for.
  const waitedFor = new Set([...first].flatMap((node) => [...ancestors(node, makers)]));
  const last = [...first].filter((node) => !waitedFor.has(node));
  const scalars = new Set(graph.inputs.filter(({ dtype, shape }) => dtype === "float32" && sizeOf(shape) === 1));
  const nodes = [...graph.nodes.filter((node) => before.has(node)), ...graph.nodes.filter((node) => !before.has(node))];
  const places = new Map(nodes.map((node, i) => [node.name, i]));
  const outputs = new Map<string, Value>();
  const lastNames = new Set(last.map(({ name }) => name));
  const gated = new Map<Value, Value>();
  return rewriteNodes({ ...graph, nodes }, (g, node, op) => {
    const gate = (value: Value): Value => {
      const known = gated.get(value);
      if (known) return known;
      const zeros = [...outputs.values()].map((output) => zeroAfter(g, output, value));
      const gate = zeros.reduce((sum, zero) => g.op(add, [sum, zero]), value);
      gated.set(value, gate);
      return gate;
    };
    const isAfter = (places.get(node.name) ?? 0) >= before.size;
    const inputs = node.inputs.map((input) => (isAfter && input && scalars.has(input) ? gate(input) : input));
    const copies = copy(g, { ...node, inputs }, op);
    if (lastNames.has(node.name) && copies[0]) outputs.set(node.name, copies[0]);
    return copies;
  });
}

/** A 0 like `scalar`, known only after `value`: whether its first element is greater than itself, which none is. */
function zeroAfter(g: GraphBuilder, value: Value, scalar: Value): Value {
  const rank = value.shape.length;
  const ints = (number: number) => g.numbers("int64", [rank], new Array<number>(rank).fill(number));
  const first = rank === 0 ? value : g.op(slice, [value, ints(0), ints(1)]);
  return reshapeTo(g, castTo(g, g.op(greater, [first, first]), scalar.dtype), scalar.shape);
}

function bytesOf({ dtype, shape }: Value): number {
  return sizeOf(shape) * BYTES_PER_ELEMENT[dtype];
}

function makersOf(graph: Graph): ReadonlyMap<Value, Node> {
  return new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node])));
}

/** Every node that computes with a value, as it is or moved, and all that it is moved to. */
function usesOf(graph: Graph, value: Value): { readonly readers: Node[]; readonly moved: ReadonlySet<Value> } {
  const moved = new Set([value]);
  const readers = graph.nodes.filter(({ op, inputs, outputs }) => {
    if (!inputs.some((input) => input && moved.has(input))) return false;
    if (!MOVES.has(op)) return true;
    for (const output of outputs) moved.add(output);
    return false;
  });
  return { readers, moved };
}

/** Every node whose outputs the node needs, directly or through others. */
function ancestors(node: Node | undefined, makers: ReadonlyMap<Value, Node>): ReadonlySet<Node> {
  const found = new Set<Node>();
  const open = node ? [node] : [];
  for (let current = open.pop(); current; current = open.pop()) {
    for (const input of current.inputs) {
      const maker = input && makers.get(input);
      if (!maker || found.has(maker)) continue;
      found.add(maker);
      open.push(maker);
    }
  }
  return found;
}
