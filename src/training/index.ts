import "./methods.ts";

export {
  type BatchLog,
  type Callback,
  type CallbackState,
  type EarlyStoppingOptions,
  type EpochLog,
  earlyStopping,
  jsonlHistory,
  type ModelCheckpointOptions,
  type MonitorOptions,
  modelCheckpoint,
  type ProgressOptions,
  progress,
  type ReduceLROnPlateauOptions,
  type Run,
  reduceLROnPlateau,
  type SaveMoment,
  terminateOnNaN,
  type Verbose,
} from "./callbacks/index.ts";
export { readCheckpoint } from "./checkpoint.ts";
export { type EvaluateOptions, type Evaluation, evaluate } from "./evaluate.ts";
export {
  encodeTrainingStep,
  saveTrainingStep,
  type TrainingStepFile,
  type TrainingStepOptions,
} from "./exportStep.ts";
export { type FitOptions, fit, type History } from "./fit.ts";
export type { FrozenCacheOptions } from "./frozen/options.ts";
export {
  findLearningRate,
  type LearningRateFound,
  type LearningRateOptions,
  type RatePoint,
} from "./learningRateFinder.ts";
export {
  binaryCrossentropy,
  type ClassWeight,
  type CrossentropyOptions,
  categoricalCrossentropy,
  defineLoss,
  type Loss,
  type LossDefinition,
  type LossName,
  type LossValues,
  meanSquaredError,
  sparseCategoricalCrossentropy,
} from "./losses/index.ts";
export { accuracy, binaryAccuracy, type Metric, type MetricName, topKAccuracy } from "./metrics.ts";
export { type ObjectiveOptions, objectivesOf } from "./objective.ts";
export {
  type AdagradOptions,
  type AdamOptions,
  type AdamWOptions,
  adagrad,
  adam,
  adamW,
  type Clipping,
  type ClippingOptions,
  layerDecay,
  type Multipliers,
  type Optimizer,
  type OptimizerName,
  type OptimizerOptions,
  optimizerNamed,
  type ParameterGroup,
  type ParameterGroupOptions,
  parameterGroup,
  type RmspropOptions,
  rmsprop,
  type SgdOptions,
  type Slot,
  type StepValues,
  sgd,
  type UpdateRule,
  withoutDecay,
} from "./optimizers/index.ts";
export { type PredictOptions, predict, predictOutputs } from "./predict.ts";
export type { RunOptions } from "./running.ts";
export {
  type CosineDecayOptions,
  cosineDecay,
  type ExponentialDecayOptions,
  exponentialDecay,
  type LearningRate,
  type PiecewiseConstantDecayOptions,
  piecewiseConstantDecay,
  type Schedule,
  warmUp,
} from "./schedules.ts";
export type { ResumeChange } from "./setup.ts";
export { evaluationGraph, initialStates, rateTensor, trainingGraph } from "./step/index.ts";
