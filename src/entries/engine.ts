// What computes graphs: the contract, and the engines that there are.
export {
  type Availability,
  availability,
  type CompileOptions,
  ENGINE_NAMES,
  type Engine,
  type EngineName,
  type EngineOptions,
  type Executable,
  type ExecuteOptions,
  type RandomSource,
  type SelectOptions,
  selectEngine,
  type Tensors,
} from "../engine/index.ts";
