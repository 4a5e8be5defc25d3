import { unknownName } from "../checks/index.ts";
import type { Availability, Engine, EngineModule, EngineOptions } from "./engine.ts";
import { hostedEngine } from "./hosted.ts";
import { type EngineChoices, startOptions } from "./options.ts";

/** An engine's line: what can be asked of it, and where its code is, which is loaded when it is asked for. */
interface EngineEntry extends EngineChoices {
  readonly load: () => Promise<EngineModule>;
}

/** The engines there are, the ones to prefer first. */
const ENGINES = {
  onnxruntime: {
    devices: ["cpu", "cuda", "webgpu", "dml", "coreml"],
    precisions: ["float32"],
    load: () => import("./onnxruntime/index.ts"),
  },
  reference: { devices: ["cpu"], precisions: ["float64"], load: () => import("./reference/index.ts") },
} as const satisfies Record<string, EngineEntry>;

export type EngineName = keyof typeof ENGINES;

export const ENGINE_NAMES = Object.keys(ENGINES) as readonly EngineName[];

/** What an engine can be asked for, and its defaults. */
export function choicesOf(name: EngineName): EngineChoices {
  return ENGINES[name];
}

/** @throws StriateError `usage` when there is no engine of that name. */
export function checkEngineName(name: string): EngineName {
  const known = ENGINE_NAMES.find((candidate) => candidate === name);
  if (!known) throw unknownName("engine", name, ENGINE_NAMES);
  return known;
}

/**
 * Whether an engine can be used here, on its usual device or the one that is given.
 * @throws StriateError `usage` for options that the engine does not know
 */
export async function availability(name: EngineName, options: EngineOptions = {}): Promise<Availability> {
  const { load, ...choices } = ENGINES[name];
  const resolved = startOptions(name, choices, options);
  return (await load()).available(resolved);
}

/**
 * Starts an engine in this thread.
 * @throws StriateError `usage` for an unknown engine or options that it does not know, `engine` when it cannot be started
 */
export async function startEngine(given: string, options: EngineOptions): Promise<Engine> {
  const name = checkEngineName(given);
  const { load, ...choices } = ENGINES[name];
  const resolved = startOptions(name, choices, options);
  const { available, start } = await load();
  return hostedEngine(name, () => available(resolved), await start(resolved));
}
