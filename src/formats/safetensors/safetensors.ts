import { checkOptions, quoted } from "../../checks/index.ts";
import { internalError, StriateError } from "../../errors.ts";
import { checkBytes } from "../../files/arguments.ts";
import { FLOAT16_MAX, float32ToFloat16 } from "../../tensor/float16.ts";
import { type Shape, shapeText, sizeOf } from "../../tensor/shape.ts";
import { bytesOf, type DType, type Tensor } from "../../tensor/tensor.ts";
import { decodeElements, ELEMENT_FORMATS, type ElementFormat } from "../elements.ts";
import { parseHeader, type TensorEntry } from "./safetensorsHeader.ts";

/** What a safetensors file holds. */
export interface SafetensorsContent {
  /** The tensors by name, in the order of their bytes in the file. */
  readonly tensors: Map<string, Tensor>;
  /** Free text by key; `{}` where the file has none. */
  readonly metadata: Record<string, string>;
}

/** The format's names of the types that can be read. */
const FORMATS: ReadonlyMap<string, ElementFormat> = new Map([
  ["I64", "int64"],
  ["F64", "float64"],
  ["F32", "float32"],
  ["U32", "uint32"],
  ["I32", "int32"],
  ["BF16", "bfloat16"],
  ["F16", "float16"],
  ["U16", "uint16"],
  ["I16", "int16"],
  ["U8", "uint8"],
  ["I8", "int8"],
  ["BOOL", "bool"],
]);

const FORMAT_NAMES: Readonly<Record<DType, string>> = {
  int64: "I64",
  float64: "F64",
  float32: "F32",
  int32: "I32",
  uint8: "U8",
  bool: "BOOL",
};

/** The types that are written, in the order in which the official library writes them: wide elements first. */
const WRITTEN = ["I64", "F64", "F32", "I32", "F16", "U8", "BOOL"] as const;

/** A tensor without its elements. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** How to write tensors. */
export interface SafetensorsOptions {
  /**
   * Writes float32 tensors as float16 (F16), rounded to the nearest: half the size, 11 bits of precision. For weights
   * to be used; a checkpoint to train on from loses what the small updates need.
   */
  readonly halfPrecision?: boolean;
}

/**
 * Tensors as a safetensors file (https://huggingface.co/docs/safetensors): the header's length, a JSON header padded
 * with spaces to a multiple of 8 bytes, the tensors' bytes. Tensors are sorted by type, wide elements first, then by
 * name, as the official library does: so each begins at a multiple of its element size, and the same tensors always
 * give the same file.
 *
 * @returns the file's parts in order, for `writeFileAtomic`; they are views of the tensors' own memory, not copies,
 * unless they are rounded to half precision
 * @throws StriateError `usage` where a tensor has the name `__metadata__`, which the format keeps for itself, or a
 * number that half precision cannot hold
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
  options: SafetensorsOptions = {},
): Uint8Array[] {
  checkOptions("encodeSafetensors", options, { halfPrecision: true });
  const { header, entries } = safetensorsLayout(tensors, metadata, options);
  const parts = entries.flatMap(({ name, formatName }) => {
    const tensor = tensors.get(name);
    if (!tensor) return [];
    const { buffer, byteOffset, byteLength } = formatName === "F16" ? halfOf(name, tensor) : tensor.data;
    return [new Uint8Array(buffer, byteOffset, byteLength)];
  });
  return [header, ...parts];
}

/** A tensor's place in a file. */
interface LaidOut {
  readonly name: string;
  readonly formatName: string;
  readonly bytes: number;
}

/** The header of a file, and the tensors in the order of their bytes. */
function safetensorsLayout(
  types: ReadonlyMap<string, TensorType>,
  metadata: Readonly<Record<string, string>>,
  { halfPrecision = false }: SafetensorsOptions,
): { readonly header: Uint8Array; readonly entries: readonly LaidOut[] } {
  const fields: string[] = [];
  if (Object.keys(metadata).length > 0) fields.push(`"__metadata__":${JSON.stringify(metadata)}`);
  const entries: LaidOut[] = [];
  let offset = 0;
  const writtenAs = ({ dtype }: TensorType) => (halfPrecision && dtype === "float32" ? "F16" : FORMAT_NAMES[dtype]);
  for (const formatName of WRITTEN) {
    const sameType = [...types].filter(([, type]) => writtenAs(type) === formatName);
    for (const [name, type] of sameType.sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (name === "__metadata__") {
        throw new StriateError("usage", 'no tensor of a safetensors file can have the name "__metadata__"; rename it');
      }
      const bytes = formatName === "F16" ? 2 * sizeOf(type.shape) : bytesOf(type);
      // Joined by hand: as keys of an object, names like "7" and "__proto__" would not stay in place.
      const entry = { dtype: formatName, shape: type.shape, data_offsets: [offset, offset + bytes] };
      fields.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
      entries.push({ name, formatName, bytes });
      offset += bytes;
    }
  }
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const header = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  header.set(json, 8);
  return { header, entries };
}

/** Tensors that are read together while a file is written: few enough for memory, many enough for speed. */
const BYTES_AT_A_TIME = 2 ** 24;

/**
 * The parts of a safetensors file whose tensors are read when their turn comes, so that they need not be in memory
 * together.
 * @param types of all tensors, by name
 * @param read the tensors of some names, of these types
 */
export async function* streamSafetensors(
  types: ReadonlyMap<string, TensorType>,
  read: (names: readonly string[]) => Promise<ReadonlyMap<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): AsyncGenerator<Uint8Array> {
  const { header, entries } = safetensorsLayout(types, metadata, {});
  yield header;
  let group: LaidOut[] = [];
  for (const [i, entry] of entries.entries()) {
    group.push(entry);
    const bytes = group.reduce((sum, each) => sum + each.bytes, 0);
    if (bytes < BYTES_AT_A_TIME && i + 1 < entries.length) continue;
    const tensors = await read(group.map(({ name }) => name));
    for (const { name, bytes } of group) {
      const data = tensors.get(name)?.data;
      if (data?.byteLength !== bytes) throw internalError(`tensor ${name} has ${data?.byteLength} bytes, not ${bytes}`);
      yield new Uint8Array(data.buffer, data.byteOffset, bytes);
    }
    group = [];
  }
}

function halfOf(name: string, { data }: Tensor): Uint16Array {
  const numbers = data instanceof Float32Array ? data : new Float32Array(0);
  const half = float32ToFloat16(numbers);
  const infinite = half.findIndex((bits, i) => (bits & 0x7fff) === 0x7c00 && Number.isFinite(numbers[i]));
  if (infinite >= 0) {
    throw new StriateError(
      "usage",
      `tensor ${quoted(name)} has ${numbers[infinite]} at element ${infinite}, but half precision ends at ` +
        `${FLOAT16_MAX}; write it without halfPrecision`,
    );
  }
  return half;
}

/**
 * Reads a safetensors file that may come from anybody: every number in it is checked before it is used.
 *
 * F16 and BF16 become float32; I8, I16 and U16 int32; U32 int64: no value is rounded.
 *
 * Tensors are views of `bytes` where the alignment allows it, copies elsewhere: to transfer a single one to a worker,
 * or to change it, copy it first (`copyTensor`).
 *
 * @param name what to call the file in messages: its path
 * @throws StriateError `checkpoint` that names the file and, where it is one, the tensor
 */
export function decodeSafetensors(bytes: Uint8Array, name: string): SafetensorsContent {
  checkBytes("decodeSafetensors", bytes, name);
  const { entries, metadata, dataStart } = parseHeader(bytes, name);
  const tensors = new Map<string, Tensor>();
  for (const entry of entries) {
    const file = bytes.subarray(dataStart + entry.begin, dataStart + entry.end);
    tensors.set(entry.name, readTensor(entry, file, name));
  }
  return { tensors, metadata };
}

function readTensor(entry: TensorEntry, bytes: Uint8Array, file: string): Tensor {
  const where = `${file}: tensor ${quoted(entry.name)}`;
  const format = FORMATS.get(entry.dtype);
  if (format === undefined) {
    const known = [...FORMATS.keys()].join(", ");
    throw new StriateError(
      "checkpoint",
      `${where} has type ${quoted(entry.dtype)}; ${known} can be read. Convert it to one of them`,
    );
  }
  const { bytes: width, dtype } = ELEMENT_FORMATS[format];
  let count = 1;
  for (const size of entry.shape) {
    count *= size;
    if (!Number.isSafeInteger(count)) {
      throw new StriateError("checkpoint", `${where} has a shape, ${shapeText(entry.shape)}, that is too large`);
    }
  }
  if (count * width !== bytes.length) {
    throw new StriateError(
      "checkpoint",
      `${where}, ${entry.dtype}${shapeText(entry.shape)}, needs ${count * width} bytes, ` +
        `but its offsets give it ${bytes.length}`,
    );
  }
  const wrong = dtype === "bool" ? bytes.findIndex((byte) => byte > 1) : -1;
  if (wrong >= 0) {
    throw new StriateError("checkpoint", `${where} is BOOL, but element ${wrong} is ${bytes[wrong]}, not 0 or 1`);
  }
  return { dtype, shape: entry.shape, data: decodeElements(bytes, format, where) };
}
