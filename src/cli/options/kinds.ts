import { didYouMean, quoted } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { Flag } from "../command.ts";

/** An option that is there or not. */
export function toggle(about: string): Flag<true> {
  return { about, read: () => true };
}

export function text(value: string, about: string): Flag<string> {
  return { value, about, read: (given) => given };
}

export function wholeNumber(value: string, about: string, least = 1, most?: number): Flag<number> {
  const wanted = most === undefined ? `a whole number of at least ${least}` : `a whole number from ${least} to ${most}`;
  const isGood = (x: number) => isWhole(least)(x) && x <= (most ?? x);
  return { value, about, read: (given, option) => oneNumber(given, option, wanted, isGood) };
}

/** Whole numbers of at least 1 with commas between them: from `least` to `most` of them. */
export function wholeNumbers(value: string, about: string, least: number, most = least): Flag<readonly number[]> {
  const wanted = `${least === most ? least : `${least} to ${most}`} whole numbers of at least 1, such as ${value}`;
  return {
    value,
    about,
    read: (given, option) => {
      const parts = given.split(",");
      if (parts.length < least || parts.length > most) throw wrong(option, wanted, given);
      return parts.map((part) => toNumber(part)).map((number) => checked(number, option, wanted, given, isWhole(1)));
    },
  };
}

/** Sizes by name, `height=224,width=224`. */
export function sizesByName(value: string, about: string): Flag<ReadonlyMap<string, number>> {
  const wanted = `names with whole numbers of at least 1, such as ${value}`;
  return {
    value,
    about,
    read: (given, option) =>
      new Map(
        given.split(",").map((part) => {
          const [, name, size] = /^(.+)=([^=]*)$/.exec(part.trim()) ?? [];
          if (name === undefined || size === undefined) throw wrong(option, wanted, given);
          return [name, checked(toNumber(size), option, wanted, given, isWhole(1))] as const;
        }),
      ),
  };
}

/** Numbers with commas between them: from `least` to `most` of them. */
export function numbers(value: string, about: string, least: number, most = least): Flag<readonly number[]> {
  const wanted = `${least === most ? least : `${least} to ${most}`} numbers, such as ${value}`;
  return {
    value,
    about,
    read: (given, option) => {
      const parts = given.split(",");
      if (parts.length < least || parts.length > most) throw wrong(option, wanted, given);
      return parts.map((part) => checked(toNumber(part), option, wanted, given, () => true));
    },
  };
}

/** A number that passes `isGood`; `wanted` says in words which do. */
export function number(value: string, about: string, wanted: string, isGood: (x: number) => boolean): Flag<number> {
  return { value, about, read: (given, option) => oneNumber(given, option, wanted, isGood) };
}

export function oneOf<const T extends string>(choices: readonly T[], about: string): Flag<T> {
  const joined = choices.join("|");
  // A line of the help has room for so much.
  const [value, text] = joined.length <= 40 ? [joined, about] : ["NAME", `${about}; one of ${choices.join(", ")}`];
  return {
    value,
    about: text,
    read: (given, option) => {
      const choice = choices.find((candidate) => candidate === given);
      if (choice === undefined) {
        const wanted = `${option} takes one of ${choices.join(", ")}; received ${quoted(given)}`;
        throw new StriateError("usage", wanted + didYouMean(given, choices));
      }
      return choice;
    },
  };
}

function isWhole(least: number): (x: number) => boolean {
  return (x) => Number.isSafeInteger(x) && x >= least;
}

function oneNumber(given: string, option: string, wanted: string, isGood: (x: number) => boolean): number {
  return checked(toNumber(given), option, wanted, given, isGood);
}

function checked(x: number, option: string, wanted: string, given: string, isGood: (x: number) => boolean): number {
  if (!Number.isFinite(x) || !isGood(x)) throw wrong(option, wanted, given);
  return x;
}

/** Decimal numbers only: no hexadecimal, and an empty text is not 0. */
function toNumber(given: string): number {
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(given.trim()) ? Number(given) : Number.NaN;
}

function wrong(option: string, wanted: string, given: string): StriateError {
  return new StriateError("usage", `${option} takes ${wanted}; received ${quoted(given)}`);
}
