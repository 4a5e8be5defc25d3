import type { EngineModules } from "./table.ts";

/** Where the code of each engine is in Node. */
export const MODULES: EngineModules = {
  onnxruntime: () => import("./onnxruntime/index.ts"),
  reference: () => import("./reference/index.ts"),
};
