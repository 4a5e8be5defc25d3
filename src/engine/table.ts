import { STARTERS } from "#engines";
import { unknownName } from "../checks/index.ts";
import type { Engine, EngineOptions } from "./engine.ts";
import { inOrder } from "./inOrder.ts";
import { ENGINE_NAMES, type EngineName } from "./starters.ts";

export { ENGINE_NAMES, type EngineName };

/** @throws StriateError `usage` when there is no engine of that name. */
export function checkEngineName(name: string): EngineName {
  const known = ENGINE_NAMES.find((candidate) => candidate === name);
  if (!known) throw unknownName("engine", name, ENGINE_NAMES);
  return known;
}

/** Starts an engine in this thread. */
export async function startEngine(name: string, options: EngineOptions): Promise<Engine> {
  return inOrder(await STARTERS[checkEngineName(name)](options));
}
