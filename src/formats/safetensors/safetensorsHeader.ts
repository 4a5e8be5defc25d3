import { parseJson, quoted } from "../../checks/index.ts";
import { asError, StriateError } from "../../errors.ts";

/** A tensor as the header of a safetensors file describes it: `dtype` and `shape` are not checked against the bytes. */
export interface TensorEntry {
  readonly name: string;
  /** The format's name, e.g. `F32`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte, counted from the end of the header. */
  readonly begin: number;
  /** The byte after the last one. */
  readonly end: number;
}

interface Header {
  /** Sorted by place; together they cover all bytes after the header, each once. */
  readonly entries: readonly TensorEntry[];
  readonly metadata: Record<string, string>;
  /** Where the first tensor's bytes begin in the file. */
  readonly dataStart: number;
}

/** The format's own limit. */
const MOST_HEADER_BYTES = 100_000_000;

/**
 * Reads the header of a safetensors file: 8 bytes with the length of the JSON, little-endian, and the JSON.
 * @throws StriateError `checkpoint`
 */
export function parseHeader(bytes: Uint8Array, file: string): Header {
  if (bytes.length < 8) throw bad(file, `is cut short: ${bytes.length} bytes are less than the 8 it must begin with`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  const dataStart = 8 + length;
  if (length > MOST_HEADER_BYTES) {
    throw bad(
      file,
      `is no safetensors file, or damaged: its header would have ${length} bytes, over the limit of 100 MB`,
    );
  }
  if (dataStart > bytes.length) {
    throw bad(file, `is cut short: its header has ${length} bytes, but only ${bytes.length - 8} follow`);
  }
  let metadata: Record<string, string> = {};
  const entries: TensorEntry[] = [];
  for (const [name, value] of Object.entries(headerOf(bytes.subarray(8, dataStart), file))) {
    if (name === "__metadata__") metadata = parseMetadata(value, file);
    else entries.push(parseEntry(name, value, file));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCover(entries, bytes.length - dataStart, file);
  return { entries, metadata, dataStart };
}

function headerOf(bytes: Uint8Array, file: string): object {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (thrown) {
    const { message } = asError(thrown);
    throw bad(file, `is no safetensors file, or damaged: its header is not JSON (${message})`, { cause: thrown });
  }
  // Two tensors of one name: another reader may take the other one.
  const header = parseJson(
    text,
    (what, cause) => bad(file, `is no safetensors file, or damaged: its header ${what}`, { cause }),
    { uniqueKeys: true },
  );
  if (!isRecord(header)) throw bad(file, "is no safetensors file, or damaged: its header is not a JSON object");
  return header;
}

function parseMetadata(value: unknown, file: string): Record<string, string> {
  if (!isRecord(value)) throw bad(file, "has a damaged header: __metadata__ is not an object");
  const entries = Object.entries(value).map(([key, text]): [string, string] => {
    if (typeof text !== "string") throw bad(file, `has a damaged header: __metadata__ ${quoted(key)} is no text`);
    return [key, text];
  });
  return Object.fromEntries(entries);
}

function parseEntry(name: string, value: unknown, file: string): TensorEntry {
  const tensor = `tensor ${quoted(name)}`;
  if (!isRecord(value)) throw bad(file, `has a damaged header: ${tensor} is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string") throw bad(file, `has a damaged header: ${tensor} has no dtype`);
  if (!isSizes(shape)) {
    throw bad(file, `has a damaged header: the shape of ${tensor} is not a list of integers from 0 on`);
  }
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw bad(file, `has a damaged header: the data_offsets of ${tensor} are not two integers from 0 on`);
  }
  const [begin = 0, end = 0] = offsets;
  if (begin > end)
    throw bad(file, `has a damaged header: the data_offsets of ${tensor}, [${begin},${end}], run backwards`);
  return { name, dtype, shape, begin, end };
}

function checkCover(entries: readonly TensorEntry[], length: number, file: string): void {
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== covered) {
      const what = begin < covered ? "overlap those of the tensor before it" : "leave a hole before them";
      throw bad(file, `has a damaged header: the bytes of tensor ${quoted(name)}, from ${begin} on, ${what}`);
    }
    if (end > length) {
      throw bad(file, `is cut short: tensor ${quoted(name)} ends at byte ${end} of ${length} after the header`);
    }
    covered = end;
  }
  if (covered !== length) throw bad(file, `has ${length - covered} bytes after its last tensor that belong to none`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function bad(file: string, what: string, options?: ErrorOptions): StriateError {
  return new StriateError("checkpoint", `${file}: ${what}`, options);
}
