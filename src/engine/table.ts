import { MODULES } from "#engines";
import { unknownName } from "../checks/index.ts";
import type { Availability, Engine, EngineModule, EngineOptions } from "./engine.ts";
import { hostedEngine } from "./hosted.ts";
import { type EngineChoices, startOptions } from "./options.ts";

/** The engines there are, the ones to prefer first, and what can be asked of them. */
const ENGINES = {
  onnxruntime: { devices: ["cpu", "cuda", "webgpu", "dml", "coreml"], precisions: ["float32"] },
  reference: { devices: ["cpu"], precisions: ["float64"] },
} as const satisfies Record<string, EngineChoices>;

/** The name of an engine. */
export type EngineName = keyof typeof ENGINES;

/**
 * Where the code of each engine is on a platform, loaded when it is asked for. An engine that a platform cannot have is
 * there too, and says why.
 */
export type EngineModules = Readonly<Record<EngineName, () => Promise<EngineModule>>>;

/** The names of the engines, in the order in which they are tried. */
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
  const resolved = startOptions(name, choicesOf(name), options);
  return (await MODULES[name]()).available(resolved);
}

/**
 * Starts an engine in this thread.
 * @throws StriateError `usage` for an unknown engine or options that it does not know, `engine` when it cannot be started
 */
export async function startEngine(given: string, options: EngineOptions): Promise<Engine> {
  const name = checkEngineName(given);
  const resolved = startOptions(name, choicesOf(name), options);
  const { available, start } = await MODULES[name]();
  return hostedEngine(name, () => available(resolved), await start(resolved));
}
