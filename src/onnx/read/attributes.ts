import { quoted } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { AttributeProto } from "../onnx_pb.ts";
import type { ReadExternal } from "./externalData.ts";
import type { OnnxAttribute } from "./model.ts";
import { readTensor } from "./tensors.ts";

/** The largest number below 2^63 that is a double: ONNX writes "to the end" as the largest int64. */
const LARGEST = 2 ** 63 - 1024;

function int(value: bigint): number {
  return Math.min(Math.max(Number(value), -LARGEST), LARGEST);
}

/** The attributes of a node by name; those that hold graphs and the like are left out. */
export function readAttributes(
  protos: readonly AttributeProto[],
  where: string,
  readExternal: ReadExternal | undefined,
): Record<string, OnnxAttribute> {
  const attributes = new Map<string, OnnxAttribute | undefined>();
  for (const proto of protos) {
    if (attributes.has(proto.name)) {
      throw new StriateError("data", `${where} has the attribute ${quoted(proto.name)} twice; the file is damaged`);
    }
    attributes.set(proto.name, attributeValue(proto, `${where}: attribute ${quoted(proto.name)}`, readExternal));
  }
  const known = [...attributes].filter((entry): entry is [string, OnnxAttribute] => entry[1] !== undefined);
  return Object.fromEntries(known);
}

/** By ONNX's numbers (AttributeProto.AttributeType). */
function attributeValue(
  proto: AttributeProto,
  where: string,
  readExternal: ReadExternal | undefined,
): OnnxAttribute | undefined {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  switch (proto.type) {
    case 1:
      return proto.f;
    case 2:
      return int(proto.i);
    case 3:
      return text(proto.s);
    case 4:
      if (!proto.t) throw new StriateError("data", `${where} is to be a tensor and has none; the file is damaged`);
      return readTensor(proto.t, where, readExternal);
    case 6:
      return proto.floats;
    case 7:
      return proto.ints.map(int);
    case 8:
      return proto.strings.map(text);
    default:
      return undefined;
  }
}
