import { internalError } from "../errors.ts";
import { type Graph, GraphBuilder, type Node, type Op, type Value } from "../graph/index.ts";
import { OPS } from "../ops/index.ts";

/** What becomes of a node: its outputs in the new graph. */
export type Rewrite = (g: GraphBuilder, node: Node, op: Op) => readonly Value[];

/** The graph with every node replaced by what `rewrite` makes of it. Inputs and states stay the same values. */
export function rewriteNodes(graph: Graph, rewrite: Rewrite): Graph {
  const g = GraphBuilder.over(graph);
  const renewed = new Map<Value, Value>();
  const current = (value: Value) => renewed.get(value) ?? value;
  for (const node of graph.nodes) {
    const op = OPS[node.op];
    if (!op) throw internalError(`node ${node.name} is of the unknown op ${node.op}`);
    const moved = { ...node, inputs: node.inputs.map((input) => input && current(input)) };
    const outputs = g.scoped(scopeOf(node), () => rewrite(g, moved, op));
    for (const [i, output] of node.outputs.entries()) {
      const replacement = outputs[i];
      if (replacement) renewed.set(output, replacement);
    }
  }
  for (const { now, next } of graph.states) if (next !== now) g.update(now, current(next));
  for (const [name, value] of Object.entries(graph.outputs)) g.output(name, current(value));
  return g.build();
}

function scopeOf({ name }: Node): string {
  const end = name.lastIndexOf("/");
  return end < 0 ? "" : name.slice(0, end);
}

export const copy: Rewrite = (g, node, op) => g.ops(op, node.inputs, node.attributes);

/** The nodes that read each value, once for each time that they do. */
export function usesOf(graph: Graph): ReadonlyMap<Value, readonly Node[]> {
  const uses = new Map<Value, Node[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      if (!input) continue;
      const users = uses.get(input);
      if (users) users.push(node);
      else uses.set(input, [node]);
    }
  }
  return uses;
}
