// Beside the table of the optimizers, so that a help need not load them.

/** The optimizers that can be given by name, with the options that they have and others lack. */
export const OPTIMIZER_CHOICES = {
  sgd: ["momentum", "nesterov"],
  adagrad: [],
  rmsprop: ["momentum"],
  adam: [],
  adamW: [],
} as const satisfies Record<string, readonly string[]>;

/** The name of an optimizer. */
export type OptimizerName = keyof typeof OPTIMIZER_CHOICES;

export const OPTIMIZER_NAMES = Object.keys(OPTIMIZER_CHOICES) as readonly OptimizerName[];

/** The optimizers that have an option which others lack. */
export function optimizersWith(option: "momentum" | "nesterov"): readonly OptimizerName[] {
  return OPTIMIZER_NAMES.filter((name) => (OPTIMIZER_CHOICES[name] as readonly string[]).includes(option));
}
