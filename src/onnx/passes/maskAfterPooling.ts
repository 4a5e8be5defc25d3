import type { Graph } from "../../graph/index.ts";
import { maxPoolGrad, reluGrad } from "../../ops/index.ts";
import { copy, rewriteNodes, usesOf } from "../rewriteNodes.ts";

/**
 * Relu before MaxPool: the gradient goes back through the pooling, then through Relu. The two commute, since only
 * maxima get a gradient, and what Relu let through is known from the pooled values, which are fewer.
 */
export function maskAfterPooling(graph: Graph): Graph {
  const uses = usesOf(graph);
  const makers = new Map(graph.nodes.map((node) => [node.outputs[0], node]));
  const poolings = new Set<string>();
  const masks = new Set<string>();
  for (const mask of graph.nodes) {
    const [dY, Y] = mask.inputs;
    const pooling = mask.op === reluGrad.name ? makers.get(dY) : undefined;
    if (pooling?.op !== maxPoolGrad.name || pooling.inputs[1] !== Y || !dY || uses.get(dY)?.length !== 1) continue;
    poolings.add(pooling.name);
    masks.add(mask.name);
  }
  if (masks.size === 0) return graph;
  return rewriteNodes(graph, (g, node, op) => {
    const [dY, X, Y, indices] = node.inputs;
    if (dY && masks.has(node.name)) return [dY];
    if (!poolings.has(node.name)) return copy(g, node, op);
    return g.ops(op, [g.op(reluGrad, [dY, Y]), X, Y, indices], node.attributes);
  });
}
