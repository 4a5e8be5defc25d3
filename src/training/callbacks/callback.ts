import type { DataProblem } from "../../data/index.ts";
import type { Model, Weights } from "../../model/index.ts";
import type { Tensor } from "../../tensor/index.ts";

/** What is known after an epoch: `epoch` counts from 1; metrics by name, those of the validation with a prefix. */
export interface EpochLog {
  readonly epoch: number;
  readonly loss: number;
  readonly learningRate: number;
  readonly [metric: string]: number;
}

/** What is known after a step: the loss of its batch, and of the epoch so far. */
export interface BatchLog {
  readonly epoch: number;
  /** Steps done in this epoch, and how many it has. */
  readonly batch: number;
  readonly batches: number;
  /** Steps done in the whole run. */
  readonly step: number;
  /** Of this batch alone. */
  readonly batchLoss: number;
  /** Means of the epoch so far: the loss and every metric. */
  readonly means: Readonly<Record<string, number>>;
}

/** A training run as its callbacks see it. */
export interface Run {
  readonly model: Model;
  readonly epochs: number;
  /** The finished epochs. */
  readonly history: readonly EpochLog[];
  /** The pictures that could not be read so far, by path; those from before a resume too. */
  readonly problems: readonly DataProblem[];
  /** The scheduled learning rate is multiplied by this; 1 at first. */
  rateFactor: number;
  /** Ends the training after this epoch. */
  stop(): void;
  readWeights(): Promise<Weights>;
  /** Replaces the weights while training goes on. */
  writeWeights(weights: Weights): Promise<void>;
  /** Writes everything that the next step depends on. */
  saveCheckpoint(path: string): Promise<void>;
}

/** What a callback wants to find again when a run is resumed: plain data, and tensors by name. */
export interface CallbackState {
  readonly data: unknown;
  readonly tensors?: ReadonlyMap<string, Tensor<"float32">>;
}

/** Something that watches a training run, or steers it. Every hook is awaited. */
export interface Callback {
  /** Under this name its state is kept in checkpoints. */
  readonly name: string;
  /** Forgets what it knows of another run: called before anything else of every `fit`. */
  reset?(): void;
  onTrainBegin?(run: Run): void | Promise<void>;
  onBatchEnd?(log: BatchLog, run: Run): void | Promise<void>;
  onEpochEnd?(log: EpochLog, run: Run): void | Promise<void>;
  /** A moment to save: after a step or an epoch when all other hooks are done, and when the run is interrupted. */
  onSave?(moment: SaveMoment, run: Run): void | Promise<void>;
  onTrainEnd?(run: Run): void | Promise<void>;
  state?(): CallbackState;
  /** @throws whatever `data` turns out not to be. */
  restore?(state: CallbackState): void;
}

/** When a checkpoint may be written. */
export type SaveMoment =
  | { readonly when: "step"; readonly step: number }
  | { readonly when: "epoch"; readonly log: EpochLog }
  | { readonly when: "interrupt" };
