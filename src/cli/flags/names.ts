import { didYouMean, quoted } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { Kind } from "./flag.ts";

/** An option that is there or not. */
export const toggle: Kind<true> = { parse: () => true, schema: (z) => z.literal(true) };

/** A path, or whatever else is no list of names and no number. */
export function text(placeholder: string): Kind<string> {
  return { placeholder, parse: (given) => given, schema: (z) => z.string() };
}

/** A name that is looked up where it is used, which says what names there are. */
export function nameOf<T extends string>(choices?: string): Kind<T> {
  return {
    placeholder: "NAME",
    ...(choices !== undefined && { choices }),
    parse: (given) => given as T,
    schema: (z) => z.custom<T>((value) => typeof value === "string"),
  };
}

/** One of a few names. */
export function oneOf<const T extends string>(...names: readonly T[]): Kind<T> {
  const joined = names.join("|");
  const isShort = joined.length <= LONGEST_PLACEHOLDER;
  return {
    placeholder: isShort ? joined : "NAME",
    ...(!isShort && { choices: `; one of ${names.join(", ")}` }),
    parse: (given, option) => {
      const name = names.find((candidate) => candidate === given);
      if (name !== undefined) return name;
      const sentence = `${option} takes one of ${names.join(", ")}; received ${quoted(given)}`;
      throw new StriateError("usage", sentence + didYouMean(given, names));
    },
    schema: (z) => z.enum(names),
  };
}

/** A line of the help has room for so much. */
const LONGEST_PLACEHOLDER = 40;
