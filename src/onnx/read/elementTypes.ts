import { StriateError } from "../../errors.ts";
import type { DType } from "../../tensor/index.ts";

/** ONNX's element types that can be read: their names and sizes in the file, and the type that holds them here. */
export interface ElementType {
  readonly name: string;
  /** Of one element; those of less than 8 lie in a byte from its lowest bits up. */
  readonly bits: number;
  readonly held: DType;
}

/**
 * By ONNX's numbers (TensorProto.DataType). Types that Striate does not compute in are held in the next one that has
 * all their numbers: real ones of 16 bits and less in float32, small ints in int32, unsigned ones in int64.
 */
const ELEMENT_TYPES: Readonly<Record<number, ElementType>> = {
  1: { name: "float32", bits: 32, held: "float32" },
  2: { name: "uint8", bits: 8, held: "uint8" },
  3: { name: "int8", bits: 8, held: "int32" },
  4: { name: "uint16", bits: 16, held: "int32" },
  5: { name: "int16", bits: 16, held: "int32" },
  6: { name: "int32", bits: 32, held: "int32" },
  7: { name: "int64", bits: 64, held: "int64" },
  9: { name: "bool", bits: 8, held: "bool" },
  10: { name: "float16", bits: 16, held: "float32" },
  11: { name: "float64", bits: 64, held: "float64" },
  12: { name: "uint32", bits: 32, held: "int64" },
  13: { name: "uint64", bits: 64, held: "int64" },
  16: { name: "bfloat16", bits: 16, held: "float32" },
  17: { name: "float8e4m3fn", bits: 8, held: "float32" },
  18: { name: "float8e4m3fnuz", bits: 8, held: "float32" },
  19: { name: "float8e5m2", bits: 8, held: "float32" },
  20: { name: "float8e5m2fnuz", bits: 8, held: "float32" },
  21: { name: "uint4", bits: 4, held: "uint8" },
  22: { name: "int4", bits: 4, held: "int32" },
  23: { name: "float4e2m1", bits: 4, held: "float32" },
  25: { name: "uint2", bits: 2, held: "uint8" },
  26: { name: "int2", bits: 2, held: "int32" },
};

/** Types that cannot be read, by name, for messages. */
const OTHER_TYPES: Readonly<Record<number, string>> = {
  8: "string",
  14: "complex64",
  15: "complex128",
  24: "float8e8m0",
};

/** @throws StriateError `data` that names the type and those that can be read. */
export function elementType(code: number, where: string): ElementType {
  const type = ELEMENT_TYPES[code];
  if (type) return type;
  const known = Object.values(ELEMENT_TYPES).map(({ name }) => name);
  const what = OTHER_TYPES[code] ?? `number ${code}`;
  throw new StriateError(
    "data",
    `${where} has elements of type ${what}, which Striate cannot read; it reads ${known.join(", ")}`,
  );
}

/** The type that holds elements of an ONNX type. */
export function heldType(code: number, where: string): DType {
  return elementType(code, where).held;
}
