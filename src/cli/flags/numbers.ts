import { quoted } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { Kind } from "./flag.ts";

/** A whole number from `least` on, up to `most` where that is given. */
export function wholeNumber(placeholder: string, least = 1, most?: number): Kind<number> {
  const expected =
    most === undefined ? `a whole number of at least ${least}` : `a whole number from ${least} to ${most}`;
  const accepts = (x: number) => isWhole(least)(x) && x <= (most ?? x);
  return {
    placeholder,
    parse: (text, option) => oneNumber(text, option, expected, accepts),
    schema: (z) =>
      z
        .int()
        .min(least)
        .max(most ?? Number.MAX_SAFE_INTEGER),
  };
}

/** Whole numbers of at least 1 with commas between them: from `least` to `most` of them. */
export function wholeNumbers(placeholder: string, least: number, most = least): Kind<readonly number[]> {
  const expected = `${countText(least, most)} whole numbers of at least 1, such as ${placeholder}`;
  return {
    placeholder,
    parse: (text, option) => numberList(text, option, expected, { least, most }, isWhole(1)),
    schema: (z) => z.array(z.int().positive()).min(least).max(most),
  };
}

/** Numbers with commas between them: from `least` to `most` of them. */
export function numbers(placeholder: string, least: number, most = least): Kind<readonly number[]> {
  const expected = `${countText(least, most)} numbers, such as ${placeholder}`;
  return {
    placeholder,
    parse: (text, option) => numberList(text, option, expected, { least, most }, () => true),
    schema: (z) => z.array(z.number()).min(least).max(most),
  };
}

/** A number that `accepts` takes; `expected` says in words which ones it does. */
function number(placeholder: string, expected: string, accepts: (x: number) => boolean): Kind<number> {
  return {
    placeholder,
    parse: (text, option) => oneNumber(text, option, expected, accepts),
    schema: (z) => z.number().refine(accepts, `expected ${expected}`),
  };
}

export function anyNumber(placeholder: string): Kind<number> {
  return number(placeholder, "a number", () => true);
}

/** From 0 on, less than 1. */
export function fraction(placeholder: string): Kind<number> {
  return number(placeholder, "a number from 0 on and less than 1", (x) => x >= 0 && x < 1);
}

/** Greater than 0. */
export function positive(placeholder: string): Kind<number> {
  return number(placeholder, "a number greater than 0", (x) => x > 0);
}

export function atLeast0(placeholder: string): Kind<number> {
  return number(placeholder, "a number of at least 0", (x) => x >= 0);
}

/** Sizes by name, `height=224,width=224`. */
export function sizesByName(placeholder: string): Kind<Readonly<Record<string, number>>> {
  const expected = `names with whole numbers of at least 1, such as ${placeholder}`;
  return {
    placeholder,
    parse: (text, option) =>
      Object.fromEntries(
        text.split(",").map((part) => {
          const [, name, size] = /^(.+)=([^=]*)$/.exec(part.trim()) ?? [];
          if (name === undefined || size === undefined) throw unexpected(option, expected, text);
          return [name, checked(toNumber(size), option, expected, text, isWhole(1))] as const;
        }),
      ),
    schema: (z) => z.record(z.string(), z.int().positive()),
  };
}

function numberList(
  text: string,
  option: string,
  expected: string,
  { least, most }: { readonly least: number; readonly most: number },
  accepts: (x: number) => boolean,
): readonly number[] {
  const parts = text.split(",");
  if (parts.length < least || parts.length > most) throw unexpected(option, expected, text);
  return parts.map((part) => checked(toNumber(part), option, expected, text, accepts));
}

function countText(least: number, most: number): string {
  return least === most ? String(least) : `${least} to ${most}`;
}

function isWhole(least: number): (x: number) => boolean {
  return (x) => Number.isSafeInteger(x) && x >= least;
}

function oneNumber(text: string, option: string, expected: string, accepts: (x: number) => boolean): number {
  return checked(toNumber(text), option, expected, text, accepts);
}

function checked(x: number, option: string, expected: string, text: string, accepts: (x: number) => boolean): number {
  if (!Number.isFinite(x) || !accepts(x)) throw unexpected(option, expected, text);
  return x;
}

/** Decimal numbers only: no hexadecimal, and an empty text is not 0. */
function toNumber(text: string): number {
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
}

function unexpected(option: string, expected: string, text: string): StriateError {
  return new StriateError("usage", `${option} takes ${expected}; received ${quoted(text)}`);
}
