import { platform } from "#platform";
import type { Graph, Value } from "../../graph/index.ts";
import { hex } from "../../platform/index.ts";
import type { Tensor } from "../../tensor/index.ts";

/**
 * What a graph computes, as a hash: its nodes, constants and states, and the engine that computes it.
 * @param states a tensor for each state
 */
export async function computationDigest(
  engine: string,
  graph: Graph,
  states: Readonly<Record<string, Tensor>>,
): Promise<string> {
  const places = new Map<Value, number>();
  const placeOf = (value: Value) => {
    const place = places.get(value) ?? places.size;
    places.set(value, place);
    return place;
  };
  const nodes = graph.nodes.map(({ op, inputs, outputs, attributes }) => [
    op,
    inputs.map((value) => (value ? placeOf(value) : null)),
    outputs.map(placeOf),
    Object.entries(attributes).map(([name, value]) => [name, plain(value)]),
  ]);
  const outputs = Object.values(graph.outputs).map(placeOf);
  const tensors = [...places.keys()].flatMap((value) => value.constant ?? states[value.name] ?? []);
  const types = tensors.map(({ dtype, shape }) => [dtype, shape]);
  const inputs = graph.inputs.map((value) => [placeOf(value), value.dtype, value.shape]);
  async function* parts() {
    yield new TextEncoder().encode(JSON.stringify([FORMAT, engine, inputs, nodes, outputs, types]));
    for (const { data } of tensors) yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  return hex(await platform.hash("sha256", parts()));
}

/** To be counted up when the rows that are kept change. */
const FORMAT = 1;

function plain(attribute: Graph["nodes"][number]["attributes"][string]): unknown {
  if (typeof attribute !== "object" || !("dtype" in attribute)) return attribute;
  return [attribute.dtype, attribute.shape, Array.from(attribute.data, String)];
}

/** The hash of a text, as a key. */
export async function textDigest(text: string): Promise<string> {
  return hex(await platform.hash("sha256", new TextEncoder().encode(text))).slice(0, 32);
}
