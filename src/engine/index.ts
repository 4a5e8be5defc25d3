export type { Availability, CompileOptions, Engine, EngineOptions, Executable, Tensors } from "./engine.ts";
export { availability, chooseEngine, type SelectOptions, selectEngine } from "./select.ts";
export { checkEngineName, ENGINE_NAMES, type EngineName } from "./table.ts";
