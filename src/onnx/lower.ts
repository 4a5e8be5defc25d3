import type { Graph, LoweringTarget, Node } from "../graph/index.ts";
import { keepPads } from "./passes/keepPads.ts";
import { lowerOps } from "./passes/lowerOps.ts";
import { maskAfterPooling } from "./passes/maskAfterPooling.ts";
import type { Pass } from "./passes/pass.ts";
import { resizePicturesApart } from "./passes/resizePicturesApart.ts";

/** The options of `lower`. */
export interface LowerOptions {
  /** Who runs the lowered graph. */
  readonly target: LoweringTarget;
  /**
   * What is taken whole and left as it is: names of ops, or whether a node is, which may depend on its types and
   * attributes. Default: standard operators only.
   */
  readonly native?: ReadonlySet<string> | ((node: Node) => boolean);
}

const PASSES = { maskAfterPooling, resizePicturesApart, lowerOps, keepPads } satisfies Record<string, Pass>;

type PassName = keyof typeof PASSES;

const FOR_ONNXRUNTIME: readonly PassName[] = ["maskAfterPooling", "resizePicturesApart", "lowerOps", "keepPads"];

/** The passes for each target, in their order. */
const PASSES_OF: Readonly<Record<LoweringTarget, readonly PassName[]>> = {
  cpu: FOR_ONNXRUNTIME,
  cuda: FOR_ONNXRUNTIME,
  webgpu: FOR_ONNXRUNTIME,
  wasm: FOR_ONNXRUNTIME,
  file: ["maskAfterPooling", "lowerOps", "keepPads"],
  native: ["maskAfterPooling", "lowerOps"],
};

/**
 * The graph in standard ONNX operators and what is taken whole: every other op that has a lowering for the target is
 * replaced by it, until none is left.
 */
export function lower(graph: Graph, options: LowerOptions): Graph {
  return passesOf(options).reduce((current, { run }) => run(current), graph);
}

/** The passes that make up `lower`, one by one, so that a graph can be looked at or verified between them. */
export function passesOf({ target, native = new Set() }: LowerOptions): {
  readonly name: PassName;
  readonly run: (graph: Graph) => Graph;
}[] {
  const isNative = typeof native === "function" ? native : ({ op }: Node) => native.has(op);
  return PASSES_OF[target].map((name) => ({ name, run: (graph) => PASSES[name](graph, { target, isNative }) }));
}
