import { platform } from "#platform";
import { checkOptions, usualMaxBytes } from "../checks/index.ts";
import { asError, StriateError } from "../errors.ts";
import { shapeText, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Limits on what is read. */
export interface IdxOptions {
  /** The most bytes that a file may have, and may unpack to; default 256 MiB and 8 times the size of the file. */
  readonly maxBytes?: number;
}

const UNSIGNED_BYTE = 0x08;
const OTHER_TYPES: ReadonlyMap<number, string> = new Map([
  [0x09, "signed bytes"],
  [0x0b, "16-bit integers"],
  [0x0c, "32-bit integers"],
  [0x0d, "32-bit floats"],
  [0x0e, "64-bit floats"],
]);

/**
 * Reads the bytes of an IDX file, the format of MNIST (LeCun, Cortes, Burges: "The MNIST database of handwritten
 * digits"): two zero bytes, the type of the elements, the number of dimensions, each size as a big-endian 32-bit
 * number, then the elements in row-major order. Gzip is recognized by its first two bytes and unpacked.
 *
 * @param name what to call the file in messages: its path
 * @returns the elements in an array of their own; only unsigned bytes, what pictures and labels are, can be read
 * @throws StriateError `data` where the bytes are not exactly one IDX file, or more than `maxBytes`
 */
export function parseIdx(bytes: Uint8Array, name: string, options: IdxOptions = {}): Tensor<"uint8"> {
  checkOptions("parseIdx", options, { maxBytes: true });
  const { maxBytes = usualMaxBytes(bytes.length) } = options;
  const file = isGzip(bytes) ? unpack(bytes, name, maxBytes) : bytes;
  const [zero0, zero1, type, rank] = file;
  if (zero0 === undefined || zero1 === undefined || type === undefined || rank === undefined) {
    throw bad(name, `is cut short: ${file.length} bytes are less than the 4 that an IDX file begins with`);
  }
  if (zero0 !== 0 || zero1 !== 0 || (type !== UNSIGNED_BYTE && !OTHER_TYPES.has(type)) || rank === 0) {
    const magic = [zero0, zero1, type, rank].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw bad(name, `is no IDX file: it begins with ${magic}, where pictures have 00 00 08 03 and labels 00 00 08 01`);
  }
  if (type !== UNSIGNED_BYTE) {
    throw bad(name, `holds ${OTHER_TYPES.get(type)}; only unsigned bytes (type 0x08) can be read. Convert it to them`);
  }
  const headerLength = 4 + 4 * rank;
  if (file.length < headerLength) {
    throw bad(name, `is cut short: ${file.length} bytes, but a header of ${rank} dimensions has ${headerLength}`);
  }
  const view = new DataView(file.buffer, file.byteOffset, headerLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  // Zero times the infinity that a product of 255 sizes can reach would be NaN.
  const expected = shape.includes(0) ? 0 : sizeOf(shape);
  const found = file.length - headerLength;
  if (found !== expected) {
    const what = found < expected ? "is cut short" : `has ${found - expected} bytes too many`;
    throw bad(
      name,
      `${what}: its header says ${shapeText(shape)}, ${expected} bytes, but ${found} follow. Get it again`,
    );
  }
  return { dtype: "uint8", shape, data: new Uint8Array(file.subarray(headerLength)) };
}

/**
 * Reads an IDX file, plain or gzip; see `parseIdx`.
 * @throws StriateError `io` where the file is missing or cannot be read; `data` where it is not a good IDX file
 */
export async function readIdx(path: string, options: IdxOptions = {}): Promise<Tensor<"uint8">> {
  checkOptions("readIdx", options, { maxBytes: true });
  return parseIdx(await readBytes(path, options.maxBytes ?? Number.POSITIVE_INFINITY), path, options);
}

async function readBytes(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const file = await platform.files.open(path);
    try {
      if (file.size > maxBytes) throw tooLarge(path, `has ${file.size} bytes`, maxBytes);
      return await file.read(0, file.size);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if (thrown instanceof StriateError) throw thrown;
    const error: NodeJS.ErrnoException = asError(thrown);
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: "there is no such file",
      EISDIR: "is a folder, where an IDX file is expected",
    };
    const reason = reasons[error.code ?? ""] ?? `cannot be read (${error.message})`;
    throw new StriateError("io", `${path}: ${reason}. Check the path`, { cause: thrown });
  }
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function unpack(bytes: Uint8Array, name: string, maxBytes: number): Uint8Array {
  try {
    return platform.gunzipSync(bytes, maxBytes);
  } catch (thrown) {
    if (thrown instanceof StriateError) throw thrown;
    const error: NodeJS.ErrnoException = asError(thrown);
    if (error.code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(name, "unpacks to more", maxBytes);
    const what = error.code === "Z_BUF_ERROR" ? "cut short" : `damaged (${error.message})`;
    throw new StriateError("data", `${name}: its gzip data are ${what}. Get the file again`, { cause: thrown });
  }
}

function tooLarge(name: string, what: string, maxBytes: number): StriateError {
  return bad(name, `${what}, where at most ${maxBytes} bytes are read. If the file is good, raise maxBytes`);
}

function bad(name: string, what: string): StriateError {
  return new StriateError("data", `${name}: ${what}`);
}
