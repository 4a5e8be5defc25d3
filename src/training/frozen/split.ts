import { type Graph, type Node, nodeCost, prune, results, type Value } from "../../graph/index.ts";
import { OPS } from "../../ops/index.ts";
import { at, bytesOf } from "../../tensor/index.ts";
import { minimumCut } from "./minimumCut.ts";
import { keepsRows } from "./rows.ts";

/** A graph in two: what is always the same of the same examples, and all else. */
export interface FrozenSplit {
  /** From inputs to the frontier, its outputs by their values' names. */
  readonly prefix: Graph;
  /** The graph with the frontier as inputs in place of those that only the prefix needs. */
  readonly rest: Graph;
}

/**
 * The frontier of the frozen part of a graph. Frozen is what depends on examples and on what no run changes alone (constants,
 * states whose next value is themselves), each example for itself. The frontier is the set of frozen values that everything
 * else follows from which takes the fewest bytes, as long as nearly all of the frozen part's work lies before it.
 * @param examples the names of the inputs that hold the examples, [batch, ...]
 * @param changing the states that something changes: an evaluation reads what training has changed
 * @returns the values' names; none where no work is frozen
 */
export function frozenFrontier(
  graph: Graph,
  examples: readonly string[],
  changing: ReadonlySet<string> = changingStates(graph),
): readonly string[] {
  const frozen = frozenRows(graph, examples, changing);
  const inputs = graph.inputs.filter((value) => frozen.has(value));
  const edge = neededOutside(graph, frozen);
  const work = workBefore(graph, frozen, edge);
  if (work === 0) return [];
  const values = [...frozen];
  const places = new Map(values.map((value, i) => [value, i]));
  const placesOf = (some: readonly (Value | undefined)[]) =>
    some.flatMap((value) => (value === undefined ? [] : (places.get(value) ?? [])));
  const cut = minimumCut({
    costs: values.map(bytesOf),
    edges: graph.nodes.flatMap(({ inputs, outputs }) =>
      placesOf(inputs).flatMap((from) => placesOf(outputs).map((to) => [from, to] as const)),
    ),
    sources: placesOf(inputs),
    sinks: placesOf(edge),
  });
  const cheapest = cut.map((i) => at(values, i));
  const isWorth = workBefore(graph, frozen, cheapest) >= KEPT_WORK * work;
  return (isWorth ? cheapest : edge).map(({ name }) => name);
}

/** The share of the frozen part's work that a smaller frontier must keep. */
const KEPT_WORK = 0.9;

/** Splits a graph at values; at whatever batch size, they have the same names. */
export function splitAt(graph: Graph, examples: readonly string[], frontier: readonly string[]): FrozenSplit {
  const names = new Set(frontier);
  const made = graph.nodes.flatMap(({ outputs }) => outputs).filter(({ name }) => names.has(name));
  const given = graph.inputs.filter(({ name }) => names.has(name));
  const cut = new Set(made);
  const nodes = nodesFor(graph, results(graph), cut);
  const prefix = prune({
    ...graph,
    name: `${graph.name}: frozen part`,
    inputs: graph.inputs.filter(({ name }) => examples.includes(name)),
    randoms: [],
    states: graph.states.filter(({ now, next }) => now === next),
    outputs: Object.fromEntries(made.map((value) => [value.name, value])),
  });
  const used = new Set(prefix.nodes.flatMap(({ inputs }) => inputs));
  return {
    prefix: {
      ...prefix,
      inputs: prefix.inputs.filter((value) => used.has(value)),
      states: prefix.states.filter(({ now }) => used.has(now)),
    },
    rest: {
      ...graph,
      inputs: [...given, ...made, ...graph.inputs.filter(({ name }) => !examples.includes(name))],
      nodes,
    },
  };
}

/** Splits a graph at the frontier of its frozen part, if it has one. */
export function splitFrozen(graph: Graph, examples: readonly string[]): FrozenSplit | undefined {
  const frontier = frozenFrontier(graph, examples);
  return frontier.length === 0 ? undefined : splitAt(graph, examples, frontier);
}

/** The names of the states that a run changes. */
export function changingStates({ states }: Graph): ReadonlySet<string> {
  return new Set(states.flatMap(({ now, next }) => (now === next ? [] : [now.name])));
}

/** All frozen values that depend on the examples, the inputs first. */
function frozenRows(graph: Graph, examples: readonly string[], changing: ReadonlySet<string>): ReadonlySet<Value> {
  const inputs = graph.inputs.filter(({ name }) => examples.includes(name));
  const batch = inputs[0]?.shape[0] ?? 0;
  const rows = new Set(inputs.filter(({ shape }) => shape[0] === batch));
  const fixed = new Set(graph.states.flatMap(({ now }) => (changing.has(now.name) ? [] : [now])));
  const isFixed = (value: Value | undefined) => value === undefined || value.constant !== undefined || fixed.has(value);
  for (const node of graph.nodes) {
    const { inputs, outputs } = node;
    if (inputs.every(isFixed)) for (const output of outputs) fixed.add(output);
    else if (inputs.every((value) => isFixed(value) || (value && rows.has(value)))) {
      if (keepsRows(node, { batch, rows })) for (const output of outputs) rows.add(output);
    }
  }
  return rows;
}

/** The frozen values that something else is made of. */
function neededOutside(graph: Graph, frozen: ReadonlySet<Value>): readonly Value[] {
  const used = new Set(results(graph));
  for (const { inputs, outputs } of graph.nodes) {
    if (outputs.some((output) => frozen.has(output))) continue;
    for (const input of inputs) if (input) used.add(input);
  }
  return [...frozen].filter((value) => used.has(value));
}

/** The multiplications and additions in the frozen part before values. */
function workBefore(graph: Graph, frozen: ReadonlySet<Value>, values: readonly Value[]): number {
  const before = nodesFor(graph, values, new Set());
  const isFrozen = ({ outputs }: Node) => outputs.some((output) => frozen.has(output));
  return before.filter(isFrozen).reduce((sum, node) => sum + nodeCost(node, OPS).flops, 0);
}

/** The nodes that values follow by, from other values on. */
function nodesFor(graph: Graph, values: readonly Value[], from: ReadonlySet<Value>): readonly Node[] {
  const needed = new Set(values.filter((value) => !from.has(value)));
  const kept: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    kept.push(node);
    for (const input of node.inputs) if (input && !from.has(input)) needed.add(input);
  }
  return kept.reverse();
}
