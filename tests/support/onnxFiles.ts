// ONNX files made by hand, as other programs write them.
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProtoSchema,
  type GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "#striate/onnx/onnx_pb";

export type TensorInit = MessageInitShape<typeof TensorProtoSchema>;
export type NodeInit = Exclude<MessageInitShape<typeof NodeProtoSchema>, NodeProto>;
type AttributeInit = MessageInitShape<typeof AttributeProtoSchema>;

/** `float(name, [2, "batch"])`: an input or output; a string is a dynamic dimension. */
export function valueInfo(
  name: string,
  dims: readonly (number | string)[] = [],
  elemType = 1,
): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = dims.map((size) => (typeof size === "string" ? { dimParam: size } : { dimValue: BigInt(size) }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

export function floats(name: string, dims: readonly number[], numbers: readonly number[]): TensorInit {
  return { name, dims: dims.map(BigInt), dataType: 1, floatData: [...numbers] };
}

export function int64s(
  name: string,
  numbers: readonly number[],
  dims: readonly number[] = [numbers.length],
): TensorInit {
  return { name, dims: dims.map(BigInt), dataType: 7, int64Data: numbers.map(BigInt) };
}

/** A graph that a node holds, which takes what it needs from around it and has one output. */
export class Branch {
  readonly graph: MessageInitShape<typeof GraphProtoSchema>;

  constructor(graph: MessageInitShape<typeof GraphProtoSchema>) {
    this.graph = graph;
  }
}

export function branch(nodes: readonly NodeInit[], output: string): Branch {
  return new Branch({ name: "branch", node: [...nodes], output: [{ name: output }] });
}

type AttributeValue = number | string | readonly number[] | TensorInit | Branch;

/** A node from its inputs, outputs and attributes: whole numbers are ints, lists of them too. */
export function node(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  name = "",
): NodeInit {
  const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
  return { opType, name, input: [...input], output: [...output], attribute };
}

function attributeOf(name: string, value: AttributeValue): AttributeInit {
  if (value instanceof Branch) return { name, type: 5, g: value.graph };
  if (typeof value === "string") return { name, type: 3, s: new TextEncoder().encode(value) };
  if (typeof value === "number") {
    return Number.isInteger(value) ? { name, type: 2, i: BigInt(value) } : { name, type: 1, f: value };
  }
  if (Array.isArray(value)) {
    const whole = value.every((item) => Number.isInteger(item));
    return whole ? { name, type: 7, ints: value.map(BigInt) } : { name, type: 6, floats: [...value] };
  }
  return { name, type: 4, t: value as TensorInit };
}

export interface FileParts {
  readonly opset?: number;
  readonly nodes?: readonly NodeInit[];
  readonly inputs?: readonly MessageInitShape<typeof ValueInfoProtoSchema>[];
  readonly outputs?: readonly string[];
  readonly initializers?: readonly TensorInit[];
}

/** The bytes of a file with one input `x` of float32[2,3] and one output `y`, unless told otherwise. */
export function onnxFile({
  opset = 20,
  nodes = [],
  inputs,
  outputs = ["y"],
  initializers = [],
}: FileParts): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: 9n,
    opsetImport: [{ domain: "", version: BigInt(opset) }],
    graph: {
      name: "g",
      node: [...nodes],
      initializer: [...initializers],
      input: [...(inputs ?? [valueInfo("x", [2, 3])])],
      output: outputs.map((name) => valueInfo(name)),
    },
  });
  return toBinary(ModelProtoSchema, model);
}
