import { StriateError } from "../errors.ts";
import type { EngineModule } from "./engine.ts";
import type { EngineModules } from "./table.ts";

/** Where the code of each engine is in browsers, in the place of enginesNode.ts: see `#engines` in package.json. */
export const MODULES: EngineModules = {
  onnxruntime: async () => missing("onnxruntime-node is for Node; in a browser take engine reference"),
  reference: () => import("./reference/index.ts"),
};

/** An engine that browsers do not have. */
function missing(reason: string): EngineModule {
  return {
    available: async () => ({ available: false, reason }),
    start: async () => {
      throw new StriateError("engine", `the engine is not available: ${reason}`);
    },
  };
}
