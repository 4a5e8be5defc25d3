import { checkOptions } from "../../checks/index.ts";
import { adagradUpdate } from "../../ops/index.ts";
import { AT_LEAST_0, OPTIMIZER_OPTIONS, type Optimizer, type OptimizerOptions, optimizerBy } from "./optimizer.ts";

/** The options of `adagrad`. */
export interface AdagradOptions extends OptimizerOptions {
  /** Default 0.1. */
  readonly initialAccumulatorValue?: number;
  /** Default 1e-7. */
  readonly epsilon?: number;
}

/** Adagrad (Duchi et al. 2011). Learning rate 0.001 by default. */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  checkOptions("adagrad", options, { ...OPTIMIZER_OPTIONS, initialAccumulatorValue: true, epsilon: true });
  const { initialAccumulatorValue = 0.1, epsilon = 1e-7 } = options;
  return optimizerBy(
    {
      name: "adagrad",
      learningRate: 0.001,
      config: { initialAccumulatorValue, epsilon },
      ranges: { initialAccumulatorValue: AT_LEAST_0, epsilon: AT_LEAST_0 },
      slots: [{ name: "accumulator", initial: initialAccumulatorValue }],
      begin:
        ({ g, rate }) =>
        (weight, gradient, slots) =>
          g.ops(adagradUpdate, [weight, gradient, rate, ...slots], { epsilon }),
    },
    options,
  );
}
