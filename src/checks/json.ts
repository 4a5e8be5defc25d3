import { asError } from "../errors.ts";
import { nameText, quoted } from "./names.ts";

/** Deeper than any file that means well: a net of Keras has about four levels for each model in a model. */
const DEEPEST = 200;

export interface JsonOptions {
  /** Refuses an object with the same key twice, of which `JSON.parse` takes the last. Default false. */
  readonly uniqueKeys?: boolean;
}

/**
 * JSON that may come from anybody. What walks over it later may call itself, so its depth is bounded before it is parsed.
 * @param refuse makes the error to throw of what is wrong: "is no JSON (...)", "nests lists and objects ..."
 */
export function parseJson(
  text: string,
  refuse: (what: string, cause?: unknown) => Error,
  { uniqueKeys = false }: JsonOptions = {},
): unknown {
  if (isDeeper(text, DEEPEST)) throw refuse(`nests lists and objects more than ${DEEPEST} deep`);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (thrown) {
    throw refuse(`is not JSON (${nameText(asError(thrown).message, 200)})`, thrown);
  }
  const repeated = uniqueKeys ? repeatedKey(text) : undefined;
  if (repeated !== undefined) throw refuse(`has the key ${quoted(repeated)} twice in one object`);
  return content;
}

function isDeeper(text: string, deepest: number): boolean {
  let depth = 0;
  for (const { character } of structure(text)) {
    if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
    if (depth > deepest) return true;
  }
  return false;
}

/** A key that an object of this JSON, which is good, has twice. */
function repeatedKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  let last = "";
  for (const { character, start, end } of structure(text)) {
    if (character === "{" || character === "[") open.push(new Set());
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') last = text.slice(start, end);
    else {
      const key = last.includes("\\") ? String(JSON.parse(last)) : last.slice(1, -1);
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}

interface Mark {
  /** A bracket, a colon, or the quotation mark that a text from `start` to `end` begins with. */
  readonly character: string;
  readonly start: number;
  readonly end: number;
}

/** Brackets, colons and texts, in order; of text that is no JSON whatever looks like them. */
function* structure(text: string): Generator<Mark> {
  for (let start = 0; start < text.length; ) {
    const character = text.charAt(start);
    const end = character === '"' ? endOfText(text, start) : start + 1;
    if ('{}[]:"'.includes(character)) yield { character, start, end };
    start = end;
  }
}

/** The place after the quotation mark that ends a text: one with an even number of backslashes before it. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charAt(before) === "\\") before--;
    if ((end - before) % 2 === 1) return end + 1;
  }
  return text.length;
}
