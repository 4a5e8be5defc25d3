import { type EngineStarters, missingEngine } from "./starters.ts";

/** The engines of browsers, in the place of enginesNode.ts: bundlers take this file under the condition `browser`. */
export const STARTERS: EngineStarters = {
  onnxruntime: async () =>
    missingEngine("onnxruntime", "onnxruntime-node is for Node; in a browser take engine reference"),
  reference: async () => (await import("./reference/index.ts")).referenceEngine(),
};
