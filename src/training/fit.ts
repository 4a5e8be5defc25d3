import type { DataProblem, Dataset } from "../data/index.ts";
import type { Model } from "../model/index.ts";
import type { Callback, EpochLog } from "./callbacks/index.ts";
import { terminalProgress, type Verbose } from "./callbacks/terminal.ts";
import type { FrozenCacheOptions } from "./frozen/options.ts";
import type { ObjectiveOptions } from "./objective.ts";
import type { Optimizer, OptimizerName } from "./optimizers/index.ts";
import { TrainingRun } from "./run.ts";
import { type RunOptions, withEngine } from "./running.ts";
import { fitSettings } from "./settings.ts";
import type { ResumeChange } from "./setup.ts";

/** The options of `fit`. */
export interface FitOptions extends RunOptions, ObjectiveOptions {
  /** Measured after every epoch. */
  readonly validation?: Dataset;
  /**
   * In place of `validation`: this fraction of the data, between 0 and 1, is kept for it. It is drawn by the seed, from every
   * class alike where the data knows its classes, and is not augmented: see `split` of striate/data.
   */
  readonly validationSplit?: number;
  /** Examples at a time in the validation. Default: `batchSize`. */
  readonly validationBatchSize?: number;
  /**
   * What each example of the data counts in the loss, by its index, as Keras's sample_weight; metrics count all alike. A split
   * takes it along. Data may have weights of its own: `arrays({ sampleWeights })`, `weighted`.
   */
  readonly sampleWeight?: ArrayLike<number>;
  /** Times through the data. Default 1. */
  readonly epochs?: number;
  /** Examples in a step. Default 32. */
  readonly batchSize?: number;
  /** Default adam(). */
  readonly optimizer?: Optimizer | OptimizerName;
  /** Of the order of the examples, of the validation split and of dropout. Default 0. */
  readonly seed?: number;
  /** A new order of the examples in every epoch. Default true. */
  readonly shuffle?: boolean;
  /** Told what happens, in their order. They begin anew in every fit; one that is resumed gives them back what they knew. */
  readonly callbacks?: readonly Callback[];
  /**
   * As in Keras: 0 shows nothing, 1 a line on standard error that tells how far it is, 2 a line for each epoch. Default
   * `"auto"`: 1 on a terminal, else 0. The callback `progress` gives the same lines to a function of yours.
   */
  readonly verbose?: Verbose;
  /** A checkpoint to go on from, as `modelCheckpoint` writes it: bit for bit as if the run had never stopped. */
  readonly resume?: string;
  /** What may be another than in the checkpoint. Default: nothing. */
  readonly resumeChanges?: readonly ResumeChange[];
  /**
   * Whether what the frozen part of the model makes of each example is computed once and kept, where it is worthwhile, the
   * data's `versions` say after how many epochs they are the same again, and all of it fits the budget: the default, with
   * 1 GiB of memory. With a folder, runs to come find it there. The history and the weights are those of a run without it, to
   * float32's last bits: on onnxruntime's CPU mostly to the bit. Resume with the same option to go on bit for bit.
   */
  readonly cacheFrozen?: boolean | FrozenCacheOptions;
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

/**
 * Trains a model. When it returns, the model has the new weights; also when it throws because `signal` said stop or a
 * callback gave up, as far as training came.
 *
 * The same seed gives the same history and weights to the bit, on the same machine, engine and number of threads.
 * @throws StriateError `usage` for options that cannot be meant or do not go together, `shape` or `data` when the data does
 * not fit the model, `interrupted` when `signal` aborts, `checkpoint` when there is nothing to resume in the file, or it is of
 * a run with another setup.
 */
export async function fit(model: Model, data: Dataset, options: FitOptions = {}): Promise<History> {
  const settings = fitSettings(model, data, options);
  const shown = terminalProgress(settings.verbose);
  const callbacks = shown ? [...settings.callbacks, shown.callback] : settings.callbacks;
  try {
    return await withEngine(options, (engine) => new TrainingRun(model, engine, { ...settings, callbacks }).train());
  } finally {
    shown?.close();
  }
}
