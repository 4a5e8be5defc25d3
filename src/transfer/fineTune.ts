import type { SingleInputDataset } from "../data/index.ts";
import type { Model } from "../model/index.ts";
import {
  adamW,
  type Callback,
  cosineDecay,
  earlyStopping,
  evaluate,
  type FitOptions,
  fit,
  type ParameterGroup,
  sparseCategoricalCrossentropy,
  warmUp,
  withoutDecay,
} from "../training/index.ts";
import type { RunOptions } from "../training/running.ts";
import type { Backbone } from "./backbone.ts";
import { keepBest } from "./keepBest.ts";
import { FINE_TUNING } from "./recipes.ts";
import type { Stage } from "./stages.ts";

export interface FineTuneOptions extends RunOptions {
  readonly epochs: number;
  /** At the head; it falls to 0 along half a cosine. */
  readonly learningRate: number;
  /** Each stage trains at this times the rate of the one after it. Default 0.65. */
  readonly layerDecay?: number;
  readonly weightDecay?: number;
  readonly labelSmoothing?: number;
  readonly batchSize?: number;
  readonly patience?: number;
  /** Epochs over which the rate rises to its value; default 0. */
  readonly warmUpEpochs?: number;
  /** Whether the backbone's batch normalizations use, and learn, the statistics of these pictures. Default false. */
  readonly trainBatchNorm?: boolean;
  /** Of the order of the pictures and of dropout. Default 0. */
  readonly seed?: number;
  readonly callbacks?: readonly Callback[];
  readonly resume?: string;
  /** Where what the frozen stages make of the pictures is kept: see `fit`. */
  readonly cacheFrozen?: FitOptions["cacheFrozen"];
}

/**
 * Trains the head of a classifier and some stages of its backbone; everything else stays as it is. When it returns, the model
 * has the weights of the epoch with the least validation loss: those that it came with, if no epoch was better.
 * @param stages those that are trained, from early to late
 * @param data prepared pictures
 */
export async function fineTune(
  model: Model,
  backbone: Backbone,
  stages: readonly Stage[],
  data: { readonly train: SingleInputDataset; readonly validation: SingleInputDataset },
  options: FineTuneOptions,
): Promise<void> {
  const { epochs, learningRate, trainBatchNorm = false, warmUpEpochs = 0, seed = 0 } = options;
  const { batchSize = FINE_TUNING.batchSize, weightDecay = FINE_TUNING.weightDecay } = options;
  const { labelSmoothing = FINE_TUNING.labelSmoothing, patience = FINE_TUNING.patience } = options;
  freezeBut(model, backbone, stages, trainBatchNorm);
  const loss = sparseCategoricalCrossentropy({ labelSmoothing });
  const start = await evaluate(model, data.validation, { ...placeOf(options), batchSize, loss });
  const steps = Math.ceil(data.train.length / batchSize);
  const decay = cosineDecay({
    initialLearningRate: learningRate,
    decaySteps: steps * epochs,
  });
  const settings: FitOptions = {
    ...placeOf(options),
    epochs,
    batchSize,
    seed,
    validation: data.validation,
    verbose: 0,
    loss,
    optimizer: adamW({
      learningRate: warmUpEpochs > 0 ? warmUp({ schedule: decay, steps: steps * warmUpEpochs }) : decay,
      weightDecay,
      parameterGroups: [withoutDecay(), stageDecay(stages, options.layerDecay ?? FINE_TUNING.layerDecay)],
    }),
    callbacks: [keepBest(start.loss), ...(options.callbacks ?? []), earlyStopping({ patience })],
    ...(options.resume !== undefined && { resume: options.resume }),
    ...(options.cacheFrozen !== undefined && { cacheFrozen: options.cacheFrozen }),
  };
  await fit(model, data.train, settings);
}

function placeOf({ engine, inline, threads, signal }: RunOptions): RunOptions {
  return {
    ...(engine !== undefined && { engine }),
    ...(inline !== undefined && { inline }),
    ...(threads !== undefined && { threads }),
    ...(signal && { signal }),
  };
}

/** Training changes the head and these stages; of their batch normalizations only where it is asked for. */
function freezeBut(model: Model, backbone: Backbone, stages: readonly Stage[], trainBatchNorm: boolean): void {
  const trained = new Set(stages.flatMap(({ weights }) => weights));
  const frozen = new Set(backbone.stages.flatMap(({ weights }) => weights).filter((key) => !trained.has(key)));
  for (const { key, variable } of model.weightSpecs) variable.trainable = !frozen.has(key);
  for (const { name, layer, variables } of model.layers) {
    const keys = [...variables.keys()].map((own) => `${name}/${own}`);
    const isNorm = layer.type === "batchNormalization";
    const isFrozen = keys.length > 0 && keys.every((key) => frozen.has(key));
    layer.trainable = !isFrozen && (trainBatchNorm || !isNorm);
  }
}

/** Rates that fall from stage to stage, the last one and the head learning at the whole rate. */
function stageDecay(stages: readonly Stage[], decay: number): ParameterGroup {
  return {
    config: { stageDecay: decay, stages: stages.map(({ name }) => name) },
    multipliersOf: () =>
      new Map(
        stages.flatMap(({ weights }, i) =>
          weights.map((key) => [key, { learningRateMultiplier: decay ** (stages.length - 1 - i) }] as const),
        ),
      ),
  };
}
