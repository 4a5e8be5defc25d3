import { StriateError } from "../errors.ts";
import { BYTES_PER_ELEMENT, type DType, type Tensor } from "../tensor/tensor.ts";
import { parseHeader, type TensorEntry } from "./safetensorsHeader.ts";

/** What a safetensors file holds. */
export interface SafetensorsContent {
  /** The tensors by name, in the order of their bytes in the file. */
  readonly tensors: Map<string, Tensor>;
  /** Free text by key; `{}` where the file has none. */
  readonly metadata: Record<string, string>;
}

/** The format's names of our types, in the order in which the official library writes them: wide elements first. */
const FORMAT_DTYPES = [
  ["int64", "I64"],
  ["float64", "F64"],
  ["float32", "F32"],
  ["int32", "I32"],
  ["uint8", "U8"],
  ["bool", "BOOL"],
] as const satisfies readonly (readonly [DType, string])[];

/**
 * Tensors as a safetensors file (https://huggingface.co/docs/safetensors): the header's length, a JSON header padded
 * with spaces to a multiple of 8 bytes, the tensors' bytes. Tensors are sorted by type, wide elements first, then by
 * name, as the official library does: so each begins at a multiple of its element size, and the same tensors always
 * give the same file.
 *
 * @returns the file's parts in order, for `writeFileAtomic`; they are views of the tensors' own memory, not copies
 * @throws StriateError `usage` where a tensor has the name `__metadata__`, which the format keeps for itself
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const fields: string[] = [];
  if (Object.keys(metadata).length > 0) fields.push(`"__metadata__":${JSON.stringify(metadata)}`);
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [dtype, formatName] of FORMAT_DTYPES) {
    const sameType = [...tensors].filter(([, tensor]) => tensor.dtype === dtype);
    for (const [name, { shape, data }] of sameType.sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (name === "__metadata__") {
        throw new StriateError("usage", 'no tensor of a safetensors file can have the name "__metadata__"; rename it');
      }
      const end = offset + data.byteLength;
      // Joined by hand: as keys of an object, names like "7" and "__proto__" would not stay in place.
      const entry = { dtype: formatName, shape, data_offsets: [offset, end] };
      fields.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
      parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      offset = end;
    }
  }
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const header = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  header.set(json, 8);
  return [header, ...parts];
}

/**
 * Reads a safetensors file that may come from anybody: every number in it is checked before it is used.
 *
 * Tensors are views of `bytes` where the alignment allows it, copies elsewhere: to transfer a single one to a worker,
 * or to change it, copy it first (`copyTensor`).
 *
 * @param name what to call the file in messages: its path
 * @throws StriateError `checkpoint` that names the file and, where it is one, the tensor
 */
export function decodeSafetensors(bytes: Uint8Array, name: string): SafetensorsContent {
  const { entries, metadata, dataStart } = parseHeader(bytes, name);
  const tensors = new Map<string, Tensor>();
  for (const entry of entries) {
    const file = bytes.subarray(dataStart + entry.begin, dataStart + entry.end);
    tensors.set(entry.name, readTensor(entry, file, name));
  }
  return { tensors, metadata };
}

function readTensor(entry: TensorEntry, bytes: Uint8Array, file: string): Tensor {
  const where = `${file}: tensor ${JSON.stringify(entry.name)}`;
  const dtype = FORMAT_DTYPES.find(([, formatName]) => formatName === entry.dtype)?.[0];
  if (dtype === undefined) {
    const known = FORMAT_DTYPES.map(([, formatName]) => formatName).join(", ");
    throw new StriateError(
      "checkpoint",
      `${where} has type ${JSON.stringify(entry.dtype)}; ${known} can be read. Convert it to one of them`,
    );
  }
  let count = 1;
  for (const size of entry.shape) {
    count *= size;
    if (!Number.isSafeInteger(count)) {
      throw new StriateError("checkpoint", `${where} has a shape, [${entry.shape.join(",")}], that is too large`);
    }
  }
  if (count * BYTES_PER_ELEMENT[dtype] !== bytes.length) {
    throw new StriateError(
      "checkpoint",
      `${where}, ${entry.dtype}[${entry.shape.join(",")}], needs ${count * BYTES_PER_ELEMENT[dtype]} bytes, ` +
        `but its offsets give it ${bytes.length}`,
    );
  }
  const { buffer, byteOffset } = alignedBytes(bytes, BYTES_PER_ELEMENT[dtype]);
  const { shape } = entry;
  switch (dtype) {
    case "float32":
      return { dtype, shape, data: new Float32Array(buffer, byteOffset, count) };
    case "float64":
      return { dtype, shape, data: new Float64Array(buffer, byteOffset, count) };
    case "int32":
      return { dtype, shape, data: new Int32Array(buffer, byteOffset, count) };
    case "int64":
      return { dtype, shape, data: new BigInt64Array(buffer, byteOffset, count) };
    case "uint8":
      return { dtype, shape, data: new Uint8Array(buffer, byteOffset, count) };
    case "bool": {
      const wrong = bytes.findIndex((byte) => byte > 1);
      if (wrong >= 0) {
        throw new StriateError("checkpoint", `${where} is BOOL, but element ${wrong} is ${bytes[wrong]}, not 0 or 1`);
      }
      return { dtype, shape, data: new Uint8Array(buffer, byteOffset, count) };
    }
  }
}

function alignedBytes(bytes: Uint8Array, elementSize: number): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = bytes;
  const inPlace = buffer instanceof ArrayBuffer && byteOffset % elementSize === 0;
  return inPlace ? new Uint8Array(buffer, byteOffset, length) : new Uint8Array(bytes);
}
