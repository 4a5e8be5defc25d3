export type {
  Availability,
  CompileOptions,
  Engine,
  EngineOptions,
  Executable,
  ExecuteOptions,
  RandomSource,
  Tensors,
} from "./engine.ts";
export { drawRandoms } from "./random.ts";
export { chooseEngine, SELECT_OPTIONS, type SelectOptions, selectEngine } from "./select.ts";
export { availability, checkEngineName, ENGINE_NAMES, type EngineName } from "./table.ts";
