import { listed, type MemoryBudget, quoted } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import { checkBytes } from "../../files/arguments.ts";
import { dataError } from "../../files/dataError.ts";
import { BYTES_PER_ELEMENT, type DType, type Shape, shapeText, type Tensor, tensor } from "../../tensor/index.ts";
import { decodeElements, ELEMENT_FORMATS, type ElementFormat } from "../elements.ts";
import { columnMajorStrides, gather } from "../strided.ts";
import { parseNpyHeader } from "./npyHeader.ts";

/** NumPy's kind and size for each type that can be read. */
const NPY_FORMATS: ReadonlyMap<string, ElementFormat> = new Map([
  ["f2", "float16"],
  ["f4", "float32"],
  ["f8", "float64"],
  ["i1", "int8"],
  ["i2", "int16"],
  ["i4", "int32"],
  ["i8", "int64"],
  ["u1", "uint8"],
  ["u2", "uint16"],
  ["u4", "uint32"],
  ["b1", "bool"],
]);

const MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59); // \x93NUMPY
const MOST_HEADER_BYTES = 2 ** 20;
const MOST_RANK = 64;

/** Whether these bytes begin a .npy file. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads a NumPy array file (.npy, versions 1 to 3,
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), whatever its byte order and the order of its
 * axes. No value is rounded: float16 becomes float32; int8, int16 and uint16 int32; uint32 int64.
 *
 * Row-major elements of a type of ours are a view of `bytes` where the alignment allows it.
 *
 * @param file what to call it in messages: its path
 * @param budget what the elements take of memory where they are no view
 * @throws StriateError `data`, also for the types that no tensor has: complex numbers, dates, texts, objects (a pickle,
 * which is never run), uint64, float128
 */
export function decodeNpy(bytes: Uint8Array, file: string, budget?: MemoryBudget): Tensor {
  checkBytes("decodeNpy", bytes, file);
  if (!isNpy(bytes) || bytes.length < 10) {
    throw dataError(file, "is no .npy file: it does not begin with the byte 0x93 and NUMPY and a version");
  }
  const { text, dataStart } = headerText(bytes, file);
  const { descr, fortranOrder, shape } = parseNpyHeader(text, file);
  const { format, order } = elementType(descr, file);
  const { bytes: width, dtype } = ELEMENT_FORMATS[format];
  if (shape.length > MOST_RANK) throw dataError(file, `has ${shape.length} axes, over NumPy's limit of ${MOST_RANK}`);
  const needed = shape.reduce((product, size) => product * size, width);
  const found = bytes.length - dataStart;
  if (needed !== found) {
    const what = `${descr} of shape ${shapeText(shape)} needs ${needed} bytes, but ${found} follow its header`;
    throw dataError(file, `${needed > found ? "is cut short, or damaged" : "is damaged"}: ${what}`);
  }
  const isCopied = fortranOrder || order === "big" || BYTES_PER_ELEMENT[dtype] !== width;
  if (isCopied) budget?.take((needed / width) * BYTES_PER_ELEMENT[dtype]);
  const data = decodeElements(bytes.subarray(dataStart), format, file, order);
  const rowMajor = fortranOrder ? gather(data, dtype, 0, shape, columnMajorStrides(shape)) : data;
  return tensor<DType>(dtype, shape, rowMajor);
}

function headerText(bytes: Uint8Array, file: string): { text: string; dataStart: number } {
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) {
    throw dataError(file, `is a .npy file of version ${version}; versions 1 to 3 can be read`);
  }
  const lengthBytes = version === 1 ? 2 : 4;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + lengthBytes;
  if (bytes.length < start) throw dataError(file, "is cut short in its header");
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MOST_HEADER_BYTES) {
    throw dataError(file, `has a header of ${length} bytes, over the limit of ${MOST_HEADER_BYTES}`);
  }
  if (start + length > bytes.length) {
    throw dataError(file, `is cut short: its header has ${length} bytes, but only ${bytes.length - start} follow`);
  }
  const header = bytes.subarray(start, start + length);
  return { text: new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(header), dataStart: start + length };
}

function elementType(descr: string, file: string): { format: ElementFormat; order: "little" | "big" } {
  const order = descr[0] === ">" ? "big" : "little";
  const format = NPY_FORMATS.get(descr.slice(1));
  const oneByte = format !== undefined && ELEMENT_FORMATS[format].bytes === 1;
  if (!format || !(descr[0] === "<" || descr[0] === ">" || (descr[0] === "|" && oneByte))) {
    const known = listed(NPY_FORMATS.keys());
    const advice = descr === "|O" ? "these are Python objects in a pickle, which is never run" : `${known} can be read`;
    throw dataError(file, `has elements of type ${quoted(descr)}; ${advice}. Convert it with NumPy's astype first`);
  }
  return { format, order };
}

const NPY_TYPES: Readonly<Record<DType, string>> = {
  float32: "<f4",
  float64: "<f8",
  int32: "<i4",
  int64: "<i8",
  uint8: "|u1",
  bool: "|b1",
};

/**
 * A tensor as a .npy file, byte for byte what `numpy.save` writes.
 * @returns the file's parts in order, for `writeFileAtomic`; the elements are a view of the tensor's memory
 */
export function encodeNpy({ dtype, shape, data }: Tensor): Uint8Array[] {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dict = `{'descr': '${NPY_TYPES[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  return [header(dict, shape), new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
}

/** NumPy leaves room for the first axis to grow to 21 digits in place, and lets the elements begin at a multiple of 64. */
function header(dict: string, shape: Shape): Uint8Array {
  const room = shape.length > 0 ? 21 - String(shape[0]).length : 0;
  const used = 10 + dict.length + room + 1;
  const bytes = new Uint8Array(Math.ceil(used / 64) * 64).fill(0x20);
  bytes.set(MAGIC);
  bytes.set([1, 0], MAGIC.length);
  new DataView(bytes.buffer).setUint16(8, bytes.length - 10, true);
  bytes.set(new TextEncoder().encode(dict), 10);
  bytes[bytes.length - 1] = 0x0a;
  return bytes;
}

/** The only one of some arrays, as a file. @throws StriateError `usage` where there are several */
export function encodeOnly(arrays: ReadonlyMap<string, Tensor>): Uint8Array[] {
  const [array, ...others] = arrays.values();
  if (array && others.length === 0) return encodeNpy(array);
  throw new StriateError("usage", `an npy file holds one array, and there are ${arrays.size}; write an npz file`);
}
