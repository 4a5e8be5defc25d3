import { StriateError } from "../errors.ts";
import { type Flags, type Given, type Values, withDefaults } from "./flags/flag.ts";
import type { Output } from "./terminal/output.ts";

/** What a command works with: what the user asked for, where it writes, and how it ends. */
export interface Context<F extends Flags = Flags> {
  readonly args: readonly string[];
  /** The options that were given, and the defaults of the others. */
  readonly flags: Values<F>;
  /** Only the options that were given. */
  readonly given: Given<F>;
  readonly output: Output;
  /** Says stop when the user interrupts. */
  readonly signal: AbortSignal;
  /**
   * Stops a command that the user has interrupted.
   * @param what `the prediction`
   * @param progress how far it came: `2 of 4 pictures`
   * @throws StriateError `interrupted`
   */
  checkInterrupted(what: string, progress?: string): void;
  /** Has something released when the command ends, in whatever way: what came last, first. */
  atEnd(release: () => Promise<void> | void): void;
}

/** The command line as it was read, and the streams and signals of the process. */
export interface Start {
  readonly args: readonly string[];
  readonly given: Given<Flags>;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** Runs something with a context, and releases what it has left for its end. */
export async function inContext(
  flags: Flags,
  { args, given, output, signal }: Start,
  run: (context: Context) => Promise<number>,
): Promise<number> {
  const releases: (() => Promise<void> | void)[] = [];
  try {
    return await run({
      args,
      given,
      flags: withDefaults(flags, given),
      output,
      signal,
      checkInterrupted: (what, progress) => {
        if (!signal.aborted) return;
        const after = progress === undefined ? "" : ` after ${progress}`;
        throw new StriateError("interrupted", `${what} was interrupted${after}`, { cause: signal.reason });
      },
      atEnd: (release) => void releases.push(release),
    });
  } finally {
    await releaseAll(releases);
  }
}

/** The last one first; one that fails does not keep the others. */
async function releaseAll(releases: (() => Promise<void> | void)[]): Promise<void> {
  const release = releases.pop();
  if (!release) return;
  try {
    await release();
  } finally {
    await releaseAll(releases);
  }
}
