import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { internalError } from "../errors.ts";
import {
  type Attribute,
  constants,
  type Graph,
  type Node,
  type Op,
  results,
  sources,
  type Value,
  type ValueType,
} from "../graph/index.ts";
import { ONNX_TYPES, OPS } from "../ops/index.ts";
import {
  type AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "./onnx_pb.ts";

/** The version of ONNX's operators whose semantics the IR has. */
export const OPSET = 20;
/** The version of ONNX's file format that came with that opset. */
const IR_VERSION = 9;

/** ONNX's numbers for attribute kinds (AttributeProto.AttributeType). */
const ATTRIBUTE_TYPES = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;

/** The suffix of a state's name under which its next value leaves the graph. */
const NEXT = ".next";

/** The name under which the next value of a state leaves an ONNX graph made by `writeOnnx`. */
export function nextName(state: Value): string {
  return `${state.name}${NEXT}`;
}

/** The options of `writeOnnx`. */
export interface WriteOptions {
  /** The name of the first dimension of all inputs and outputs, where a file is for any batch; see `withFreeBatch`. */
  readonly batch?: string;
  /** The names of other dimensions of inputs that a file leaves open, in the places of their sizes. */
  readonly open?: ReadonlyMap<Value, readonly (string | undefined)[]>;
  /** The constants that are weights, which become initializers; all others become Constant nodes. Default: all are. */
  readonly weights?: ReadonlySet<string>;
  /** Texts by keys, which whoever reads the file may ignore: ONNX's metadata_props. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A graph of standard operators (see `lower`) as the bytes of an ONNX file. Inputs, random inputs and states are
 * inputs by their names; outputs are outputs by theirs, and the next value of every state that changes is an output
 * named by `nextName`.
 */
export function writeOnnx(
  graph: Graph,
  { batch, open, weights, metadata = {} }: WriteOptions = {},
): Uint8Array<ArrayBuffer> {
  const outputs: [name: string, value: Value][] = [
    ...Object.entries(graph.outputs),
    ...graph.states
      .filter(({ now, next }) => now !== next)
      .map(({ now, next }): [string, Value] => [nextName(now), next]),
  ];
  const names = nameValues(graph, outputs);
  const nameOf = (value: Value | undefined) => (value ? (names.get(value) ?? value.name) : "");
  const copies = outputs
    .filter(([name, value]) => nameOf(value) !== name)
    .map(([name, value]) => ({
      opType: "Identity",
      name: `copy to ${name}`,
      input: [nameOf(value)],
      output: [name],
    }));
  const used = new Set<Value | undefined>([...graph.nodes.flatMap((node) => node.inputs), ...results(graph)]);
  const inputs = new Set(graph.inputs);
  const isWeight = ({ name }: Value) => weights === undefined || weights.has(name);
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(IR_VERSION),
    producerName: "striate",
    opsetImport: [{ domain: "", version: BigInt(OPSET) }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: graph.name,
      node: [
        ...constants(graph)
          .filter((value) => !isWeight(value))
          .map((value) => constantNode(value.constant, nameOf(value))),
        ...graph.nodes.map((node) => nodeProto(node, nameOf, used)),
        ...copies,
      ],
      initializer: constants(graph)
        .filter(isWeight)
        .map((value) => tensorProto(value.constant, nameOf(value))),
      input: sources(graph).map((value) =>
        valueInfo(value.name, value, [inputs.has(value) ? batch : undefined, ...(open?.get(value)?.slice(1) ?? [])]),
      ),
      output: outputs.map(([name, value]) => valueInfo(name, value, [name in graph.outputs ? batch : undefined])),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

/**
 * The names of the values in the file, each used once: what is fed has its own; a value that leaves the graph has the
 * name under which it does, the first one when it leaves under several; all others make way for these.
 */
function nameValues(graph: Graph, outputs: readonly [name: string, value: Value][]): ReadonlyMap<Value, string> {
  const fed = sources(graph);
  const names = new Map(fed.map((value) => [value, value.name]));
  const values = new Set([...graph.nodes.flatMap((node) => node.outputs), ...constants(graph)]);
  for (const [name, value] of outputs)
    if (values.has(value) && !value.constant && !names.has(value)) names.set(value, name);
  const taken = new Set([...names.values(), ...outputs.map(([name]) => name)]);
  for (const value of values) {
    if (names.has(value)) continue;
    let { name } = value;
    while (taken.has(name)) name += "_";
    taken.add(name);
    names.set(value, name);
  }
  return names;
}

function nodeProto(
  node: Node,
  nameOf: (value: Value | undefined) => string,
  used: ReadonlySet<Value | undefined>,
): MessageInitShape<typeof NodeProtoSchema> {
  const op = OPS[node.op];
  if (op?.domain !== "")
    throw internalError(`node ${node.name}: ${node.op} is not an operator of ONNX; lower the graph first`);
  const needed = node.outputs.findLastIndex((output) => used.has(output)) + 1;
  return {
    opType: node.op,
    name: node.name,
    input: node.inputs.map(nameOf),
    output: node.outputs.slice(0, Math.max(needed, node.outputs.length - op.optionalOutputs)).map(nameOf),
    attribute: Object.entries(node.attributes)
      .filter(([, value]) => !(Array.isArray(value) && value.length === 0))
      .map(([name, value]) => attributeProto(op, name, value)),
  };
}

function attributeProto(op: Op, name: string, value: Attribute): MessageInitShape<typeof AttributeProtoSchema> {
  const kind = op.attributes[name]?.kind;
  if (!kind) throw internalError(`${op.name} has no attribute ${name}`);
  const type = ATTRIBUTE_TYPES[kind];
  if (typeof value === "string") return { name, type, s: new TextEncoder().encode(value) };
  if (typeof value === "number") return kind === "int" ? { name, type, i: BigInt(value) } : { name, type, f: value };
  if ("dtype" in value) return { name, type, t: tensorProto(value, "") };
  return kind === "ints" ? { name, type, ints: value.map(BigInt) } : { name, type, floats: [...value] };
}

function constantNode(tensor: NonNullable<Value["constant"]>, name: string): MessageInitShape<typeof NodeProtoSchema> {
  const attribute = { name: "value", type: ATTRIBUTE_TYPES.tensor, t: tensorProto(tensor, "") };
  return { opType: "Constant", name, output: [name], attribute: [attribute] };
}

function tensorProto(tensor: NonNullable<Value["constant"]>, name: string): MessageInitShape<typeof TensorProtoSchema> {
  const { buffer, byteOffset, byteLength } = tensor.data;
  return {
    name,
    dims: tensor.shape.map(BigInt),
    dataType: ONNX_TYPES[tensor.dtype],
    rawData: new Uint8Array(buffer, byteOffset, byteLength),
  };
}

function valueInfo(
  name: string,
  { dtype, shape }: ValueType,
  open: readonly (string | undefined)[],
): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape.map((size, axis) => {
    const dimParam = open[axis];
    return dimParam === undefined ? { dimValue: BigInt(size) } : { dimParam };
  });
  return { name, type: { tensorType: { elemType: ONNX_TYPES[dtype], shape: { dim } } } };
}
