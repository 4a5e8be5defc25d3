import { checkOptions, wholeNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { Availability, Engine, EngineOptions } from "./engine.ts";
import { MOST_THREADS } from "./limits.ts";
import { checkEngineName, ENGINE_NAMES, type EngineName, startEngine } from "./table.ts";
import { workerEngine } from "./worker/host.ts";

/** The options of `selectEngine`. */
export interface SelectOptions extends EngineOptions {
  /** The engine to use. Default: the first of `ENGINE_NAMES` that is available. */
  readonly engine?: string;
  /** Run in the caller's thread, which then waits for every step. Default: in a worker. */
  readonly inline?: boolean;
}

/**
 * The engine to run on.
 * @throws StriateError `usage` for an unknown name or more than 1,024 threads, `engine` when the one asked for is missing.
 */
export async function selectEngine(given: SelectOptions = {}): Promise<Engine> {
  checkOptions("selectEngine", given, { engine: true, inline: true, threads: true });
  const { engine, inline = false, ...options } = given;
  const { threads } = options;
  if (threads !== undefined) wholeNumber("the engine", "threads", threads, { least: 1, most: MOST_THREADS });
  const name = engine === undefined ? await chooseEngine() : checkEngineName(engine);
  const { available, reason } = await availability(name);
  if (!available) throw new StriateError("engine", `engine ${name} is not available: ${reason}`);
  return inline ? startEngine(name, options) : workerEngine(name, options);
}

/** The name of the engine that is used when none is asked for. */
export async function chooseEngine(): Promise<EngineName> {
  for (const name of ENGINE_NAMES) if ((await availability(name)).available) return name;
  throw new StriateError("engine", "no engine is available");
}

/** Whether an engine can run here, and else why not. */
export async function availability(name: EngineName): Promise<Availability> {
  return (await startEngine(name, {})).available();
}
