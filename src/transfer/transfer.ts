import { checkOptions, finiteNumber, type OptionNames, wholeNumber } from "../checks/index.ts";
import type { SingleInputDataset } from "../data/index.ts";
import { StriateError } from "../errors.ts";
import type { Model, Preprocessing } from "../model/index.ts";
import { tensor } from "../tensor/index.ts";
import { RUN_OPTIONS, type RunOptions, withEngine } from "../training/running.ts";
import { type Advice, adviceFrom } from "./advice.ts";
import { type Backbone, picturesOf } from "./backbone.ts";
import { atTemperature, type Calibration, calibrate } from "./calibration.ts";
import { cool } from "./classifier.ts";
import type { FeatureCacheOptions } from "./featureCache.ts";
import { computeFeatures, type Features } from "./features.ts";
import { foldsOf } from "./folds.ts";
import type { Interval } from "./interval.ts";
import { joined } from "./joined.ts";
import { type Measured, measure } from "./measure.ts";
import { type Parts, partsByGroup } from "./parts.ts";
import { faultFinder, type PictureFault } from "./pictureFaults.ts";
import type { Stage } from "./stages.ts";
import { type StrategyName, strategyNamed } from "./strategies.ts";
import { type Study, study } from "./study.ts";
import { shareOfLastStage } from "./timing.ts";
import { stageFor, TRAINING_OPTIONS, type TrainingOptions, trainBy } from "./training.ts";

/** What happens, in its order: the features of all pictures, probes on them, the advice, training. */
export type TransferEvent =
  | { readonly phase: "features" | "probes"; readonly done: number; readonly total: number }
  | {
      readonly phase: "advice";
      readonly advice: Advice;
      readonly study: Study;
      readonly faults: readonly PictureFault[];
    }
  | {
      readonly phase: "training";
      readonly strategy: StrategyName;
      /** The stage in which the features end. */
      readonly stage: string;
      readonly train: number;
      readonly validation: number;
    };

/** How `advise` measures. */
export interface AdviseOptions extends RunOptions {
  /** Folds of the cross-validation. Default 5, or as many different pictures as the smallest class has. */
  readonly folds?: number;
  /** Of folds, splits, augmentation and the order of pictures. Default 0. */
  readonly seed?: number;
  /** Where what frozen parts make of the pictures is kept, for runs to come. Default: nowhere. */
  readonly cache?: FeatureCacheOptions;
  /** Told what happens. */
  readonly onEvent?: (event: TransferEvent) => void;
}

/** How `transfer` goes about it. */
export interface TransferOptions extends Omit<AdviseOptions, "folds">, TrainingOptions {
  /** Default: the one that is advised. */
  readonly strategy?: StrategyName;
  /** The share of each class that is kept for the validation, near duplicates on one side. Default 0.2. */
  readonly validationSplit?: number;
  /** How the pictures got their size, which travels with the model. Default: nothing is said. */
  readonly fit?: Preprocessing["fit"];
  /** Pictures for the validation, as `data`. Default: `validationSplit` of `data`. */
  readonly validation?: SingleInputDataset;
  /** Pictures that nothing goes by: how good the classifier is on them is measured at the end. Default: none. */
  readonly test?: SingleInputDataset;
}

/** How a recipe is cross-validated. */
export interface CrossValidateTransferOptions extends Omit<TransferOptions, "validation" | "test"> {
  /** Folds. */
  readonly count: number;
  /** What `advise` or `transfer` found for the same pictures. Default: it is computed. */
  readonly advised?: Advised;
  /** Told the accuracy on each fold. */
  readonly onFold?: (accuracy: number, fold: number) => void;
}

const ADVISE: OptionNames<AdviseOptions> = { ...RUN_OPTIONS, folds: true, seed: true, cache: true, onEvent: true };

const RECIPE = {
  ...RUN_OPTIONS,
  ...TRAINING_OPTIONS,
  seed: true,
  cache: true,
  onEvent: true,
  strategy: true,
  validationSplit: true,
  fit: true,
} as const;

const TRANSFER: OptionNames<TransferOptions> = { ...RECIPE, validation: true, test: true };

const CROSS_VALIDATE: OptionNames<CrossValidateTransferOptions> = {
  ...RECIPE,
  count: true,
  advised: true,
  onFold: true,
};

/** What a backbone's features say about some pictures. */
export interface Advised {
  readonly advice: Advice;
  readonly study: Study;
  readonly features: Features;
  /** Pictures that are dark, washed out, blurred or tiny. */
  readonly faults: readonly PictureFault[];
}

/** A classifier made of a backbone. */
export interface Transferred extends Advised {
  /** From prepared pictures to the probability of each class; it knows its class names and preprocessing. */
  readonly model: Model;
  readonly strategy: StrategyName;
  /** The stage in which the features end. */
  readonly stage: Stage;
  /** On the pictures that were kept for it, calibrated. */
  readonly validation: Measured;
  /** On the pictures that were given for it, calibrated. */
  readonly test?: Measured;
  readonly calibration: Calibration;
  /** The class of each validation picture, in the order of `calibration.probabilities`. */
  readonly validationLabels: Int32Array;
  /** Places in `data`; those of pictures that were given for the validation go on after it. */
  readonly parts: Parts;
}

/**
 * Which strategy to take for some pictures, and why: linear probes on the features of each stage of a backbone are
 * cross-validated.
 * @param data pictures of the backbone's size (`pictureOptions`), values from 0 to 1, with classes
 * @throws StriateError `data` for fewer than two classes, or a class with fewer than two different pictures
 */
export async function advise(
  backbone: Backbone,
  data: SingleInputDataset,
  options: AdviseOptions = {},
): Promise<Advised> {
  checkOptions("advise", options, ADVISE);
  return withEngine(options, async (engine) => (await advised(backbone, data, data, { ...options, engine })).found);
}

/**
 * Makes a classifier of a backbone, by the strategy that is advised or named. A part of the pictures is kept for the
 * validation; no strategy gives a model whose validation loss is larger than that of the linear probe it began with.
 * @param data as `advise` takes it; pictures for the validation and for a test may be given beside it
 * @example
 * const backbone = await openBackbone("efficientnet-lite0");
 * const { train } = await imageFolder("photos", { ...pictureOptions(backbone), fit: "pad" });
 * const { model, validation } = await transfer(backbone, train, { fit: "pad" });
 * await model.save("photos.keras");
 * @throws StriateError as `advise`
 */
export async function transfer(
  backbone: Backbone,
  data: SingleInputDataset,
  options: TransferOptions = {},
): Promise<Transferred> {
  checkOptions("transfer", options, TRANSFER);
  const { validationSplit = 0.2, seed = 0, strategy: asked, validation, test } = options;
  finiteNumber("transfer", "validationSplit", validationSplit, { above: 0, below: 1 });
  if (asked !== undefined) strategyNamed(asked);
  return withEngine(options, async (engine) => {
    const own = { ...options, engine };
    const all = joined([data, ...(validation ? [validation] : []), ...(test ? [test] : [])]);
    const { found, features } = await advised(backbone, data, all, own);
    const strategy = asked ?? found.advice.strategy;
    const { labels } = features;
    const classNames = namesOf(data);
    const readable = placesBut(labels.length, features.standIns);
    const members = readable.filter((place) => place < data.length);
    const testStart = data.length + (validation?.length ?? 0);
    const parts = validation
      ? { train: members, validation: readable.filter((place) => place >= data.length && place < testStart) }
      : partsByGroup(members, labels, found.study.groups, validationSplit, { seed, classNames });
    const tested = readable.filter((place) => place >= testStart);
    checkMeasurable(validation, parts.validation, "validation");
    checkMeasurable(test, tested, "test");
    const known = { features, study: found.study };
    const stage = stageFor(strategy, found.study);
    const counts = { train: parts.train.length, validation: parts.validation.length };
    options.onEvent?.({ phase: "training", strategy, stage: stage.name, ...counts });
    const trained = await trainBy(strategy, backbone, all, known, parts, own, tested);
    const { model } = trained;
    const labelsOf = (places: readonly number[]) => Int32Array.from(places, (place) => labels[place] ?? 0);
    const validationLabels = labelsOf(parts.validation);
    const calibration = calibrate(trained.probabilities, validationLabels, classNames.length);
    const { temperature } = calibration;
    cool(model, temperature);
    model.pictures = picturesOf(backbone, classNames, options.fit);
    const measured = (probabilities: Float32Array, truth: Int32Array) =>
      measure(probabilities, truth, classNames.length, new Float32Array(truth.length).fill(1));
    return {
      ...found,
      model,
      strategy,
      stage,
      validation: measured(calibration.probabilities, validationLabels),
      ...(test && {
        test: measured(atTemperature(trained.test, classNames.length, temperature), labelsOf(tested)),
      }),
      calibration,
      validationLabels,
      parts,
    };
  });
}

/** @throws StriateError `data` where none of the pictures that were given to measure on can be read */
function checkMeasurable(given: SingleInputDataset | undefined, readable: readonly number[], part: string): void {
  if (!given || readable.length > 0) return;
  throw new StriateError("data", `none of the ${given.length} pictures for the ${part} can be read`);
}

/** The accuracy of a recipe, cross-validated. */
export interface CrossValidatedTransfer {
  /** Of each fold. */
  readonly folds: readonly number[];
  /** Over all pictures, each by the model that did not see it. */
  readonly accuracy: Interval;
}

/**
 * Cross-validates a whole recipe: for each fold, a classifier is made of the pictures of the others, with a validation part of
 * its own, and measured on the fold's. Near duplicates are in one fold.
 * @throws StriateError as `transfer`
 */
export async function crossValidateTransfer(
  backbone: Backbone,
  data: SingleInputDataset,
  options: CrossValidateTransferOptions,
): Promise<CrossValidatedTransfer & { readonly strategy: StrategyName }> {
  checkOptions("crossValidateTransfer", options, CROSS_VALIDATE);
  const { count, onFold, advised: before, ...rest } = options;
  wholeNumber("crossValidateTransfer", "count", count, { least: 2 });
  const { validationSplit = 0.2, seed = 0, strategy: asked } = rest;
  return withEngine(rest, async (engine) => {
    const own = { ...rest, engine };
    const found = before ?? (await advised(backbone, data, data, own)).found;
    const strategy = asked ?? found.advice.strategy;
    const { labels, standIns } = found.features;
    const classNames = namesOf(data);
    // Layers are shared with the backbone: each fold begins with its weights as they are now.
    const whole = backbone.upTo(backbone.stages.slice(-1));
    const weights = whole.weights;
    const all = placesBut(labels.length, standIns);
    const folds = foldsOf(labels, count, { seed, groups: found.study.groups });
    const accuracies: number[] = [];
    const probabilities = new Float32Array(labels.length * classNames.length);
    for (let fold = 0; fold < count; fold++) {
      const members = all.filter((place) => folds[place] !== fold);
      const test = all.filter((place) => folds[place] === fold);
      const parts = partsByGroup(members, labels, found.study.groups, validationSplit, {
        seed: seed + fold,
        classNames,
      });
      const trained = await trainBy(strategy, backbone, data, found, parts, own, test);
      whole.setWeights(weights);
      for (const [i, place] of test.entries()) {
        const row = trained.test.subarray(i * classNames.length, (i + 1) * classNames.length);
        probabilities.set(row, place * classNames.length);
      }
      const truth = Int32Array.from(test, (place) => labels[place] ?? 0);
      const { accuracy } = measure(trained.test, truth, classNames.length, new Float32Array(test.length).fill(1));
      accuracies.push(accuracy.mean);
      onFold?.(accuracy.mean, fold);
    }
    const counting = new Float32Array(labels.length).fill(1);
    for (const place of standIns) counting[place] = 0;
    const { accuracy } = measure(probabilities, labels, classNames.length, counting);
    return { strategy, folds: accuracies, accuracy };
  });
}

/** @param all the data, and after it pictures that are only to be measured on, whose features are computed as well */
async function advised(
  backbone: Backbone,
  data: SingleInputDataset,
  all: SingleInputDataset,
  options: AdviseOptions & Required<Pick<RunOptions, "engine">>,
): Promise<{ readonly found: Advised; readonly features: Features }> {
  const { seed = 0, folds, onEvent, signal, engine, cache } = options;
  const classes = namesOf(data).length;
  const common = { engine, ...(signal && { signal }) };
  const began = performance.now();
  const finder = faultFinder(data);
  const every = await computeFeatures(backbone, all, {
    ...common,
    ...(cache && { cache }),
    onPictures: finder.onPictures,
    onProgress: (done, total) => onEvent?.({ phase: "features", done, total }),
  });
  const secondsPerPicture = (performance.now() - began) / 1000 / Math.max(1, all.length - every.cached);
  const features = firstRows(every, data.length);
  checkEnough(features, namesOf(data));
  const studied = await withEngine(common, (started) =>
    study(started, features, {
      classes,
      seed,
      ...(folds !== undefined && { folds }),
      ...(signal && { signal }),
      onProgress: (done, total) => onEvent?.({ phase: "probes", done, total }),
    }),
  );
  const timing = { pictures: data.length, secondsPerPicture, lastStage: shareOfLastStage(backbone) };
  const advice = adviceFrom(studied, backbone, timing);
  const faults = await finder.faults(features.standIns);
  onEvent?.({ phase: "advice", advice, study: studied, faults });
  return { found: { advice, study: studied, features, faults }, features: every };
}

/** The features of the first pictures. */
function firstRows({ stages, labels, standIns, cached }: Features, count: number): Features {
  return {
    stages: stages.map(({ stage, values }) => {
      const { channels } = stage;
      return { stage, values: tensor("float32", [count, channels], values.data.subarray(0, count * channels)) };
    }),
    labels: labels.subarray(0, count),
    standIns: standIns.filter((place) => place < count),
    cached: Math.min(cached, count),
  };
}

function placesBut(length: number, left: readonly number[]): readonly number[] {
  const out = new Set(left);
  return Array.from({ length }, (_, i) => i).filter((i) => !out.has(i));
}

/** @throws StriateError `usage` for a data set without classes, `data` for one class */
function namesOf({ classNames, classes }: SingleInputDataset): readonly string[] {
  const names = classNames ?? (classes === undefined ? undefined : Array.from({ length: classes }, (_, i) => `${i}`));
  if (!names) {
    throw new StriateError(
      "usage",
      "transfer learning is for classes, and the data set does not say how many there are",
    );
  }
  if (names.length > 1) return names;
  throw new StriateError(
    "data",
    `there is one class only (${names.join()}); a classifier tells two classes or more apart, so add pictures of what it is not`,
  );
}

/** @throws StriateError `data` for a class with fewer than two pictures that could be read */
function checkEnough({ labels, standIns }: Features, classNames: readonly string[]): void {
  const counts = new Array<number>(classNames.length).fill(0);
  for (const place of placesBut(labels.length, standIns))
    counts[labels[place] ?? 0] = (counts[labels[place] ?? 0] ?? 0) + 1;
  const few = classNames.filter((_, label) => (counts[label] ?? 0) < 2);
  if (few.length === 0) return;
  throw new StriateError(
    "data",
    `${few.length === 1 ? "class" : "classes"} ${few.map((name) => JSON.stringify(name)).join(", ")}: fewer than two pictures that ` +
      "can be read; at least two are needed, one to learn from and one to measure on",
  );
}
