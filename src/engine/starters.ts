import { StriateError } from "../errors.ts";
import type { Engine, EngineOptions } from "./engine.ts";

/** The engines there are, the ones to prefer first. */
export const ENGINE_NAMES = ["onnxruntime", "reference"] as const;

export type EngineName = (typeof ENGINE_NAMES)[number];

/** How a platform starts each engine; one that it cannot have is there too, and says why: see `missingEngine`. */
export type EngineStarters = Readonly<Record<EngineName, (options: EngineOptions) => Promise<Engine>>>;

/** An engine that this platform does not have. */
export function missingEngine(name: EngineName, reason: string): Engine {
  return {
    name,
    available: async () => ({ available: false, reason }),
    compile: async () => {
      throw new StriateError("engine", `engine ${name} is not available: ${reason}`);
    },
    close: async () => {},
  };
}
