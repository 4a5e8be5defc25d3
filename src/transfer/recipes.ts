/**
 * How the strategies that train a backbone do it by default. `docs/transfer.md` says where each number comes from; a test
 * compares the two.
 */
export const FINE_TUNING = {
  epochs: { lastStage: 10, all: 8 },
  /** Of AdamW, at the head. */
  learningRate: { lastStage: 3e-4, all: 1e-4 },
  /** Each stage trains at this times the rate of the one after it. */
  layerDecay: 0.65,
  weightDecay: 0.01,
  labelSmoothing: 0.1,
  dropout: 0.2,
  batchSize: 32,
  /** Augmented versions of each picture where a frozen part is computed once. */
  versions: 4,
  /** Epochs without a smaller validation loss after which it ends. */
  patience: 3,
} as const;

/** The same for training from random weights. */
export const SCRATCH = {
  epochs: 60,
  learningRate: 1e-3,
  weightDecay: 0.05,
  warmUpEpochs: 5,
  labelSmoothing: 0.1,
  dropout: 0.2,
  batchSize: 32,
  patience: 15,
} as const;
