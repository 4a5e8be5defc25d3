import type { Graph, LoweringTarget, Node } from "../../graph/index.ts";

/** What a pass is told of whoever runs the graph in the end. */
export interface Lowering {
  readonly target: LoweringTarget;
  /** Whether a node is taken whole: it has to stay as it is. */
  readonly isNative: (node: Node) => boolean;
}

/** A graph that computes the same in another way. */
export type Pass = (graph: Graph, lowering: Lowering) => Graph;
