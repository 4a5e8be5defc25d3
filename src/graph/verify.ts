import { asError, internalError } from "../errors.ts";
import { type Shape, sameShape, typeText } from "../tensor/index.ts";
import { constants, type Graph, type Node, results, sources, type Value, type ValueType } from "./graph.ts";
import { completeAttributes, inferTypes, type Op } from "./op.ts";

/** The ops by name, as passes and engines look them up. */
export type OpTable = Readonly<Record<string, Op>>;

/**
 * Checks that a graph keeps the rules of the IR: known ops, values made once and before their use, unique names,
 * types as the ops infer them, states that keep their type. Runs between passes.
 * @throws StriateError `internal` that names the node and the broken rule.
 */
export function verify(graph: Graph, table: OpTable): void {
  const computed = new Set<Value>();
  const names = new Set<string>();
  const make = (value: Value, maker: string) => {
    if (names.has(value.name)) throw broken(graph, maker, `makes a second value named ${value.name}`);
    names.add(value.name);
    computed.add(value);
  };
  for (const source of [...sources(graph), ...constants(graph)]) make(source, "the graph");
  for (const node of graph.nodes) {
    checkNode(graph, node, table, computed);
    for (const output of node.outputs) make(output, `node ${node.name}`);
  }
  for (const result of results(graph)) {
    if (!computed.has(result) && !result.constant)
      throw broken(graph, "the graph", `returns ${result.name}, which nothing makes`);
  }
  for (const { now, next } of graph.states) {
    if (now.dtype !== next.dtype || !sameShape(now.shape, next.shape)) {
      throw broken(graph, `state ${now.name}`, `is ${typeText(now)} and would become ${typeText(next)}`);
    }
  }
}

function checkNode(graph: Graph, node: Node, table: OpTable, computed: ReadonlySet<Value>): void {
  const where = `node ${node.name} (${node.op})`;
  const op = table[node.op];
  if (!op) throw broken(graph, where, "is of an unknown op");
  for (const input of node.inputs) {
    if (input && !computed.has(input)) throw broken(graph, where, `uses ${input.name} before anything makes it`);
  }
  const types = inferAgain(graph, where, op, node);
  node.outputs.forEach((output, i) => {
    const type = types[i];
    if (!type || type.dtype !== output.dtype || !sameShape(type.shape, output.shape)) {
      throw broken(graph, where, `has output ${typeText(output)}, but its op infers ${type ? typeText(type) : "none"}`);
    }
    checkShape(graph, where, output.shape);
  });
}

/** What the op infers for the node, which also checks its attributes and the types of its inputs. */
function inferAgain(graph: Graph, where: string, op: Op, node: Node): readonly ValueType[] {
  try {
    completeAttributes(op, node.attributes);
    return inferTypes(op, node.inputs, node.attributes);
  } catch (error) {
    throw broken(graph, where, `does not fit: ${asError(error).message}`);
  }
}

function checkShape(graph: Graph, where: string, shape: Shape): void {
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw broken(graph, where, `has an impossible shape [${shape.join(",")}]`);
  }
}

function broken(graph: Graph, where: string, rule: string) {
  return internalError(`graph ${graph.name}: ${where} ${rule}`);
}
