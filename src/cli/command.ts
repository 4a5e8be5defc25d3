import type { Output } from "./terminal/output.ts";

/** An option of a command. Its name on the command line is its key in `Flags`: `batchSize` is `--batch-size`. */
export interface Flag<T> {
  /** What stands for its value in the help; an option that is only there or not has none. */
  readonly value?: string;
  /** One letter, where the option has a short name too: `o` is `-o`. */
  readonly short?: string;
  readonly about: string;
  /** @throws StriateError `usage` that names the option and says what its value should be. */
  read(text: string, option: string): T;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** The options that were given. */
export type Values<F extends Flags> = { readonly [K in keyof F]?: F[K] extends Flag<infer T> ? T : never };

/** One use of a command. */
export interface Call<F extends Flags> {
  readonly args: readonly string[];
  readonly flags: Values<F>;
  readonly output: Output;
  /** Says stop when the user interrupts. */
  readonly signal: AbortSignal;
}

/** A command as data. What it does is loaded when it runs, so that help and short commands start fast. */
export interface Command<F extends Flags = Flags> {
  readonly name: string;
  readonly about: string;
  /** The arguments as the help shows them: `<run> [files...]`. */
  readonly args?: string;
  readonly flags: F;
  readonly examples: readonly string[];
  /** @returns the exit code */
  run(call: Call<F>): Promise<number>;
}

/** A command whose options have the types that their flags read. */
export function defineCommand<F extends Flags>(command: Command<F>): Command {
  return command;
}

/** `batchSize` as `--batch-size`. */
export function optionName(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
