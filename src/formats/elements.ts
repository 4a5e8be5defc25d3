import { dataError } from "../files/dataError.ts";
import { bfloat16ToFloat32, float16ToFloat32 } from "../tensor/float16.ts";
import type { ArrayTypes, DType } from "../tensor/index.ts";

/** How one element of each type that files use is kept, and the type of ours that holds all its values exactly. */
export const ELEMENT_FORMATS = {
  float16: { bytes: 2, dtype: "float32" },
  bfloat16: { bytes: 2, dtype: "float32" },
  float32: { bytes: 4, dtype: "float32" },
  float64: { bytes: 8, dtype: "float64" },
  int8: { bytes: 1, dtype: "int32" },
  int16: { bytes: 2, dtype: "int32" },
  int32: { bytes: 4, dtype: "int32" },
  int64: { bytes: 8, dtype: "int64" },
  uint8: { bytes: 1, dtype: "uint8" },
  uint16: { bytes: 2, dtype: "int32" },
  uint32: { bytes: 4, dtype: "int64" },
  bool: { bytes: 1, dtype: "bool" },
} as const satisfies Readonly<Record<string, { readonly bytes: number; readonly dtype: DType }>>;

export type ElementFormat = keyof typeof ELEMENT_FORMATS;

export type ElementArray = ArrayTypes[DType];

/**
 * The elements that a file's bytes stand for: a view of them where the type is one of ours and the bytes are aligned,
 * an array of its own elsewhere. No value is rounded.
 *
 * @param where names the file and the tensor in messages
 * @throws StriateError `data` where a `bool` is neither 0 nor 1
 */
export function decodeElements(
  bytes: Uint8Array,
  format: ElementFormat,
  where: string,
  order: "little" | "big" = "little",
): ElementArray {
  const { bytes: width } = ELEMENT_FORMATS[format];
  const { buffer, byteOffset, length } = order === "big" && width > 1 ? swapped(bytes, width) : aligned(bytes, width);
  const count = Math.floor(length / width);
  switch (format) {
    case "float16":
      return float16ToFloat32(new Uint16Array(buffer, byteOffset, count));
    case "bfloat16":
      return bfloat16ToFloat32(new Uint16Array(buffer, byteOffset, count));
    case "float32":
      return new Float32Array(buffer, byteOffset, count);
    case "float64":
      return new Float64Array(buffer, byteOffset, count);
    case "int8":
      return Int32Array.from(new Int8Array(buffer, byteOffset, count));
    case "int16":
      return Int32Array.from(new Int16Array(buffer, byteOffset, count));
    case "int32":
      return new Int32Array(buffer, byteOffset, count);
    case "int64":
      return new BigInt64Array(buffer, byteOffset, count);
    case "uint8":
      return new Uint8Array(buffer, byteOffset, count);
    case "uint16":
      return Int32Array.from(new Uint16Array(buffer, byteOffset, count));
    case "uint32":
      return BigInt64Array.from(new Uint32Array(buffer, byteOffset, count), BigInt);
    case "bool":
      checkBools(bytes, where);
      return new Uint8Array(buffer, byteOffset, count);
  }
}

function checkBools(bytes: Uint8Array, where: string): void {
  const wrong = bytes.findIndex((byte) => byte > 1);
  if (wrong >= 0) throw dataError(where, `is of type bool, but element ${wrong} is ${bytes[wrong]}, not 0 or 1`);
}

function aligned(bytes: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = bytes;
  const inPlace = buffer instanceof ArrayBuffer && byteOffset % width === 0;
  return inPlace ? new Uint8Array(buffer, byteOffset, length) : new Uint8Array(bytes);
}

/** A copy with the bytes of each element in the opposite order. */
function swapped(bytes: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes.length);
  for (let start = 0; start + width <= bytes.length; start += width) {
    for (let i = 0; i < width; i++) result[start + i] = bytes[start + width - 1 - i] ?? 0;
  }
  return result;
}
