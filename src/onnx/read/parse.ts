import { fromBinary } from "@bufbuild/protobuf";
import { asError, StriateError } from "../../errors.ts";
import type { Tensor } from "../../tensor/index.ts";
import { type GraphProto, type ModelProto, ModelProtoSchema, type NodeProto, type ValueInfoProto } from "../onnx_pb.ts";
import { readAttributes } from "./attributes.ts";
import { constantTensor } from "./constantNode.ts";
import { heldType } from "./elementTypes.ts";
import type { ReadExternal } from "./externalData.ts";
import { checkOperators } from "./importers.ts";
import { nodeText, type OnnxInput, type OnnxModel, type OnnxNode } from "./model.ts";
import { neededInOrder } from "./order.ts";
import { readTensor } from "./tensors.ts";

export interface ParseOptions {
  /** What to call the file in messages. Default: "the model". */
  readonly name?: string;
  /** Reads what the model keeps in other files. */
  readonly readExternal?: ReadExternal;
}

/** The versions of ONNX's operators that can be read: 1 to 6 in part, for what PyTorch wrote then; 28 is that of ONNX 1.23. */
const [OLDEST_OPSET, NEWEST_OPSET] = [1, 28];

/**
 * Reads an ONNX file and checks it: it may come from anywhere. Weights of types that Striate does not compute in are
 * held in wider ones (float16 in float32). Nodes that no output depends on are dropped.
 * @throws StriateError `data` that says what is wrong and where (`io` from `readExternal`); operators that Striate does not have are listed, all
 *   at once, with their nodes.
 */
export function parseOnnx(bytes: Uint8Array, { name = "the model", readExternal }: ParseOptions = {}): OnnxModel {
  try {
    return readModel(decode(bytes), name, readExternal);
  } catch (error) {
    if (error instanceof StriateError) {
      throw new StriateError(error.code === "io" ? "io" : "data", `${name}: ${error.message}`, { cause: error });
    }
    throw new StriateError("data", `${name}: cannot be read (${asError(error).message})`, { cause: error });
  }
}

function decode(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (error) {
    throw bad(`is no ONNX file, or damaged: ${asError(error).message}`);
  }
}

function bad(what: string): StriateError {
  return new StriateError("data", what);
}

function readModel(proto: ModelProto, name: string, readExternal: ReadExternal | undefined): OnnxModel {
  const { graph } = proto;
  if (!graph || graph.output.length === 0) throw bad("is no ONNX model, or damaged: it has no graph with outputs");
  const opset = opsetOf(proto);
  const initializers = readInitializers(graph, readExternal);
  const inputs = readInputs(graph, initializers);
  const outputs = graph.output.map((output) => output.name);
  checkUnique("two outputs", outputs);
  const nodes: OnnxNode[] = [];
  for (const node of graph.node.map((item) => readNode(item, readExternal))) {
    const constant = constantTensor(node);
    const [output] = node.outputs;
    if (!constant || !output) nodes.push(node);
    else if (initializers.has(output)) throw bad(`two things make the value ${output}; the file is damaged`);
    else initializers.set(output, constant);
  }
  const sources = [...inputs.map((input) => input.name), ...initializers.keys()];
  const needed = neededInOrder(nodes, sources, outputs);
  checkOperators(needed);
  const metadata = new Map(proto.metadataProps.map(({ key, value }) => [key, value]));
  return { name, opset, inputs, outputs, nodes: needed, initializers, metadata };
}

function opsetOf({ irVersion, opsetImport }: ModelProto): number {
  const own = opsetImport.filter(({ domain }) => isOwnDomain(domain)).map(({ version }) => Number(version));
  if (own.length > 1) throw bad(`has ${own.length} versions of ONNX's operators; the file is damaged`);
  // The first files, which do not tell, have the first version; those of other domains alone have no need to.
  const opset = own[0] ?? (irVersion < 3n ? OLDEST_OPSET : NEWEST_OPSET);
  if (opset < OLDEST_OPSET || opset > NEWEST_OPSET) {
    throw bad(
      `is of version ${opset} of ONNX's operators; Striate reads up to ${NEWEST_OPSET}: export the model for an older opset`,
    );
  }
  return opset;
}

function isOwnDomain(domain: string): boolean {
  return domain === "" || domain === "ai.onnx";
}

function checkUnique(what: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (name === "") throw bad(`has ${what.replace("two ", "")} without a name; the file is damaged`);
    if (seen.has(name)) throw bad(`has ${what} named ${name}; the file is damaged`);
    seen.add(name);
  }
}

function readInitializers(graph: GraphProto, readExternal: ReadExternal | undefined): Map<string, Tensor> {
  if (graph.sparseInitializer.length > 0) {
    const names = graph.sparseInitializer.map(({ values }) => values?.name);
    throw bad(`has sparse initializers (${names.join(", ")}), which Striate does not read; make them dense`);
  }
  checkUnique(
    "two initializers",
    graph.initializer.map(({ name }) => name),
  );
  return new Map(
    graph.initializer.map((item) => [item.name, readTensor(item, `initializer ${item.name}`, readExternal)]),
  );
}

/** The inputs that have to be fed: old files list the initializers among them. */
function readInputs(graph: GraphProto, initializers: ReadonlyMap<string, Tensor>): OnnxInput[] {
  checkUnique(
    "two inputs",
    graph.input.map(({ name }) => name),
  );
  return graph.input.filter(({ name }) => !initializers.has(name)).map(readInput);
}

function readInput({ name, type }: ValueInfoProto): OnnxInput {
  const { tensorType } = type ?? {};
  if (!tensorType) throw bad(`input ${name} is no tensor; Striate has no sequences, maps and optional values`);
  const dtype = heldType(tensorType.elemType, `input ${name}`);
  const dims = tensorType.shape?.dim.map(({ dimValue, dimParam }) => {
    if (dimValue !== undefined && dimValue >= 0n) return Number(dimValue);
    return dimParam === "" ? undefined : dimParam;
  });
  return { name, dtype, dims };
}

function readNode(proto: NodeProto, readExternal: ReadExternal | undefined): OnnxNode {
  const node = {
    op: proto.opType,
    domain: isOwnDomain(proto.domain) ? "" : proto.domain,
    name: proto.name,
    inputs: proto.input,
    outputs: proto.output,
  };
  const where = nodeText({ ...node, attributes: {} });
  return { ...node, attributes: readAttributes(proto.attribute, where, readExternal) };
}
