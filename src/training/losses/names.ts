// Beside the table of the losses, so that a help need not load them.

/** The losses that can be given by name. */
export const LOSS_NAMES = [
  "sparseCategoricalCrossentropy",
  "categoricalCrossentropy",
  "binaryCrossentropy",
  "meanSquaredError",
] as const;

/** The name of a loss. */
export type LossName = (typeof LOSS_NAMES)[number];
