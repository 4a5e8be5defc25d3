import type { InferenceSession } from "onnxruntime-node";
import type { Graph, Node } from "../../graph/index.ts";
import { convTranspose, maxPool } from "../../ops/index.ts";

/** The execution providers for a graph on a device: what a GPU does not take, the CPU does. */
export function providersFor(device: string, graph: Graph): InferenceSession.ExecutionProviderConfig[] {
  if (device === "cpu") return ["cpu"];
  if (device !== "webgpu") return [device, "cpu"];
  const indices = usedIndices(graph);
  const forceCpuNodeNames = graph.nodes.filter((node) => failsOnWebgpu(node, indices)).map(({ name }) => name);
  return [forceCpuNodeNames.length > 0 ? { name: "webgpu", forceCpuNodeNames } : "webgpu", "cpu"];
}

/** What ONNX Runtime 1.30's WebGPU provider takes and cannot: MaxPool's indices are refused, groups of ConvTranspose wrong. */
function failsOnWebgpu(node: Node, indices: ReadonlySet<string>): boolean {
  if (node.op === maxPool.name) return indices.has(node.name);
  return node.op === convTranspose.name && node.attributes.group !== 1;
}

/** Names of the poolings whose indices something uses. */
function usedIndices({ nodes, outputs }: Graph): ReadonlySet<string> {
  const used = new Set([...nodes.flatMap(({ inputs }) => inputs), ...Object.values(outputs)]);
  const poolings = nodes.filter(({ op, outputs: [, Indices] }) => op === maxPool.name && Indices && used.has(Indices));
  return new Set(poolings.map(({ name }) => name));
}
