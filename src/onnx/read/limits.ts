import { StriateError } from "../../errors.ts";
import type { Value } from "../../graph/index.ts";
import { bytesOf, sizeOf, typeText } from "../../tensor/index.ts";
import { MOST_AXES, MOST_ELEMENTS } from "./tensors.ts";

/** Bytes that one result may take, however small the file, and as a multiple of what the file holds and is fed. */
const [ONE_RESULT, RESULT_TIMES] = [2 ** 31, 1024];

/** Bytes of all results that no input has a part in, which a few bytes of constants can make as large as they like. */
const [UNFED_RESULTS, UNFED_TIMES] = [2 ** 30, 16];

/**
 * What a file may make Striate hold: a file of 100 bytes can name a tensor of gigabytes. Both limits grow with what is
 * there, so that a large model may have large results.
 */
export class Limits {
  readonly #one: number;
  readonly #unfed: number;
  readonly #known = new Set<Value>();
  #sum = 0;

  /**
   * @param held bytes of the file's initializers
   * @param fed bytes of its inputs
   * @param maxBytes in place of both limits
   */
  constructor(held: number, fed: number, maxBytes: number | undefined) {
    this.#one = maxBytes ?? Math.max(ONE_RESULT, RESULT_TIMES * (held + fed));
    this.#unfed = maxBytes ?? Math.max(UNFED_RESULTS, UNFED_TIMES * held);
  }

  /** Checks the results of a new node. @throws StriateError `data` */
  check(inputs: readonly (Value | undefined)[], outputs: readonly Value[]): void {
    const known = inputs.every((input) => !input || input.constant || this.#known.has(input));
    for (const output of outputs) {
      checkSize(output.shape);
      const bytes = bytesOf(output);
      if (known) {
        this.#known.add(output);
        this.#sum += bytes;
      }
      if (bytes > this.#one) throw tooLarge(`a result ${typeText(output)} takes ${bytes} bytes`, this.#one);
      if (this.#sum > this.#unfed) throw tooLarge(`what it makes of constants takes ${this.#sum} bytes`, this.#unfed);
    }
  }
}

function tooLarge(what: string, most: number): StriateError {
  return new StriateError(
    "data",
    `${what}, and for what the file holds at most ${most} are allowed; give a larger maxBytes if you trust it`,
  );
}

/** @throws StriateError `data` for a shape that no engine can hold */
export function checkSize(shape: readonly number[]): void {
  if (shape.length > MOST_AXES) {
    throw new StriateError("data", `a result with ${shape.length} axes cannot be computed: at most ${MOST_AXES} can`);
  }
  if (shape.every((size) => Number.isSafeInteger(size) && size >= 0) && sizeOf(shape) <= MOST_ELEMENTS) return;
  throw new StriateError(
    "data",
    `a result of the shape [${shape.join(",")}] cannot be computed: at most ${MOST_ELEMENTS} elements can`,
  );
}
