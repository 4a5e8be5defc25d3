import { nameText } from "../../checks/index.ts";
import type { Nested } from "../../layers/index.ts";
import { isRecord } from "./json.ts";

/**
 * How one option is written in a Keras config. `read` throws a `Misfit` for what Striate does not have; `write` gives
 * `undefined` for what Keras's own default says.
 */
export interface Codec<T> {
  read(value: unknown): T;
  write(value: T): unknown;
  /** Written when the option is not given, because Keras has no default for it or another one. */
  readonly otherwise?: T;
  /** `null` means something, and is not the same as nothing. */
  readonly readsNull?: boolean;
}

/** Says what is wrong with a value; who reads the config adds the layer and the option. */
export class Misfit extends Error {}

/** A value as short as it helps in a message. */
export function shown(value: unknown): string {
  return nameText(JSON.stringify(value) ?? String(value));
}

function plain<T>(what: string, is: (value: unknown) => value is T): Codec<T> {
  return {
    read: (value) => {
      if (is(value)) return value;
      throw new Misfit(`should be ${what}, and is ${shown(value)}`);
    },
    write: (value) => value,
  };
}

const isNumber = (value: unknown): value is number => typeof value === "number";

export const number = plain("a number", isNumber);
export const flag = plain("true or false", (value): value is boolean => typeof value === "boolean");
export const numberList = plain("a list of numbers", (value): value is readonly number[] => {
  return Array.isArray(value) && value.every(isNumber);
});
export const tableOfNumbers = plain(
  "a list of lists of numbers",
  (value): value is readonly (readonly number[])[] =>
    Array.isArray(value) && value.every((row) => Array.isArray(row) && row.every(isNumber)),
);

/** One number or a list; a list may be nested, as NumPy's arrays are written: [[[0.1, 0.2]]]. */
export const numbers: Codec<number | readonly number[]> = {
  read: (value) => {
    const isArray = isRecord(value) && (value.class_name === "__numpy__" || value.class_name === "__tensor__");
    const given = isArray && isRecord(value.config) ? value.config.value : value;
    if (isNumber(given)) return given;
    return numberList.read(Array.isArray(given) ? given.flat(Number.POSITIVE_INFINITY) : given);
  },
  write: (value) => value,
};

type Two = readonly [number, number];

/** Keras writes both numbers; a config by hand may have one. */
export const pair: Codec<number | Two> = {
  read: (value) => {
    if (isNumber(value)) return value;
    const [first, second, ...rest]: readonly unknown[] = Array.isArray(value) ? value : [];
    if (isNumber(first) && isNumber(second) && rest.length === 0) return [first, second];
    throw new Misfit(`should be one or two numbers, and is ${shown(value)}`);
  },
  write: (value) => (isNumber(value) ? [value, value] : value),
};

/** One number for all sides, two for both directions, or four. */
export const sides: Codec<number | Two | readonly [Two, Two]> = {
  read: (value) => {
    if (!Array.isArray(value) || isNumber(value[0])) return pair.read(value);
    const [vertical, horizontal] = value.map((both) => twice(pair.read(both)));
    if (value.length === 2 && vertical && horizontal) return [vertical, horizontal];
    throw new Misfit(`should name four sides, and is ${shown(value)}`);
  },
  write: (value) => {
    const [vertical, horizontal] = isNumber(value) ? [value, value] : value;
    return [twice(vertical), twice(horizontal)];
  },
};

function twice(value: number | Two): Two {
  return isNumber(value) ? [value, value] : value;
}

/** One of ours for each word of Keras's. */
export function words<T extends string>(table: Readonly<Record<string, T>>): Codec<T> {
  return {
    read: (value) => {
      const found = typeof value === "string" && Object.hasOwn(table, value) ? table[value] : undefined;
      if (found !== undefined) return found;
      throw new Misfit(`is ${shown(value)}, and Striate has ${Object.keys(table).join(", ")}`);
    },
    write: (value) => Object.entries(table).find(([, entry]) => entry === value)?.[0],
  };
}

export const padding = words({ valid: "valid", same: "same" });
export const interpolation = words({
  nearest: "nearest",
  bilinear: "bilinear",
  bicubic: "bicubic",
  lanczos3: "lanczos3",
  lanczos5: "lanczos5",
});

/** Always written: Keras's default depends on a file of settings. */
export const dataFormat: Codec<"channelsLast" | "channelsFirst"> = {
  ...words({ channels_last: "channelsLast", channels_first: "channelsFirst" }),
  otherwise: "channelsLast",
};

/** An axis, or Keras 2's list of one. */
export const axis: Codec<number> = {
  read: (value) => number.read(Array.isArray(value) && value.length === 1 ? value[0] : value),
  write: (value) => value,
};

/** One axis or several; a list of one is an axis. */
export const axes: Codec<number | readonly number[]> = {
  read: (value) => (Array.isArray(value) && value.length !== 1 ? numberList.read(value) : axis.read(value)),
  write: (value) => value,
};

/** The axes of Normalization: a list, which is empty for a single mean and variance. */
export const axesOrNone: Codec<number | readonly number[] | null> = {
  read: (value) => (value === null || (Array.isArray(value) && value.length === 0) ? null : axes.read(value)),
  write: (value) => (value === null ? [] : value),
  readsNull: true,
};

/** A list with a number or null for each axis. */
export const sizesOrNull = plain("a list of numbers and null", (value): value is readonly (number | null)[] => {
  return Array.isArray(value) && value.every((size) => size === null || isNumber(size));
});

/** A number, or lists of lists of them; around those for one axis there may be lists of one: [[[0.1, 0.2]]]. */
export const nestedNumbers: Codec<Nested> = {
  read: (value) => {
    const isArray = isRecord(value) && (value.class_name === "__numpy__" || value.class_name === "__tensor__");
    let given = isArray && isRecord(value.config) ? value.config.value : value;
    while (Array.isArray(given) && given.length === 1 && Array.isArray(given[0])) given = given[0];
    if (isNested(given)) return given;
    throw new Misfit(`should be numbers, and is ${shown(value)}`);
  },
  write: (value) => value,
};

function isNested(value: unknown): value is Nested {
  return isNumber(value) || (Array.isArray(value) && value.every(isNested));
}

export function withDefault<T>(codec: Codec<T>, otherwise: T): Codec<T> {
  return { ...codec, otherwise };
}
