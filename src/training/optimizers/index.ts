export { type AdagradOptions, adagrad } from "./adagrad.ts";
export { type AdamOptions, type AdamWOptions, adam, adamW } from "./adam.ts";
export type { Clipping, ClippingOptions } from "./clipping.ts";
export type { OptimizerName } from "./names.ts";
export type { Optimizer, OptimizerOptions, Slot, StepValues, UpdateRule } from "./optimizer.ts";
export {
  layerDecay,
  type Multipliers,
  multipliersIn,
  type ParameterGroup,
  type ParameterGroupOptions,
  parameterGroup,
  withoutDecay,
} from "./parameterGroups.ts";
export { type RmspropOptions, rmsprop } from "./rmsprop.ts";
export { type SgdOptions, sgd } from "./sgd.ts";
export { optimizerNamed } from "./table.ts";
