import type { Graph } from "../../graph/index.ts";
import { resize, resizeApart } from "../../ops/index.ts";
import { copy, rewriteNodes } from "../rewriteNodes.ts";
import type { Lowering } from "./pass.ts";

/** Puts the resizing of pictures between two Reshapes, past which ONNX Runtime moves nothing; see `resizeApart`. */
export function resizePicturesApart(graph: Graph, { isNative }: Lowering): Graph {
  return rewriteNodes(graph, (g, node, op) => {
    const moved = node.op === resize.name && !isNative(node) ? resizeApart(g, node) : undefined;
    return moved ? [moved] : copy(g, node, op);
  });
}
