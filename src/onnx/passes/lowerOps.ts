import type { Graph } from "../../graph/index.ts";
import { copy, rewriteNodes } from "../rewriteNodes.ts";
import type { Lowering } from "./pass.ts";

/** Replaces every op that is not taken whole and has a lowering for the target, and what comes out of that, until none is left. */
export function lowerOps(graph: Graph, { target, isNative }: Lowering): Graph {
  let current = graph;
  let changed = true;
  while (changed) {
    changed = false;
    current = rewriteNodes(current, (g, node, op) => {
      const lowered = isNative(node) ? undefined : op.lower?.(g, node, target);
      if (!lowered) return copy(g, node, op);
      changed = true;
      return lowered;
    });
  }
  return current;
}
