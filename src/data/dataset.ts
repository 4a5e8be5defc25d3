import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { SourceDescription } from "./source.ts";

/** Things by the names of a model's inputs or outputs. */
export type Named<T> = Readonly<Record<string, T>>;

/** Some examples of a data set, ready for a training step. */
export interface Batch {
  /** The examples, [n, ...inputShape]; pictures are scaled to 0..1. For a model with several inputs: by their names. */
  readonly inputs: Tensor<"float32"> | Named<Tensor<"float32">>;
  /**
   * What the model should say: class labels int32 [n], or float32 [n, ...] (one-hot classes, numbers). For a model
   * with several outputs by their names; a single tensor is the target of all of them.
   */
  readonly targets: Tensor | Named<Tensor>;
  /** What each example counts in the loss, [n]; only of a data set that is `weighted`. */
  readonly sampleWeights?: Tensor<"float32">;
  /** The rows that hold another picture than was asked for, whose own could not be read: a measurement leaves them out. */
  readonly standIns?: readonly number[];
}

/** What a reader says about the moment at which it reads; a data set may ignore it all. */
export interface ReadOptions {
  /** Which epoch it is, counted from 0 (the default): augmentation draws anew in each. */
  readonly epoch?: number;
  /** What will be read next in this epoch, batch by batch, so that a loader can begin with it. */
  readonly upcoming?: readonly ArrayLike<number>[];
  /** Whether augmentation is applied, the default; with false examples come as they are measured. */
  readonly augment?: boolean;
}

/** A picture that could not be read, and why. */
export interface DataProblem {
  readonly path: string;
  readonly reason: string;
}

/** Examples that can be read in any order. */
export interface Dataset {
  /** The number of examples. */
  readonly length: number;
  /**
   * The shape of one example in the API's order, e.g. [28,28,1]: height, width, channels. For a model with several
   * inputs: by their names.
   */
  readonly inputShape: Shape | Named<Shape>;
  /** The number of classes, where the targets are classes and it is known. */
  readonly classes?: number;
  /** The name of each class, in the order of the labels. */
  readonly classNames?: readonly string[];
  /**
   * Whether the buffers of every batch are nobody else's, so that an engine may take them. Default false: they are copied.
   */
  readonly fresh?: boolean;
  /** Whether batches have `sampleWeights`, default false. */
  readonly weighted?: boolean;
  /** Whether an index means another example in each epoch, default false. Such a data set cannot be split. */
  readonly redrawn?: boolean;
  /**
   * After how many epochs the examples are the same again: 1 where nothing is drawn anew, as without augmentation.
   * `undefined` where that is not known, or never.
   */
  readonly versions?: number;
  /**
   * Reads the examples at these indices, in this order.
   * @throws StriateError `usage` for an index outside the data set
   */
  read(indices: ArrayLike<number>, options?: ReadOptions): Promise<Batch> | Batch;
  /** What the data set is made of, for worker threads; none where it is made of functions. */
  describe?(): SourceDescription | undefined;
  /** The class of each example, where it is known without reading: a split then keeps the proportions of the classes. */
  labels?(): ArrayLike<number> | undefined;
  /**
   * For each example a text that is another whenever it would be read as other numbers in the same epoch, without reading it; for
   * what is computed of examples to be kept in files. `undefined` where that is not known.
   */
  signatures?(): Promise<readonly string[] | undefined>;
  /** The file of each example, where each is one. A batch's `standIns` are of other files. */
  paths?(): readonly string[] | undefined;
  /** The pictures that were left out so far because they could not be read, each once. */
  problems?(): readonly DataProblem[];
}

/** A data set for a model with one input. */
export interface SingleInputDataset extends Dataset {
  readonly inputShape: Shape;
  read(indices: ArrayLike<number>, options?: ReadOptions): Promise<SingleInputBatch> | SingleInputBatch;
}

/** A batch of examples with one input each. */
export interface SingleInputBatch extends Batch {
  readonly inputs: Tensor<"float32">;
  readonly targets: Tensor;
}

/** A data set in its two usual parts. */
export interface TrainTest {
  readonly train: SingleInputDataset;
  readonly test: SingleInputDataset;
}
