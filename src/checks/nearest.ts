import { StriateError } from "../errors.ts";
import { listed, quoted } from "./names.ts";

/** Longer words are not compared: nobody mistypes them, and comparing takes time in proportion to the square. */
const LONGEST = 64;

/**
 * The one of `known` that was probably meant by `word`: equal but for case, `-`, `_`, `.` and spaces, else the one with the
 * fewest typing errors (optimal string alignment distance), at most one in three characters.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined;
  const candidates = [...known];
  const plain = plainText(word);
  const same = candidates.find((candidate) => plainText(candidate) === plain);
  if (same !== undefined) return same;
  const most = Math.floor(plain.length / 3);
  let best: { name: string; errors: number } | undefined;
  for (const name of candidates) {
    const errors = distance(plain, plainText(name));
    if (errors <= most && errors < (best?.errors ?? Number.POSITIVE_INFINITY)) best = { name, errors };
  }
  return best?.name;
}

/** `; did you mean "adamW"?`, or nothing where no known name is near. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const meant = nearest(word, known);
  return meant === undefined ? "" : `; did you mean ${quoted(meant)}?`;
}

/** `there is no optimizer "adamw"; did you mean "adamW"? There are sgd, adam, adamW` */
export function unknownName(what: string, name: string, known: Iterable<string>): StriateError {
  const names = [...known];
  return new StriateError("usage", withHint(`there is no ${what} ${quoted(name)}`, name, names, "there are"));
}

/** A sentence about a word that is not known, with what was probably meant and all that there is. */
export function withHint(sentence: string, word: string, known: readonly string[], verb: string): string {
  const hint = didYouMean(word, known);
  const thereAre = hint === "" ? `; ${verb}` : `${hint} ${verb[0]?.toUpperCase()}${verb.slice(1)}`;
  return `${sentence}${thereAre} ${listed(known, 40)}`;
}

function plainText(word: string): string {
  return word.toLowerCase().replace(/[-_.\s]/g, "");
}

/** Insertions, deletions, substitutions and swaps of neighbours that make `b` of `a`. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      }
      next.push(least);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
