import type { Graph, Node, Value } from "../../graph/index.ts";
import { conv, pad } from "../../ops/index.ts";
import { copy, rewriteNodes, usesOf } from "../rewriteNodes.ts";

/**
 * ONNX Runtime makes a Pad of zeros part of the pooling that follows, also behind nodes that do nothing, and there it
 * no longer counts as zeros: beside it the maximum of negative numbers was negative. It does not where the axes are
 * named, so they are. A Pad before a Conv stays as it is, since the two in one are the same, and faster.
 */
export function keepPads(graph: Graph): Graph {
  const uses = usesOf(graph);
  return rewriteNodes(graph, (g, node, op) => {
    const [data, pads, value, axes] = node.inputs;
    const isConvolved = node.outputs.every((output) => isPictureOfConvs(output, uses.get(output)));
    if (node.op !== pad.name || !data || axes || isConvolved) return copy(g, node, op);
    return g.ops(pad, [data, pads, value, g.int64s(...data.shape.keys())], node.attributes);
  });
}

function isPictureOfConvs(value: Value, users: readonly Node[] = []): boolean {
  return users.every(({ op, inputs: [X, ...others] }) => op === conv.name && X === value && !others.includes(value));
}
