export type { Accuracy, Advice } from "./advice.ts";
export { type Backbone, type BackboneOptions, openBackbone } from "./backbone.ts";
export { atTemperature, type Calibration, calibrate, expectedCalibrationError } from "./calibration.ts";
export { type ClassifierOptions, classifier } from "./classifier.ts";
export { nearDuplicates } from "./duplicates.ts";
export type { FeatureCacheOptions } from "./featureCache.ts";
export { computeFeatures, type FeatureOptions, type Features, type StageFeatures } from "./features.ts";
export { foldsOf } from "./folds.ts";
export { type Interval, wilson } from "./interval.ts";
export type { CurvePoint } from "./learningCurve.ts";
export type { Measured } from "./measure.ts";
export type { Parts } from "./parts.ts";
export {
  FAULTS,
  type FaultName,
  type PictureFault,
  pictureFaults,
} from "./pictureFaults.ts";
export { pictureOptions, prepared } from "./prepared.ts";
export { type FitProbeOptions, type Probe, type ProbeFitter, type ProbePoint, probeFitter } from "./probe.ts";
export { FINE_TUNING, SCRATCH } from "./recipes.ts";
export type { CutPlace, Stage } from "./stages.ts";
export { STRATEGIES, STRATEGY_NAMES, type Strategy, type StrategyName } from "./strategies.ts";
export type { StageStudy, Study } from "./study.ts";
export type { Suspect } from "./suspects.ts";
export type { TrainingOptions } from "./training.ts";
export {
  type Advised,
  type AdviseOptions,
  advise,
  type CrossValidatedTransfer,
  type CrossValidateTransferOptions,
  crossValidateTransfer,
  type TransferEvent,
  type TransferOptions,
  type Transferred,
  transfer,
} from "./transfer.ts";
