import type { Context } from "./context.ts";
import type { Flags } from "./flags/flag.ts";

/** A command as data. What it does is loaded when it runs, so that its help is printed at once. */
export interface Command<F extends Flags = Flags> {
  /** The arguments as the help shows them: `<run> [files...]`. */
  readonly args?: string;
  readonly flags: F;
  readonly examples: readonly string[];
  /** @returns the exit code */
  run(context: Context<F>): Promise<number>;
}

/** A command whose context has the options of its flags. */
export function defineCommand<F extends Flags>(command: Command<F>): Command {
  return command;
}
