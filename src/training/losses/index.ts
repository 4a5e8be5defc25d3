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
export { isLoss, type LossName, lossOf, meanSquaredError } from "./table.ts";
