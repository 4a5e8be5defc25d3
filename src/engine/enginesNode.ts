import type { EngineStarters } from "./starters.ts";

/** The engines of Node. Each is loaded only when it is asked for. */
export const STARTERS: EngineStarters = {
  onnxruntime: async (options) => (await import("./onnxruntime/index.ts")).onnxruntimeEngine(options),
  reference: async () => (await import("./reference/index.ts")).referenceEngine(),
};
