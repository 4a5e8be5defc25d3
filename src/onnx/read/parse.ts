import { create, fromBinary } from "@bufbuild/protobuf";
import { checkOptions, nameText, type OptionNames } from "../../checks/index.ts";
import { asError, StriateError } from "../../errors.ts";
import { checkBytes } from "../../files/arguments.ts";
import { type ModelProto, ModelProtoSchema, type ValueInfoProto, ValueInfoProtoSchema } from "../onnx_pb.ts";
import { isOwnDomain, readBody } from "./body.ts";
import { heldType } from "./elementTypes.ts";
import type { ReadExternal } from "./externalData.ts";
import { checkOperators } from "./importers.ts";
import type { OnnxInput, OnnxModel } from "./model.ts";

/** The options of `parseOnnx`. */
export interface ParseOptions {
  /** What to call the file in messages. Default: "the model". */
  readonly name?: string;
  /** Values of the graph, by name, that are the outputs in place of the file's: the model ends there. */
  readonly outputs?: readonly string[];
  /** Reads what the model keeps in other files. */
  readonly readExternal?: ReadExternal;
}

const PARSE: OptionNames<ParseOptions> = { name: true, outputs: true, readExternal: true };

/** The versions of ONNX's operators that can be read: 1 to 6 in part, for what PyTorch wrote then; 28 is that of ONNX 1.23. */
const [OLDEST_OPSET, NEWEST_OPSET] = [1, 28];

/**
 * Reads an ONNX file and checks it: it may come from anywhere. Weights of types that Striate does not compute in are
 * held in wider ones (float16 in float32). Nodes that no output depends on are dropped.
 * @throws StriateError `data` that says what is wrong and where (`io` from `readExternal`); operators that Striate does not have are listed, all
 *   at once, with their nodes.
 */
export function parseOnnx(bytes: Uint8Array, given: ParseOptions = {}): OnnxModel {
  checkOptions("parseOnnx", given, PARSE);
  const { name = "the model", ...options } = given;
  checkBytes("parseOnnx", bytes, name);
  try {
    return readModel(decode(bytes), name, options);
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

function readModel(proto: ModelProto, name: string, { readExternal, outputs: ends }: ParseOptions): OnnxModel {
  const { graph } = proto;
  if (graph && ends) graph.output = ends.map((end) => create(ValueInfoProtoSchema, { name: end }));
  if (!graph || graph.output.length === 0) throw bad("is no ONNX model, or damaged: it has no graph with outputs");
  const opset = opsetOf(proto);
  const elementTypes = new Map<string, number>();
  const constants = new Set<string>();
  const { outputs, nodes, initializers } = readBody(graph, { readExternal, elementTypes, constants }, false);
  checkOperators(nodes);
  const inputs = graph.input.filter((input) => !initializers.has(input.name)).map(readInput);
  for (const { name, type } of graph.input) elementTypes.set(name, type?.tensorType?.elemType ?? 0);
  const metadata = new Map(proto.metadataProps.map(({ key, value }) => [key, value]));
  return { name, opset, inputs, outputs, nodes, initializers, constants, elementTypes, metadata };
}

function opsetOf({ irVersion, opsetImport }: ModelProto): number {
  const versions = opsetImport.filter(({ domain }) => isOwnDomain(domain)).map(({ version }) => Number(version));
  if (versions.length > 1) throw bad(`has ${versions.length} versions of ONNX's operators; the file is damaged`);
  // The first files, which do not tell, have the first version; those of other domains alone have no need to.
  const opset = versions[0] ?? (irVersion < 3n ? OLDEST_OPSET : NEWEST_OPSET);
  if (opset < OLDEST_OPSET || opset > NEWEST_OPSET) {
    throw bad(
      `is of version ${opset} of ONNX's operators; Striate reads up to ${NEWEST_OPSET}: export the model for an older opset`,
    );
  }
  return opset;
}

function readInput({ name, type }: ValueInfoProto): OnnxInput {
  const { tensorType } = type ?? {};
  if (!tensorType)
    throw bad(`input ${nameText(name)} is no tensor; Striate has no sequences, maps and optional values`);
  const dtype = heldType(tensorType.elemType, `input ${nameText(name)}`);
  const dims = tensorType.shape?.dim.map(({ dimValue, dimParam }) => {
    if (dimValue !== undefined && dimValue >= 0n) return Number(dimValue);
    return dimParam === "" ? undefined : dimParam;
  });
  return { name, dtype, dims };
}
