import { batchPlan, type DataProblem, type Dataset, split } from "../data/index.ts";
import type { Engine } from "../engine/index.ts";
import type { Model } from "../model/index.ts";
import type { Callback, EpochLog } from "./callbacks/index.ts";
import { type RunOptions, withEngine } from "./evaluate.ts";
import { checkFits } from "./feeding.ts";
import { type Goal, goalsOf, type Objective } from "./objective.ts";
import { adam, type Optimizer, type OptimizerName, optimizerNamed } from "./optimizers.ts";
import { TrainingRun } from "./run.ts";

export interface FitOptions extends RunOptions, Objective {
  /** Measured after every epoch. */
  readonly validation?: Dataset;
  /** In place of `validation`: this fraction at the end of the data is kept for it. */
  readonly validationSplit?: number;
  /** Times through the data. Default 1. */
  readonly epochs?: number;
  /** Examples in a step. Default 32. */
  readonly batchSize?: number;
  /** Default adam(). */
  readonly optimizer?: Optimizer | OptimizerName;
  /** Of the order of the examples and of dropout. Default 0. */
  readonly seed?: number;
  /** A new order of the examples in every epoch. Default true. */
  readonly shuffle?: boolean;
  readonly callbacks?: readonly Callback[];
  /** A checkpoint to go on from, as `modelCheckpoint` writes it: bit for bit as if the run had never stopped. */
  readonly resume?: string;
}

/** What every epoch gave. */
export interface History {
  readonly epochs: readonly EpochLog[];
  /** The fraction of the time, from the first batch on, in which the engine waited for data. */
  readonly dataWait: number;
  /**
   * The pictures that were left out because they could not be read, by path, where there were any; also those that a run
   * which was resumed had left out before.
   */
  readonly problems?: readonly DataProblem[];
}

/** The options with their defaults. */
export interface FitSettings {
  readonly train: Dataset;
  readonly validation: Dataset | undefined;
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  readonly goals: readonly Goal[];
  readonly objective: Objective;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly callbacks: readonly Callback[];
  readonly signal: AbortSignal | undefined;
  readonly resume: string | undefined;
}

/**
 * Trains a model. When it returns, the model has the new weights; also when it throws because `signal` said stop or a
 * callback gave up, as far as training came.
 *
 * The same seed gives the same history and weights to the bit, on the same machine, engine and number of threads.
 * @throws StriateError `shape` or `data` when the data does not fit the model, `interrupted` when `signal` aborts,
 * `checkpoint` when there is nothing to resume in the file.
 */
export async function fit(model: Model, data: Dataset, options: FitOptions = {}): Promise<History> {
  const { loss, lossWeights, classWeight, metrics, optimizer = adam(), validationSplit } = options;
  const objective: Objective = {
    ...(loss && { loss }),
    ...(lossWeights && { lossWeights }),
    ...(classWeight && { classWeight }),
    ...(metrics && { metrics }),
  };
  const goals = goalsOf(model, objective);
  const parts = validationSplit === undefined ? undefined : split(data, validationSplit);
  const train = parts?.train ?? data;
  const validation = options.validation ?? parts?.validation;
  checkFits(model, train, goals);
  if (validation) checkFits(model, validation, goals);
  const settings: FitSettings = {
    train,
    validation,
    epochs: options.epochs ?? 1,
    batchSize: Math.min(options.batchSize ?? model.batchSize ?? 32, train.length),
    optimizer: typeof optimizer === "string" ? optimizerNamed(optimizer)() : optimizer,
    goals,
    objective,
    seed: options.seed ?? 0,
    shuffle: options.shuffle ?? true,
    callbacks: options.callbacks ?? [],
    signal: options.signal,
    resume: options.resume,
  };
  // Checks the batch size and the seed before anything is started.
  batchPlan({ length: train.length, batchSize: settings.batchSize, seed: settings.seed });
  return withEngine(options, (engine: Engine) => new TrainingRun(model, engine, settings).train());
}
