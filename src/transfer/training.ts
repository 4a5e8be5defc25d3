import type { OptionNames } from "../checks/index.ts";
import {
  augment,
  augmentedVersions,
  randomFlip,
  randomResizedCrop,
  type SingleInputDataset,
  type Step,
} from "../data/index.ts";
import { pick } from "../data/split.ts";
import type { Engine } from "../engine/index.ts";
import { StriateError } from "../errors.ts";
import type { Model } from "../model/index.ts";
import { at, type Tensor, tensor } from "../tensor/index.ts";
import { type Callback, predict } from "../training/index.ts";
import { checkAborted } from "../training/running.ts";
import type { Backbone } from "./backbone.ts";
import { classifier, probabilitiesOf } from "./classifier.ts";
import type { FeatureCacheOptions } from "./featureCache.ts";
import type { Features } from "./features.ts";
import { fineTune } from "./fineTune.ts";
import type { Parts } from "./parts.ts";
import { prepared } from "./prepared.ts";
import { type Probe, probeFitter } from "./probe.ts";
import { FINE_TUNING, SCRATCH } from "./recipes.ts";
import type { Stage } from "./stages.ts";
import { type Strategy, type StrategyName, strategyNamed } from "./strategies.ts";
import type { Study } from "./study.ts";

/** How the strategies that train a backbone do it. `FINE_TUNING` and `SCRATCH` have the defaults. */
export interface TrainingOptions {
  readonly epochs?: number;
  readonly batchSize?: number;
  /** Of AdamW at the head. */
  readonly learningRate?: number;
  /** Each stage trains at this times the rate of the one after it. */
  readonly layerDecay?: number;
  readonly weightDecay?: number;
  readonly labelSmoothing?: number;
  /** What is done to a picture each time it is learned from, values 0 to 1. Default: flips, and crops of at least 0.6. */
  readonly augmentation?: readonly Step[];
  /** Augmented versions of each picture where the frozen part is computed once. */
  readonly versions?: number;
  /** Whether the backbone's batch normalizations learn from these pictures. Default false. */
  readonly trainBatchNorm?: boolean;
  /** Of the training of the backbone: see `fit`. */
  readonly callbacks?: readonly Callback[];
  /** A checkpoint of that training to go on from: see `fit`. */
  readonly resume?: string;
}

export const TRAINING_OPTIONS: OptionNames<TrainingOptions> = {
  epochs: true,
  batchSize: true,
  learningRate: true,
  layerDecay: true,
  weightDecay: true,
  labelSmoothing: true,
  augmentation: true,
  versions: true,
  trainBatchNorm: true,
  callbacks: true,
  resume: true,
};

/** A classifier, and the probabilities that it gives, [pictures, classes]. */
export interface Trained {
  readonly model: Model;
  /** Of the pictures that were kept for the validation. */
  readonly probabilities: Float32Array;
  /** Of those that were given for a test. */
  readonly test: Float32Array;
}

interface Known {
  readonly features: Features;
  readonly study: Study;
}

interface TrainByOptions extends TrainingOptions {
  readonly cache?: FeatureCacheOptions;
  readonly engine: Engine;
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** Makes a classifier of a backbone by a strategy. Where it is made of layers, the backbone's weights are trained with it. */
export async function trainBy(
  name: StrategyName,
  backbone: Backbone,
  data: SingleInputDataset,
  known: Known,
  parts: Parts,
  options: TrainByOptions,
  test: readonly number[] = [],
): Promise<Trained> {
  const strategy: Strategy = strategyNamed(name);
  const stage = placeOfStage(strategy, known.study);
  const head = strategy.pretrained ? await probeOf(stage, known, parts, options) : undefined;
  if (strategy.trains === "head" && head) {
    const values = head.values;
    const model = classifier(backbone, head.stage, { classes: head.classes, probe: head.probe });
    return {
      model,
      probabilities: probabilitiesOf(head.probe, values, parts.validation),
      test: probabilitiesOf(head.probe, values, test),
    };
  }
  return trainStages(name, strategy, backbone, data, parts, head, options, test);
}

/** The stage whose features a strategy takes. */
export function stageFor(name: StrategyName, known: Study): Stage {
  return at(known.stages, placeOfStage(strategyNamed(name), known)).stage;
}

function placeOfStage({ early }: Strategy, { stages, best }: Study): number {
  const last = stages.length - 1;
  if (!early || last === 0) return last;
  if (best < last) return best;
  // The last stage measures best; of the earlier ones, the best.
  const losses = stages.slice(0, last).map(({ loss }) => loss);
  return losses.indexOf(Math.min(...losses));
}

interface Head {
  readonly stage: Stage;
  readonly values: Tensor<"float32">;
  readonly classes: number;
  readonly probe: Probe;
}

/** A linear softmax of the pictures to learn from, with the penalty that the cross-validation found. */
async function probeOf(
  index: number,
  { features, study }: Known,
  { train }: Parts,
  { engine, signal }: TrainByOptions,
): Promise<Head> {
  const { stage, values } = at(features.stages, index);
  const classes = study.counts.length;
  const fitter = await probeFitter(engine, values, features.labels, classes, signal);
  try {
    const weights = new Float32Array(features.labels.length);
    for (const place of train) weights[place] = 1;
    const probe = fitter.probeOf(await fitter.fit(weights, at(study.stages, index).penalty));
    return { stage, values, classes, probe };
  } finally {
    await fitter.close();
  }
}

async function trainStages(
  name: StrategyName,
  strategy: Strategy,
  backbone: Backbone,
  data: SingleInputDataset,
  parts: Parts,
  head: Head | undefined,
  options: TrainByOptions,
  test: readonly number[],
): Promise<Trained> {
  const { stages } = backbone;
  const last = at(stages, stages.length - 1);
  const { seed = 0, augmentation = defaultAugmentation(), versions = FINE_TUNING.versions } = options;
  const classes = data.classes ?? head?.classes ?? 0;
  const dropout = strategy.pretrained ? FINE_TUNING.dropout : SCRATCH.dropout;
  const model = classifier(backbone, last, { classes, dropout, seed, ...(head && { probe: head.probe }) });
  if (!strategy.pretrained) drawAnew(model, backbone.name, seed);
  const augmented = augmentation.length === 0 ? data : augment(data, augmentation, { seed });
  const isLast = strategy.trains === "lastStage";
  // What goes through frozen stages alone is computed once for each version.
  const source = isLast && augmentation.length > 0 ? augmentedVersions(augmented, versions) : augmented;
  const ready = {
    train: prepared(pick(source, parts.train), backbone),
    validation: prepared(pick(data, parts.validation), backbone),
  };
  const trained = isLast ? stages.slice(-1) : stages;
  await fineTune(model, backbone, trained, ready, {
    ...recipeOf(name, isLast),
    ...given(options),
    ...(options.cache && { cacheFrozen: options.cache }),
    seed,
  });
  const probabilities = await predictions(model, ready.validation, options);
  const tested =
    test.length === 0 ? new Float32Array() : await predictions(model, prepared(pick(data, test), backbone), options);
  return { model, probabilities, test: tested };
}

function recipeOf(name: StrategyName, isLast: boolean) {
  if (name === "scratch") return { ...SCRATCH, layerDecay: 1, trainBatchNorm: true };
  const kind = isLast ? "lastStage" : "all";
  return { ...FINE_TUNING, epochs: FINE_TUNING.epochs[kind], learningRate: FINE_TUNING.learningRate[kind] };
}

/** The options that are for `fineTune`, without those that nobody gave. */
function given(options: TrainByOptions) {
  const { engine, signal, epochs, batchSize, learningRate, layerDecay, weightDecay, labelSmoothing } = options;
  const { trainBatchNorm, callbacks, resume } = options;
  const own = {
    signal,
    epochs,
    batchSize,
    learningRate,
    layerDecay,
    weightDecay,
    labelSmoothing,
    trainBatchNorm,
    callbacks,
    resume,
  };
  const known = Object.entries(own).filter(([, value]) => value !== undefined);
  return {
    engine,
    ...(Object.fromEntries(known) as Partial<{ [K in keyof typeof own]: NonNullable<(typeof own)[K]> }>),
  };
}

/** Pictures may be seen from the left and the right, and a part of a thing tells what it is. */
function defaultAugmentation(): readonly Step[] {
  return [randomFlip(), randomResizedCrop({ scale: [0.6, 1], ratio: [0.85, 1.18] })];
}

/** @throws StriateError `usage` for a net whose weights are only known from its file */
function drawAnew(model: Model, name: string, seed: number): void {
  if (model.layers.some(({ layer }) => layer.type === "onnxGraph")) {
    throw new StriateError(
      "usage",
      `${name}: an ONNX file does not say how its weights are drawn, so it cannot be trained from scratch; take a net of ` +
        "the zoo, or another strategy",
    );
  }
  model.setWeights(
    new Map(
      model.weightSpecs.map(({ key, spec }) => {
        return [key, spec.initializer(spec.shape, { seed, stream: `initial/${key}`, counter: 0 })];
      }),
    ),
  );
}

/** The outputs of a classifier for all pictures of a data set, in order. */
async function predictions(
  model: Model,
  data: SingleInputDataset,
  { engine, signal }: TrainByOptions,
): Promise<Float32Array> {
  const classes = at(model.outputShape, 0);
  const result = new Float32Array(data.length * classes);
  for (let start = 0; start < data.length; start += AT_ONCE) {
    checkAborted(signal, "measuring");
    const rows = Array.from({ length: Math.min(AT_ONCE, data.length - start) }, (_, i) => start + i);
    const { inputs } = await data.read(rows, { augment: false });
    const { data: values } = await predict(model, tensor("float32", inputs.shape, inputs.data), { engine });
    result.set(values, start * classes);
  }
  return result;
}

/** Pictures that are measured at once. */
const AT_ONCE = 256;
