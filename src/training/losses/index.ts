export { type ClassWeight, classWeightList, weightsByClass } from "./classWeight.ts";
export {
  binaryCrossentropy,
  type CrossentropyOptions,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from "./crossentropies.ts";
export {
  defineLoss,
  exampleLosses,
  type Loss,
  type LossDefinition,
  type LossValues,
  lossText,
  targetShape,
  targetType,
} from "./loss.ts";
export type { LossName } from "./names.ts";
export { isLoss, lossOf, meanSquaredError } from "./table.ts";
