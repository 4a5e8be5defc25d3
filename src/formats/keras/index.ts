export type { OldWeightsOptions } from "./arrangement.ts";
export type { JsonRecord } from "./json.ts";
export { type LoadKerasOptions, loadKeras, loadKerasWeights } from "./load.ts";
export { type KerasConfigOptions, type Moments, modelFromKerasConfig, normalizationPaths } from "./readConfig.ts";
export { encodeKeras, saveKeras } from "./save.ts";
export { KERAS_WEIGHTS, type KerasWeightsOptions, type KerasWeightsReport } from "./weights.ts";
export { kerasConfig } from "./writeConfig.ts";
