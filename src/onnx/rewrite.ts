import type { Graph, LoweringTarget } from "../graph/index.ts";
import { maxPoolGrad, reluGrad, resize, resizeApart } from "../ops/index.ts";
import { keepPads } from "./keepPads.ts";
import { copy, type Rewrite, rewriteNodes, usesOf } from "./rewriteNodes.ts";

const apart: Rewrite = (g, node, op) => {
  const moved = node.op === resize.name ? resizeApart(g, node) : undefined;
  return moved ? [moved] : copy(g, node, op);
};

/**
 * The graph in standard ONNX operators only: every op that has a lowering for the target is replaced by it, until none
 * is left.
 */
export function lower(graph: Graph, target: LoweringTarget): Graph {
  let changed = true;
  let current = maskAfterPooling(graph);
  if (target !== "file") current = rewriteNodes(current, apart);
  while (changed) {
    changed = false;
    current = rewriteNodes(current, (g, node, op) => {
      const lowered = op.lower?.(g, node, target);
      if (!lowered) return copy(g, node, op);
      changed = true;
      return lowered;
    });
  }
  return keepPads(current);
}

/**
 * Relu before MaxPool: the gradient goes back through the pooling, then through Relu. The two commute, since only
 * maxima get a gradient, and what Relu let through is known from the pooled values, which are fewer.
 */
function maskAfterPooling(graph: Graph): Graph {
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
  return rewriteNodes(graph, (g, node, op) => {
    const [dY, X, Y, indices] = node.inputs;
    if (dY && masks.has(node.name)) return [dY];
    if (!poolings.has(node.name)) return copy(g, node, op);
    return g.ops(op, [g.op(reluGrad, [dY, Y]), X, Y, indices], node.attributes);
  });
}
