import { at } from "../../tensor/index.ts";

/** Things of a price, and which follow from which. */
export interface CutProblem {
  /** What each thing costs. */
  readonly costs: readonly number[];
  /** From a thing to one that is made of it. */
  readonly edges: readonly (readonly [from: number, to: number])[];
  readonly sources: readonly number[];
  readonly sinks: readonly number[];
}

interface Edge {
  readonly to: number;
  /** What may still flow. */
  room: number;
  readonly back: Edge | undefined;
}

/**
 * The cheapest things that stand on every way from a source to a sink; of several such sets the one closest to the sinks.
 * Each thing is an edge of its cost from its entrance (2 i) to its exit (2 i + 1), and the most that can flow through is what
 * the cheapest set costs (Ford and Fulkerson 1956), by shortest ways (Edmonds and Karp 1972).
 */
export function minimumCut({ costs, edges, sources, sinks }: CutProblem): readonly number[] {
  const [source, sink] = [2 * costs.length, 2 * costs.length + 1];
  const leaving: Edge[][] = Array.from({ length: sink + 1 }, () => []);
  const connect = (from: number, to: number, room: number) => {
    const back: { to: number; room: number; back: Edge | undefined } = { to: from, room: 0, back: undefined };
    const edge: Edge = { to, room, back };
    back.back = edge;
    at(leaving, from).push(edge);
    at(leaving, to).push(back);
  };
  for (const [i, cost] of costs.entries()) connect(2 * i, 2 * i + 1, cost);
  for (const [from, to] of edges) connect(2 * from + 1, 2 * to, Number.POSITIVE_INFINITY);
  for (const i of sources) connect(source, 2 * i, Number.POSITIVE_INFINITY);
  for (const i of sinks) connect(2 * i + 1, sink, Number.POSITIVE_INFINITY);
  for (let way = shortestWay(leaving, source, sink); way; way = shortestWay(leaving, source, sink)) {
    const flow = Math.min(...way.map(({ room }) => room));
    for (const edge of way) {
      edge.room -= flow;
      if (edge.back) edge.back.room += flow;
    }
  }
  // Whatever can still send something to the sink lies behind the cut.
  const behind = new Set([sink]);
  for (const place of behind) {
    for (const { to, back } of at(leaving, place)) if (back && back.room > 0) behind.add(to);
  }
  return [...costs.keys()].filter((i) => !behind.has(2 * i) && behind.has(2 * i + 1));
}

function shortestWay(leaving: readonly (readonly Edge[])[], source: number, sink: number): Edge[] | undefined {
  const by = new Map<number, Edge>();
  const reached = new Set([source]);
  for (const place of reached) {
    for (const edge of at(leaving, place)) {
      if (edge.room <= 0 || reached.has(edge.to)) continue;
      reached.add(edge.to);
      by.set(edge.to, edge);
    }
  }
  const way: Edge[] = [];
  for (let edge = by.get(sink); edge; edge = by.get(edge.back?.to ?? source)) way.push(edge);
  return way.length > 0 ? way : undefined;
}
