import type { z } from "zod";

/** zod, handed to what describes values by it: help and short commands do not load it. */
export type Zod = typeof z;

/** A kind of value: how it is written on a command line, and what it is in a file of JSON. */
export interface Kind<T> {
  /** What stands for a value in the help; an option that is only there or not has none. */
  readonly placeholder?: string;
  /** The values that there are, as the help ends with them where they are many. */
  readonly choices?: string;
  /** @throws StriateError `usage` that names the option and says what its value should be */
  parse(text: string, option: string): T;
  schema(zod: Zod): z.ZodType<T>;
}

/** What holds where an option is not given, and what a run does with it. */
export interface FlagDetails<T> {
  /** One letter, where the option has a short name too: `o` is `-o`. */
  readonly short?: string;
  /** Its value where it is not given. */
  readonly default?: T;
  /** Says in the help what holds where it is not given, and has no value then. */
  readonly otherwise?: string;
  /** Says in the help what its value follows from where it is not given: every run records one. */
  readonly computed?: string;
  /** False where a run does not record it, so that it may be another one each time that the run goes on. */
  readonly record?: false;
  /** A run may go on with a greater one; of what is recorded else, only with the same. */
  readonly mayGrow?: true;
  /** Runs of before there was this option are read without it. */
  readonly absentInOlderRuns?: true;
}

/**
 * An option of a command, with all that there is to know about it. Its name on the command line is its key in `Flags`:
 * `batchSize` is `--batch-size`.
 */
export interface Flag<T = unknown> extends FlagDetails<T> {
  readonly kind: Kind<T>;
  readonly about: string;
}

export type Flags = Readonly<Record<string, Flag>>;

/** @param about what it is, for the help, which adds the default */
export function flag<T, const D extends FlagDetails<T>>(kind: Kind<T>, about: string, details?: D): Flag<T> & D {
  return { kind, about, ...details } as Flag<T> & D;
}

export type ValueOf<F> = F extends { readonly kind: Kind<infer T> } ? T : never;

/** The options that were given. */
export type Given<F extends Flags> = { readonly [K in keyof F]?: ValueOf<F[K]> };

type HavingDefault<F extends Flags> = {
  [K in keyof F]: F[K] extends { readonly default: unknown } ? K : never;
}[keyof F];

/** The options that were given, and the defaults of the others. */
export type Values<F extends Flags> = { readonly [K in HavingDefault<F>]: ValueOf<F[K]> } & {
  readonly [K in Exclude<keyof F, HavingDefault<F>>]?: ValueOf<F[K]>;
};

/** The defaults of the options that have one, and the values of those that were given. */
export function withDefaults<F extends Flags>(flags: F, given: Given<F>): Values<F> {
  const defaults = Object.entries(flags).flatMap(([key, each]) =>
    each.default === undefined ? [] : [[key, each.default]],
  );
  return { ...Object.fromEntries(defaults), ...given } as Values<F>;
}

/** `batchSize` as `--batch-size`. */
export function optionName(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** What the help says of an option. */
export function helpText({ about, kind, default: value, otherwise, computed }: Flag): string {
  const without = otherwise ?? computed ?? (value === undefined ? undefined : String(value));
  return `${about}${without === undefined ? "" : ` (default: ${without})`}${kind.choices ?? ""}`;
}
