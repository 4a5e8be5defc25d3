import { internalError } from "../errors.ts";
import { type Graph, type Reals, results, type Value } from "../graph/index.ts";
import { toNumbers } from "../tensor/index.ts";
import { OPS } from "./table.ts";

/**
 * Runs a graph by the reference kernels of its ops, in float64 whatever the types of the values: the meaning of a
 * graph. `feeds` gives every input, random input and state.
 * @returns every output and next state.
 */
export function interpret(graph: Graph, feeds: ReadonlyMap<Value, Reals>): Map<Value, Reals> {
  const values = new Map(feeds);
  const read = (value: Value): Reals => {
    const known = values.get(value);
    if (known) return known;
    if (!value.constant) throw internalError(`nothing gives ${value.name} a value`);
    const constant = { shape: value.shape, data: toNumbers(value.constant) };
    values.set(value, constant);
    return constant;
  };
  const lastUse = new Map<Value, number>();
  for (const [i, node] of graph.nodes.entries()) for (const input of node.inputs) if (input) lastUse.set(input, i);
  for (const result of results(graph)) lastUse.set(result, graph.nodes.length);
  for (const [i, node] of graph.nodes.entries()) {
    const op = OPS[node.op];
    if (!op) throw internalError(`node ${node.name} is of the unknown op ${node.op}`);
    const outputs = op.reference(
      node.inputs.map((input) => input && read(input)),
      node,
    );
    for (const [k, value] of node.outputs.entries()) {
      const output = outputs[k];
      if (output && lastUse.has(value)) values.set(value, output);
    }
    for (const input of node.inputs) if (input && lastUse.get(input) === i) values.delete(input);
  }
  return new Map(results(graph).map((result) => [result, read(result)]));
}
