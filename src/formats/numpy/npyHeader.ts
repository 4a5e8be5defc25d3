import { quoted } from "../../checks/index.ts";
import { dataError } from "../../files/dataError.ts";

/** What the header of a .npy file says; the type's text is not checked here. */
export interface NpyHeader {
  /** NumPy's text for the type of the elements, e.g. `<f4`. */
  readonly descr: string;
  /** Whether the first axis is the one whose elements are neighbours. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

type Literal = string | boolean | number | readonly Literal[];

/** Deeper nesting than any type description has. */
const MOST_DEPTH = 32;

/**
 * Reads the header's text, a Python dict of exactly the keys `descr`, `fortran_order` and `shape`. It is parsed, never
 * evaluated.
 * @throws StriateError `data`
 */
export function parseNpyHeader(text: string, file: string): NpyHeader {
  const fields = new LiteralParser(text, file).dict();
  const descr = fields.get("descr");
  const fortranOrder = fields.get("fortran_order");
  const shape = fields.get("shape");
  if (fields.size !== 3 || descr === undefined || typeof fortranOrder !== "boolean" || !isSizes(shape)) {
    const example = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }";
    throw dataError(file, `has a damaged header: ${excerpt(text)} is not of the form ${example}`);
  }
  if (typeof descr !== "string") {
    throw dataError(file, `has elements with fields of their own; save each field as an array of its own`);
  }
  return { descr, fortranOrder, shape };
}

function isSizes(value: Literal | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function excerpt(text: string): string {
  return quoted(text.slice(0, 1000).trimEnd());
}

/** The part of Python's literals that NumPy writes: strings without escapes, True, False, integers, tuples, lists. */
class LiteralParser {
  readonly #text: string;
  readonly #file: string;
  #place = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  dict(): Map<string, Literal> {
    const fields = new Map<string, Literal>();
    this.#expect("{");
    while (!this.#take("}")) {
      const key = this.#literal(0);
      if (typeof key !== "string" || fields.has(key)) throw this.#bad("a key that is new");
      this.#expect(":");
      fields.set(key, this.#literal(0));
      if (!this.#take(",")) {
        this.#expect("}");
        break;
      }
    }
    this.#skipSpace();
    if (this.#place !== this.#text.length) throw this.#bad("the end");
    return fields;
  }

  #literal(depth: number): Literal {
    if (depth > MOST_DEPTH) throw this.#bad("no deeper nesting");
    if (this.#take("(")) return this.#items(")", depth);
    if (this.#take("[")) return this.#items("]", depth);
    const [whole, text, word, digits] = this.#match(/'([^'\\\n]*)'|"[^"\\\n]*"|(True|False)\b|(\d{1,16})L?(?!\w)/y);
    if (whole === undefined) throw this.#bad("a string, True, False, an integer, a tuple or a list");
    if (word !== undefined) return word === "True";
    if (digits !== undefined) return Number(digits);
    return text ?? whole.slice(1, -1);
  }

  #items(close: string, depth: number): Literal[] {
    const items: Literal[] = [];
    while (!this.#take(close)) {
      items.push(this.#literal(depth + 1));
      if (!this.#take(",")) {
        // (3) is a number in Python, (3,) a tuple.
        if (close === ")" && items.length === 1) throw this.#bad('","');
        this.#expect(close);
        break;
      }
    }
    return items;
  }

  #match(pattern: RegExp): readonly (string | undefined)[] {
    this.#skipSpace();
    pattern.lastIndex = this.#place;
    const match = pattern.exec(this.#text);
    if (match) this.#place = pattern.lastIndex;
    return match ?? [];
  }

  #take(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#place] !== character) return false;
    this.#place++;
    return true;
  }

  #expect(character: string): void {
    if (!this.#take(character)) throw this.#bad(JSON.stringify(character));
  }

  #skipSpace(): void {
    while (/[ \t\n]/.test(this.#text[this.#place] ?? "")) this.#place++;
  }

  #bad(expected: string): Error {
    const found =
      this.#place < this.#text.length ? excerpt(this.#text.slice(this.#place, this.#place + 1000)) : "the end";
    return dataError(
      this.#file,
      `has a damaged header: ${expected} is expected at character ${this.#place}, not ${found}`,
    );
  }
}
