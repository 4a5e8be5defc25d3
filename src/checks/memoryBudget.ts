import { StriateError } from "../errors.ts";
import { wholeNumber } from "./numbers.ts";

/** How many bytes reading one file may take of memory. */
export interface MemoryOptions {
  /**
   * The most bytes that the content of the file may become in memory, all copies on the way counted. A small file can stand
   * for a large one: compressed, repeated, in a narrower type. Default: 256 MiB and 8 times the size of the file.
   */
  readonly maxBytes?: number;
}

const ALWAYS = 2 ** 28;
const TIMES_THE_FILE = 8;

/** The limit on what a file of this many bytes may become, where nobody says another one. */
export function usualMaxBytes(size: number): number {
  return ALWAYS + TIMES_THE_FILE * size;
}

/** Counts what one file becomes in memory, and refuses it where that is out of all proportion. */
export class MemoryBudget {
  readonly #file: string;
  readonly #size: number;
  readonly #most: number;
  #taken = 0;

  /** @param file what messages call it: its path */
  constructor(file: string, size: number, { maxBytes }: MemoryOptions = {}) {
    this.#file = file;
    this.#size = size;
    this.#most = maxBytes === undefined ? usualMaxBytes(size) : wholeNumber(file, "maxBytes", maxBytes, { least: 0 });
  }

  /** What is left of it. */
  get left(): number {
    return this.#most - this.#taken;
  }

  /** Before `bytes` are allocated. @throws StriateError `data` where they are more than what is left */
  take(bytes: number): void {
    if (!(bytes <= this.left)) throw this.#tooLarge(bytes);
    this.#taken += bytes;
  }

  #tooLarge(bytes: number): StriateError {
    const all = words(this.#taken + bytes);
    return new StriateError(
      "data",
      `${this.#file}: would become ${all} bytes or more in memory, out of ${words(this.#size)} in the file; the limit is ` +
        `${words(this.#most)}. If you trust the file, raise it: maxBytes, in the command --max-bytes`,
    );
  }
}

function words(count: number): string {
  return Number.isSafeInteger(count) ? count.toLocaleString("en-US") : String(count);
}
