import { internalError } from "../errors.ts";
import { type Graph, GraphBuilder, type LoweringTarget, type Node, type Op, type Value } from "../graph/index.ts";
import { maxPoolGrad, OPS, reluGrad, resize, resizeApart } from "../ops/index.ts";

/** What becomes of a node: its outputs in the new graph. */
type Rewrite = (g: GraphBuilder, node: Node, op: Op) => readonly Value[];

/** The graph with every node replaced by what `rewrite` makes of it. Inputs and states stay the same values. */
function rewriteNodes(graph: Graph, rewrite: Rewrite): Graph {
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

const copy: Rewrite = (g, node, op) => g.ops(op, node.inputs, node.attributes);

const apart: Rewrite = (g, node, op) => {
  const moved = node.op === resize.name ? resizeApart(g, node) : undefined;
  return moved ? [moved] : copy(g, node, op);
};

/**
 * The graph in standard ONNX operators only: every op that has a lowering for the target is replaced by it, until none
 * is left. In a `file` all standard operators stay as they are: a lowering of them is for an engine's sake.
 */
export function lower(graph: Graph, target: LoweringTarget): Graph {
  let changed = true;
  let current = maskAfterPooling(graph);
  if (target !== "file") current = rewriteNodes(current, apart);
  while (changed) {
    changed = false;
    current = rewriteNodes(current, (g, node, op) => {
      const lowered = target === "file" && op.domain === "" ? undefined : op.lower?.(g, node, target);
      if (!lowered) return copy(g, node, op);
      changed = true;
      return lowered;
    });
  }
  return current;
}

/**
 * Relu before MaxPool: the gradient goes back through the pooling, then through Relu. The two commute, since only
 * maxima get a gradient, and what Relu let through is known from the pooled values, which are fewer.
 */
function maskAfterPooling(graph: Graph): Graph {
  const uses = new Map<Value, number>();
  for (const node of graph.nodes)
    for (const input of node.inputs) if (input) uses.set(input, (uses.get(input) ?? 0) + 1);
  const makers = new Map(graph.nodes.map((node) => [node.outputs[0], node]));
  const poolings = new Set<string>();
  const masks = new Set<string>();
  for (const mask of graph.nodes) {
    const [dY, Y] = mask.inputs;
    const pooling = mask.op === reluGrad.name ? makers.get(dY) : undefined;
    if (pooling?.op !== maxPoolGrad.name || pooling.inputs[1] !== Y || !dY || uses.get(dY) !== 1) continue;
    poolings.add(pooling.name);
    masks.add(mask.name);
  }
  return rewriteNodes(graph, (g, node, op) => {
    const [dY, X, Y, indices] = node.inputs;
    if (dY && masks.has(node.name)) return [dY];
    if (!poolings.has(node.name)) return copy(g, node, op);
    return g.ops(op, [g.op(reluGrad, [dY, Y]), X, Y, indices], node.attributes);
  });
}
