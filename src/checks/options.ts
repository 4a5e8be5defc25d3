import { StriateError } from "../errors.ts";
import { quoted } from "./names.ts";
import { withHint } from "./nearest.ts";
import { valueText } from "./numbers.ts";
import { ownWord } from "./synonyms.ts";

/** The names of all options of `T`. A name that is missing here or that `T` has not does not compile. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>;

/**
 * For those who write JavaScript, or options from a file: every option is one that there is. An option with the value
 * undefined counts as not given.
 * @throws StriateError `usage` for anything but an object, and for the first unknown option, with the one that was probably
 * meant: mistyped, or what another library calls it.
 */
export function checkOptions<T extends object>(where: string, options: T, names: OptionNames<T>): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new StriateError("usage", `${where} takes an object of options, received ${valueText(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(names, name)) continue;
    const sentence = `${where} has no option ${quoted(name)}`;
    const known = Object.keys(names);
    throw new StriateError("usage", withHint(sentence, ownWord(name, known), known, "it takes"));
  }
}
