import { checkOptions } from "../../checks/index.ts";
import { momentumUpdate, sgdUpdate } from "../../ops/index.ts";
import { FRACTION, OPTIMIZER_OPTIONS, type Optimizer, type OptimizerOptions, optimizerBy } from "./optimizer.ts";

/** The options of `sgd`. */
export interface SgdOptions extends OptimizerOptions {
  /** Default 0. */
  readonly momentum?: number;
  /** Default false. */
  readonly nesterov?: boolean;
}

/** Stochastic gradient descent, with momentum or Nesterov's (Sutskever et al. 2013). Learning rate 0.01 by default. */
export function sgd(options: SgdOptions = {}): Optimizer {
  checkOptions("sgd", options, { ...OPTIMIZER_OPTIONS, momentum: true, nesterov: true });
  const { momentum = 0, nesterov = false } = options;
  return optimizerBy(
    {
      name: "sgd",
      learningRate: 0.01,
      config: { momentum, nesterov },
      ranges: { momentum: FRACTION },
      slots: momentum === 0 ? [] : [{ name: "velocity", initial: 0 }],
      begin:
        ({ g, rate }) =>
        (weight, gradient, slots) =>
          momentum === 0
            ? g.ops(sgdUpdate, [weight, gradient, rate])
            : g.ops(momentumUpdate, [weight, gradient, rate, ...slots], { momentum, nesterov: nesterov ? 1 : 0 }),
    },
    options,
  );
}
