// What a run records of a command's options, so that it can go on with them: derived from their table.
import { z } from "zod";
import { defined } from "../defined.ts";
import { type Flags, type Given, optionName, type ValueOf, type Values } from "./flag.ts";

type RecordedKey<F extends Flags> = {
  [K in keyof F]: F[K] extends { readonly record: false } ? never : K;
}[keyof F];

type ComputedKey<F extends Flags> = {
  [K in RecordedKey<F>]: F[K] extends { readonly computed: string } ? K : never;
}[RecordedKey<F>];

/** Those that every run has a value of. */
type CertainKey<F extends Flags> = {
  [K in RecordedKey<F>]: F[K] extends { readonly absentInOlderRuns: true }
    ? never
    : F[K] extends { readonly default: unknown } | { readonly computed: string }
      ? K
      : never;
}[RecordedKey<F>];

/** The options of a run: those that have a default or follow from others always, the rest where they were given. */
export type Recorded<F extends Flags> = { readonly [K in CertainKey<F>]: ValueOf<F[K]> } & {
  readonly [K in Exclude<RecordedKey<F>, CertainKey<F>>]?: ValueOf<F[K]>;
};

/** What a new run works out: every option that is `computed`, and others where they are not as they were given. */
export type Computed<F extends Flags> = { readonly [K in ComputedKey<F>]: ValueOf<F[K]> } & {
  readonly [K in Exclude<RecordedKey<F>, ComputedKey<F>>]?: ValueOf<F[K]>;
};

/** The schema of a run's options, in the order of the table. */
export function recordSchema<F extends Flags>(flags: F): z.ZodType<Recorded<F>> {
  const shape = recorded(flags).map(([key, each]) => {
    const isCertain = (each.default !== undefined || each.computed !== undefined) && !each.absentInOlderRuns;
    const schema = each.kind.schema(z);
    return [key, isCertain ? schema : schema.exactOptional()];
  });
  return z.strictObject(Object.fromEntries(shape)) as unknown as z.ZodType<Recorded<F>>;
}

/** The options that a new run records. */
export function newRecord<F extends Flags>(flags: F, values: Values<F>, computed: Computed<F>): Recorded<F> {
  const all: Readonly<Record<string, unknown>> = { ...values, ...computed };
  const entries = recorded(flags).map(([key]) => [key, all[key]]);
  return defined(Object.fromEntries(entries)) as Recorded<F>;
}

/** A run's options as it goes on with them, and what speaks against that. */
export interface ContinuedRecord<F extends Flags> {
  readonly options: Recorded<F>;
  /** A clause for each option that was given and may not be another. */
  readonly differences: readonly string[];
}

/** The options that a run goes on with: those that it was started with, and of those that may grow what was given. */
export function continuedRecord<F extends Flags>(flags: F, started: Recorded<F>, given: Given<F>): ContinuedRecord<F> {
  const options: Record<string, unknown> = { ...started };
  const differences: string[] = [];
  for (const [key, { mayGrow }] of recorded(flags)) {
    const [before, now] = [options[key], (given as Readonly<Record<string, unknown>>)[key]];
    if (now === undefined || JSON.stringify(now) === JSON.stringify(before)) continue;
    if (mayGrow && Number(now) > Number(before)) options[key] = now;
    else {
      const values = `${optionName(key)} is ${String(now)} and was ${before === undefined ? "not given" : String(before)}`;
      differences.push(mayGrow ? `${values}, which can only grow` : values);
    }
  }
  return { options: options as Recorded<F>, differences };
}

function recorded(flags: Flags) {
  return Object.entries(flags).filter(([, { record }]) => record !== false);
}
