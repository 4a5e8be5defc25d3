import { type OptionNames, wholeNumber } from "../checks/index.ts";
import { type Engine, SELECT_OPTIONS, type SelectOptions, selectEngine } from "../engine/index.ts";
import { StriateError } from "../errors.ts";

/** Where something runs: an engine that is there already, or how to select one. */
export interface RunOptions extends Omit<SelectOptions, "engine"> {
  /** An engine, which stays open, or the name of one. Default: the best that is available. */
  readonly engine?: Engine | string;
  readonly signal?: AbortSignal;
}

export const RUN_OPTIONS: OptionNames<RunOptions> = { ...SELECT_OPTIONS, signal: true };

/** @throws StriateError `usage` for a number of threads that cannot be */
export function checkRun(where: string, { threads }: RunOptions): void {
  if (threads !== undefined) wholeNumber(where, "threads", threads);
}

/** Runs something on the engine that the options say, and closes it if it was started here. */
export async function withEngine<T>(options: RunOptions, use: (engine: Engine) => Promise<T>): Promise<T> {
  const { engine } = options;
  if (engine !== undefined && typeof engine !== "string") return use(engine);
  const started = await selectEngine(selectOptions(options));
  try {
    return await use(started);
  } finally {
    await started.close();
  }
}

/** Those of the options that say how an engine is selected. */
function selectOptions(options: RunOptions): SelectOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(SELECT_OPTIONS, name)));
}

/** @throws StriateError `interrupted` when the signal says stop. */
export function checkAborted(signal: AbortSignal | undefined, doing: string): void {
  if (signal?.aborted) throw new StriateError("interrupted", `${doing} was interrupted`, { cause: signal.reason });
}
