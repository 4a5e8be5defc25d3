import type { RandomAccess } from "../../files/randomAccess.ts";

/** ONNX's ModelProto: the wire type of each field, 0 a number, 2 a stretch of bytes (onnx.proto, message ModelProto). */
const FIELDS: Readonly<Record<number, 0 | 2>> = {
  1: 0, // ir_version
  2: 2, // producer_name
  3: 2, // producer_version
  4: 2, // domain
  5: 0, // model_version
  6: 2, // doc_string
  7: 2, // graph
  8: 2, // opset_import
  14: 2, // metadata_props
  20: 2, // training_info
  25: 2, // functions
  26: 2, // configuration
};
const GRAPH = 7;
const MOST_FIELDS = 10_000;
/** A field's key and a length or a number: two varints of at most 10 bytes. */
const MOST_HEAD_BYTES = 20;

/**
 * Whether a file can be an ONNX model: protobuf has no signature, but from beginning to end it must be fields that a
 * model has, with a graph among them. The fields are stepped over, not read.
 */
export async function isOnnx(source: RandomAccess): Promise<boolean> {
  let hasGraph = false;
  let place = 0;
  for (let count = 0; place < source.size; count++) {
    if (count > MOST_FIELDS) return false;
    const head = await source.read(place, Math.min(MOST_HEAD_BYTES, source.size - place));
    const key = varint(head, 0);
    if (!key) return false;
    const field = Math.floor(key.value / 8);
    const wireType = FIELDS[field];
    const value = varint(head, key.end);
    if (wireType === undefined || key.value % 8 !== wireType || !value) return false;
    hasGraph ||= field === GRAPH;
    place += value.end + (wireType === 2 ? value.value : 0);
  }
  return hasGraph && place === source.size;
}

/** A number in base 128, the least significant 7 bits first; all bytes but the last have their highest bit set. */
function varint(bytes: Uint8Array, start: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) return undefined;
    value += (byte & 127) * 128 ** i;
    if (byte < 128) return { value, end: start + i + 1 };
  }
  return undefined;
}
