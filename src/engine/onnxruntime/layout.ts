import type { Graph, Node } from "../../graph/index.ts";
import { conv, OPS } from "../../ops/index.ts";

/** Channels in a block of ONNX Runtime's layout for convolutions with constant weights (NCHWc), with AVX-512. */
const BLOCK = 16;

/** With more wasted work than this, plain NCHW is taken. A guess: measured is LeNet's 2.05, where plain is 1.4x faster. */
const MOST_WASTE = 1.25;

/**
 * Whether ONNX Runtime should move convolutions to its blocked layout. That is its fastest one, but it fills channels up
 * to whole blocks: 20 channels to 50 become 32 to 64, twice the work.
 */
export function blockedLayoutPays(graph: Graph): boolean {
  let [work, blocked] = [0, 0];
  for (const node of graph.nodes) {
    const share = filledShare(node);
    if (share === undefined) continue;
    const { multiplyAdds } = OPS[conv.name]?.cost(node) ?? { multiplyAdds: 0 };
    work += multiplyAdds;
    blocked += multiplyAdds / share;
  }
  return blocked <= MOST_WASTE * work;
}

/** The share of the blocks' channels that are the convolution's own; few input channels are not blocked. */
function filledShare({ op, inputs: [, W], attributes }: Node): number | undefined {
  if (op !== conv.name || !W?.constant || attributes.group !== 1) return undefined;
  const [outputs = 1, inputs = 1] = W.shape;
  const filled = (channels: number) => channels / (Math.ceil(channels / BLOCK) * BLOCK);
  return filled(outputs) * (inputs < BLOCK ? 1 : filled(inputs));
}
