import { quoted } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import { dataError } from "../../files/dataError.ts";

/** Thrown where the bytes end before the pickle does: more of them may help. */
export class PickleCutShort extends StriateError {}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LATIN1 = new TextDecoder("latin1");

/** The operands of a pickle's instructions, one after the other. What is not as it should be ends in a StriateError. */
export class PickleBytes {
  place: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #file: string;

  constructor(bytes: Uint8Array, start: number, file: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.place = start;
    this.#file = file;
  }

  byte(): number {
    return this.#bytes[this.skip(1)] ?? 0;
  }

  uint16(): number {
    return this.#view.getUint16(this.skip(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.skip(4), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.skip(8), false);
  }

  uint32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  uint64(): number {
    return Number(this.#view.getBigUint64(this.skip(8), true));
  }

  take(length: number): Uint8Array {
    const from = this.skip(length);
    return this.#bytes.subarray(from, from + length);
  }

  /** Goes over `length` bytes and tells where they begin. */
  skip(length: number): number {
    const from = this.place;
    if (from + length > this.#bytes.length) {
      throw new PickleCutShort("data", `${this.#file}: is cut short: its pickle does not end. Fetch the file again`);
    }
    this.place += length;
    return from;
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.place);
    if (end < 0) this.skip(this.#bytes.length - this.place + 1);
    const line = LATIN1.decode(this.take(end - this.place));
    this.place++;
    return line;
  }

  latin1(length: number): string {
    return LATIN1.decode(this.take(length));
  }

  text(length: number): string {
    const bytes = this.take(length);
    try {
      return UTF8.decode(bytes);
    } catch (thrown) {
      throw dataError(this.#file, "has a text in its pickle that is not UTF-8", { cause: thrown });
    }
  }

  long(length: number): number | bigint {
    // No count needs more; PyTorch's magic number has 10 bytes.
    if (length > 64) throw this.#bad(`has an integer of ${length} bytes`);
    const bytes = this.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
    return integer(BigInt.asIntN(length * 8, value));
  }

  digits(line: string): bigint {
    if (!/^[+-]?\d{1,40}$/.test(line)) throw this.#bad(`has ${quoted(line)} where an integer is`);
    return BigInt(line.replace(/^\+/, ""));
  }

  longLine(): number | bigint {
    return integer(this.digits(this.line().replace(/L$/, "")));
  }

  intLine(): number | bigint | boolean {
    const line = this.line();
    if (line === "01") return true;
    if (line === "00") return false;
    return integer(this.digits(line));
  }

  floatLine(): number {
    const line = this.line();
    const special: Readonly<Record<string, number>> = { inf: Infinity, "-inf": -Infinity, nan: NaN };
    const value = Object.hasOwn(special, line) ? special[line] : Number(line);
    if (value === undefined || line === "" || (Number.isNaN(value) && line !== "nan")) {
      throw this.#bad(`has ${quoted(line)} where a number is`);
    }
    return value;
  }

  quotedLine(): string {
    const line = this.line();
    const inQuotes = /^'([^'\\]*)'$|^"([^"\\]*)"$/.exec(line);
    if (!inQuotes) throw this.#bad(`has the text ${quoted(line)}, which is not in plain quotes`);
    return inQuotes[1] ?? inQuotes[2] ?? "";
  }

  escapedLine(): string {
    const hex = /\\u([0-9a-fA-F]{4})|\\U00((?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})/g;
    return this.line().replace(hex, (_, short?: string, long?: string) =>
      String.fromCodePoint(Number.parseInt(short ?? long ?? "0", 16)),
    );
  }

  #bad(what: string): StriateError {
    return dataError(this.#file, what);
  }
}

function integer(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
