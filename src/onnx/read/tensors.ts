import { StriateError } from "../../errors.ts";
import { type DType, fromNumbers, shapeText, sizeOf, type Tensor, tensor } from "../../tensor/index.ts";
import type { TensorProto } from "../onnx_pb.ts";
import { type ElementType, elementType } from "./elementTypes.ts";
import { externalBytes, type ReadExternal } from "./externalData.ts";
import { smallFloat } from "./smallFloats.ts";

/** More axes than any model has; more elements than an engine takes. */
export const MOST_AXES = 64;
export const MOST_ELEMENTS = 2 ** 31 - 1;

const EXTERNAL = 1;

/**
 * A tensor of an ONNX file, in the type that holds it (see `elementType`), with elements of its own.
 * @throws StriateError `data` that begins with `where`
 */
export function readTensor(proto: TensorProto, where: string, readExternal?: ReadExternal): Tensor {
  const shape = shapeOf(proto, where);
  const count = sizeOf(shape);
  const type = elementType(proto.dataType, where);
  const fields = typedFields(proto);
  const filled = Object.entries(fields).filter(([, list]) => list.length > 0);
  const isExternal = proto.dataLocation === EXTERNAL;
  if (isExternal || proto.rawData.length > 0) {
    if (filled.length > 0) throw bad(where, `has elements twice: as bytes and in ${filled[0]?.[0]}`);
    const expected = Math.ceil((count * type.bits) / 8);
    const bytes = isExternal ? externalBytes(proto, expected, where, readExternal) : proto.rawData;
    if (bytes.length !== expected) {
      throw bad(
        where,
        `is ${type.name}${shapeText(shape)}, which takes ${expected} bytes, but has ${bytes.length}; the file is damaged`,
      );
    }
    // A copy: a view may not be aligned, and sending it would send the whole file.
    return fromBytes(proto.dataType, type, shape, new Uint8Array(bytes));
  }
  const field = TYPED_FIELDS[proto.dataType] ?? "int32_data";
  const odd = filled.find(([name]) => name !== field);
  if (odd) throw bad(where, `is ${type.name} and has its elements in ${odd[0]}, not in ${field}; the file is damaged`);
  const list = fields[field];
  const packed = type.bits < 8;
  if (list.length !== (packed ? Math.ceil((count * type.bits) / 8) : count)) {
    throw bad(
      where,
      `is ${type.name}${shapeText(shape)}, which is ${count} elements, but has ${list.length}; the file is damaged`,
    );
  }
  return fromList(proto.dataType, type.held, shape, packed ? unpacked(list, type.bits, count) : list);
}

function bad(where: string, what: string): StriateError {
  return new StriateError("data", `${where} ${what}`);
}

function shapeOf({ dims }: TensorProto, where: string): number[] {
  if (dims.length > MOST_AXES) throw bad(where, `has ${dims.length} axes; at most ${MOST_AXES} can be read`);
  let count = 1n;
  for (const size of dims) {
    if (size < 0n) throw bad(where, `has an axis of size ${size}; the file is damaged`);
    count *= size;
  }
  if (count > BigInt(MOST_ELEMENTS) || dims.some((size) => size > BigInt(MOST_ELEMENTS))) {
    throw bad(where, `has the shape [${dims.join(",")}]; more than ${MOST_ELEMENTS} elements cannot be read`);
  }
  return dims.map(Number);
}

type TypedField = keyof ReturnType<typeof typedFields>;

function typedFields(proto: TensorProto) {
  return {
    float_data: proto.floatData,
    int32_data: proto.int32Data,
    int64_data: proto.int64Data,
    double_data: proto.doubleData,
    uint64_data: proto.uint64Data,
  } satisfies Record<string, readonly (number | bigint)[]>;
}

/** The field that has the elements of each type when they are not bytes; int32_data for all others. */
const TYPED_FIELDS: Readonly<Record<number, TypedField>> = {
  1: "float_data",
  7: "int64_data",
  11: "double_data",
  12: "uint64_data",
  13: "uint64_data",
};

/** Elements from little-endian bytes, which become the tensor's own where the types are the same. */
function fromBytes(
  code: number,
  { held, bits }: ElementType,
  shape: readonly number[],
  bytes: Uint8Array<ArrayBuffer>,
): Tensor {
  const { buffer } = bytes;
  if (bits < 8) return fromList(code, held, shape, unpacked(bytes, bits, sizeOf(shape)));
  switch (code) {
    case 1:
      return tensor("float32", shape, new Float32Array(buffer));
    case 2:
      return tensor("uint8", shape, bytes);
    case 6:
      return tensor("int32", shape, new Int32Array(buffer));
    case 7:
      return tensor("int64", shape, new BigInt64Array(buffer));
    case 11:
      return tensor("float64", shape, new Float64Array(buffer));
    case 13:
      return fromList(code, held, shape, new BigUint64Array(buffer));
    default:
      return fromList(code, held, shape, new SMALL[code as keyof typeof SMALL](buffer));
  }
}

/** The elements of bytes that hold several, the first one in the lowest bits. */
function unpacked(bytes: ArrayLike<number | bigint>, bits: number, count: number): Uint8Array {
  const each = 8 / bits;
  return Uint8Array.from(
    { length: count },
    (_, i) => (Number(bytes[Math.floor(i / each)]) >> (bits * (i % each))) & (2 ** bits - 1),
  );
}

/** How the bytes of the types are read that are held in another one. */
const SMALL = {
  3: Int8Array,
  4: Uint16Array,
  5: Int16Array,
  9: Uint8Array,
  10: Uint16Array,
  12: Uint32Array,
  16: Uint16Array,
  17: Uint8Array,
  18: Uint8Array,
  19: Uint8Array,
  20: Uint8Array,
};

/** The bits of the integers with a sign that are packed. */
const SIGNED: Readonly<Record<number, number>> = { 22: 4, 26: 2 };

/** Elements one by one; small floats and packed integers come as their bits. */
function fromList(
  code: number,
  held: DType,
  shape: readonly number[],
  list: ArrayLike<number | bigint> & Iterable<number | bigint>,
): Tensor {
  if (held === "int64") return tensor("int64", shape, BigInt64Array.from(list, BigInt));
  const bits = SIGNED[code];
  const signed = (x: number) => (bits !== undefined && x >= 2 ** (bits - 1) ? x - 2 ** bits : x);
  const convert = smallFloat(code) ?? signed;
  return fromNumbers(
    held,
    shape,
    Float64Array.from(list, (item) => convert(Number(item))),
  );
}
