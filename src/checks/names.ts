import { escapeUnsafe } from "../errors.ts";

/** The most characters of a name in a message; files from anywhere may hold names of megabytes. */
const LONGEST = 80;

const LONGEST_PATH = 4096;

/** The most names of a list in a message. */
const MOST = 12;

/**
 * A name from a file or a user as it may stand in a line of text: characters that would break the line, turn its direction
 * or speak to the terminal as JSON writes them, and the middle of a long one left out.
 */
export function nameText(name: string, longest = LONGEST): string {
  const short =
    name.length <= longest
      ? name
      : `${name.slice(0, Math.ceil(longest / 2))}...${name.slice(name.length - Math.floor(longest / 2))}`;
  return escapeUnsafe(short);
}

/** The same of a path, which is shown in full: who shall look at a file must know which. Systems know none that are longer. */
export function pathText(path: string): string {
  return nameText(path, LONGEST_PATH);
}

/**
 * What is wrong, after a colon: one thing on the same line, several each on a line of its own, and of very many how many are
 * left out.
 */
export function itemized(things: readonly string[], most = MOST): string {
  const [only = ""] = things;
  if (things.length < 2) return ` ${only}`;
  const rest = things.length > most ? [`and ${things.length - most} more`] : [];
  return [...things.slice(0, most), ...rest].map((thing) => `\n  ${thing}`).join("");
}

/** Lines as a terminal may show them, the last guard before it. */
export function terminalText(text: string): string {
  return escapeUnsafe(text, /[\n\t]/);
}

/** The same between quotation marks. */
export function quoted(name: string): string {
  return `"${nameText(name)}"`;
}

/** `a, b and 12 more`: the first of the names, and how many are left out. */
export function listed(names: Iterable<string>, most = MOST): string {
  const all = [...names];
  const shown = all
    .slice(0, most)
    .map((name) => nameText(name))
    .join(", ");
  return all.length > most ? `${shown} and ${all.length - most} more` : shown;
}
