import { listed, nameText } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { Tensor } from "../../tensor/index.ts";
import type { AttributeProto, GraphProto, NodeProto } from "../onnx_pb.ts";
import { readAttributes } from "./attributes.ts";
import { constantTensor } from "./constantNode.ts";
import type { ReadExternal } from "./externalData.ts";
import { nodeText, type OnnxBody, type OnnxNode } from "./model.ts";
import { neededInOrder } from "./order.ts";
import { readTensor } from "./tensors.ts";

/** What is read of a file beside its graphs, and noted on the way. */
export interface Reading {
  readonly readExternal: ReadExternal | undefined;
  /** See `OnnxModel`. */
  readonly elementTypes: Map<string, number>;
  /** See `OnnxModel`. */
  readonly constants: Set<string>;
}

/**
 * A graph's nodes in order, and its constants.
 * @param outer whether there is a graph around it, from which it may take values
 */
export function readBody(graph: GraphProto, reading: Reading, outer: boolean): OnnxBody {
  const initializers = readInitializers(graph, reading);
  checkUnique(
    "two inputs",
    graph.input.map(({ name }) => name),
  );
  // Old files list the initializers among the inputs.
  const inputs = graph.input.map(({ name }) => name).filter((name) => !initializers.has(name));
  const outputs = graph.output.map(({ name }) => name);
  if (!outer) checkUnique("two outputs", outputs);
  const given = new Set(inputs);
  const nodes: OnnxNode[] = [];
  for (const proto of graph.node) {
    const node = readNode(proto, reading);
    noteType(proto, node, reading);
    const constant = constantTensor(node);
    const [output] = node.outputs;
    if (!constant || !output) nodes.push(node);
    else if (initializers.has(output) || given.has(output))
      throw bad(`two things make the value ${nameText(output)}; the file is damaged`);
    else {
      initializers.set(output, constant);
      reading.constants.add(output);
    }
  }
  const captures = new Set<string>();
  const needed = neededInOrder(nodes, [...inputs, ...initializers.keys()], outputs, (name, user) => {
    if (!outer) throw bad(`${user} needs the value ${nameText(name)}, which nothing makes; the file is damaged`);
    captures.add(name);
  });
  return { inputs, outputs, nodes: needed, initializers, captures: [...captures] };
}

/** ONNX's operators belong to a domain without a name, or to this one. */
export function isOwnDomain(domain: string): boolean {
  return domain === "" || domain === "ai.onnx";
}

function bad(what: string): StriateError {
  return new StriateError("data", what);
}

function checkUnique(what: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (name === "") throw bad(`has ${what.replace("two ", "")} without a name; the file is damaged`);
    if (seen.has(name)) throw bad(`has ${what} named ${nameText(name)}; the file is damaged`);
    seen.add(name);
  }
}

function readInitializers(graph: GraphProto, { readExternal, elementTypes }: Reading): Map<string, Tensor> {
  if (graph.sparseInitializer.length > 0) {
    const names = graph.sparseInitializer.map(({ values }) => values?.name);
    throw bad(
      `has sparse initializers (${listed(names.map((name) => name ?? ""))}), which Striate does not read; make them dense`,
    );
  }
  checkUnique(
    "two initializers",
    graph.initializer.map(({ name }) => name),
  );
  for (const { name, dataType } of graph.initializer) elementTypes.set(name, dataType);
  return new Map(
    graph.initializer.map((item) => [item.name, readTensor(item, `initializer ${nameText(item.name)}`, readExternal)]),
  );
}

function readNode(proto: NodeProto, reading: Reading): OnnxNode {
  const node = {
    op: proto.opType,
    domain: isOwnDomain(proto.domain) ? "" : proto.domain,
    name: proto.name,
    inputs: proto.input,
    outputs: proto.output,
  };
  const graphs = proto.attribute.filter((attribute) => attribute.g !== undefined);
  return {
    ...node,
    attributes: readAttributes(proto.attribute, nodeText(node), reading.readExternal),
    graphs: Object.fromEntries(graphs.map(({ name, g }) => [name, readBody(g as GraphProto, reading, true)])),
  };
}

/** The type of what is constant, or cast: its elements may be held in a wider one. */
function noteType({ attribute }: NodeProto, { op, outputs, attributes }: OnnxNode, { elementTypes }: Reading): void {
  const [output] = outputs;
  if (output === undefined) return;
  const value = attribute.find(({ name }: AttributeProto) => name === "value")?.t;
  if (op === "Constant" && value) elementTypes.set(output, value.dataType);
  if (op === "Cast" && typeof attributes.to === "number") elementTypes.set(output, attributes.to);
}
