import { platform } from "#platform";
import { listed, quoted, valueText } from "../../checks/index.ts";
import { asError, StriateError } from "../../errors.ts";

const { basename } = platform.paths;

/**
 * What says the class of a picture by the name of its file: a regular expression or the text of one.
 * @throws StriateError `usage` for a text that is no regular expression
 */
export function classExpression(where: string, pattern: RegExp | string): RegExp {
  if (pattern instanceof RegExp) {
    // With these a search would begin where the last one ended.
    return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ""));
  }
  const advice = `classPattern is a regular expression, such as ${EXAMPLE}`;
  if (typeof pattern !== "string" || pattern === "") {
    throw new StriateError("usage", `${where}: ${advice}; received ${valueText(pattern)}`);
  }
  try {
    return new RegExp(pattern, "u");
  } catch (thrown) {
    throw new StriateError("usage", `${where}: ${advice}; received ${quoted(pattern)} (${asError(thrown).message})`, {
      cause: thrown,
    });
  }
}

const EXAMPLE = "^(cat|dog)";

/** The class of a file: the first group of the pattern that its name matches, or the whole match where there is no group. */
export function classOf(path: string, pattern: RegExp): string | undefined {
  const match = pattern.exec(basename(path));
  return (match && (match.length > 1 ? match[1] : match[0])) || undefined;
}

/** Letters before a digit, a dot, an underscore, a space, a dash or a bracket: `cat.0.jpg`, `P001.jpeg`, `dog (3).png`. */
const PREFIX = /^(\p{L}+)(?=[\d._ ([-])/u;

/** What cameras, phones and programs begin the names of all pictures with. */
const NO_CLASSES = new Set(
  "img imag image images dsc dscn dscf dscn pxl mvi vid pict pic picture photo foto file scan screenshot whatsapp signal untitled download".split(
    " ",
  ),
);

/** What the names of some pictures say of their classes. */
export interface NamedClasses {
  /** Given where it is plain: every name has a prefix, there are two or more, and each is of two pictures or more. */
  readonly pattern?: RegExp;
  /** What the names begin with, for people. */
  readonly found: string;
  /** How to say the classes. */
  readonly advice: string;
}

/** Whether the classes of pictures are plain from their names. */
export function classesByPrefix(names: readonly string[]): NamedClasses {
  const counts = new Map<string, number>();
  let others = 0;
  for (const name of names) {
    const prefix = classOf(name, PREFIX);
    if (prefix === undefined) others++;
    else counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  const prefixes = [...counts.keys()].sort();
  const isPlain =
    others === 0 &&
    prefixes.length > 1 &&
    [...counts.values()].every((count) => count > 1) &&
    !prefixes.some((prefix) => NO_CLASSES.has(prefix.toLowerCase())) &&
    alikeNames(prefixes).length === 0;
  const shown = prefixes.slice(0, SHOWN).map((prefix) => `${quoted(prefix)} (${counts.get(prefix)})`);
  const rest = prefixes.length - shown.length + (others > 0 ? 1 : 0);
  const begins =
    prefixes.length > 1 ? `whose names begin with ${shown.join(", ")}${rest > 0 ? ", and other ways" : ""}` : "";
  const usable = prefixes.filter((prefix) => !NO_CLASSES.has(prefix.toLowerCase()));
  const example = usable.length > 1 && usable.length <= SHOWN ? `^(${usable.join("|")})` : EXAMPLE;
  return {
    ...(isPlain && { pattern: PREFIX }),
    found: begins,
    advice: `say which part of a name is the class, by classPattern: "${example}" (--class-pattern '${example}')`,
  };
}

/** Names in a message. */
const SHOWN = 6;

/**
 * @throws StriateError `data` for classes whose names differ only in case, or in how an accent is written: file systems of
 * Windows and macOS take them for one
 */
export function checkDistinct(folder: string, names: readonly string[]): void {
  const [alike] = alikeNames(names);
  if (!alike) return;
  throw new StriateError(
    "data",
    `${folder}: the classes ${listed(alike)} differ only in case, and many file systems take them for one; rename one, or ` +
      "put their pictures together",
  );
}

function alikeNames(names: readonly string[]): readonly (readonly string[])[] {
  const alike = new Map<string, string[]>();
  for (const name of names) {
    const key = name.normalize("NFC").toLowerCase();
    const known = alike.get(key);
    if (known) known.push(name);
    else alike.set(key, [name]);
  }
  return [...alike.values()].filter((some) => some.length > 1);
}
