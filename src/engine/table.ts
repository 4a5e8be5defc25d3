import { unknownName } from "../checks/index.ts";
import type { Engine, EngineOptions } from "./engine.ts";
import { inOrder } from "./inOrder.ts";

/** The engines there are, the ones to prefer first. Each is loaded only when it is asked for. */
const STARTERS = {
  onnxruntime: async (options: EngineOptions) => (await import("./onnxruntime/index.ts")).onnxruntimeEngine(options),
  reference: async () => (await import("./reference/index.ts")).referenceEngine(),
} satisfies Record<string, (options: EngineOptions) => Promise<Engine>>;

/** The name of an engine. */
export type EngineName = keyof typeof STARTERS;

/** The names of the engines, in the order in which they are tried. */
export const ENGINE_NAMES = Object.keys(STARTERS) as readonly EngineName[];

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
