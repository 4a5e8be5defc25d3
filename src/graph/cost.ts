import { internalError } from "../errors.ts";
import { bytesOf } from "../tensor/index.ts";
import type { Graph, Node } from "./graph.ts";
import type { Cost } from "./op.ts";
import type { OpTable } from "./verify.ts";

/** What one run of a graph costs. */
export interface GraphCost extends Cost {
  /** Bytes of all values that nodes make: an upper bound of what must be held, before any reuse. */
  readonly activationBytes: number;
  /** Bytes of all states. */
  readonly stateBytes: number;
}

export function nodeCost(node: Node, table: OpTable): Cost {
  const op = table[node.op];
  if (!op) throw internalError(`node ${node.name} is of the unknown op ${node.op}`);
  return op.cost(node);
}

/** The cost of one run of a graph: what its nodes cost, and the bytes of their results. */
export function graphCost(graph: Graph, table: OpTable): GraphCost {
  const costs = graph.nodes.map((node) => nodeCost(node, table));
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  return {
    multiplyAdds: sum(costs.map((cost) => cost.multiplyAdds)),
    flops: sum(costs.map((cost) => cost.flops)),
    activationBytes: sum(graph.nodes.flatMap((node) => node.outputs.map(bytesOf))),
    stateBytes: sum(graph.states.map(({ now }) => bytesOf(now))),
  };
}
