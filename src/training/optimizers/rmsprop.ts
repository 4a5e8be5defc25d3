import { checkOptions } from "../../checks/index.ts";
import { centeredRmspropUpdate, rmspropUpdate } from "../../ops/index.ts";
import {
  AT_LEAST_0,
  FRACTION,
  OPTIMIZER_OPTIONS,
  type Optimizer,
  type OptimizerOptions,
  optimizerBy,
} from "./optimizer.ts";

/** The options of `rmsprop`. */
export interface RmspropOptions extends OptimizerOptions {
  /** Default 0.9. */
  readonly rho?: number;
  /** Default 0. */
  readonly momentum?: number;
  /** Default 1e-7. */
  readonly epsilon?: number;
  /** Divide by the standard deviation of the gradient in place of its root mean square. Default false. */
  readonly centered?: boolean;
}

/** RMSprop (Tieleman and Hinton 2012). Learning rate 0.001 by default. */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const { rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false } = options;
  checkOptions("rmsprop", options, { ...OPTIMIZER_OPTIONS, rho: true, momentum: true, epsilon: true, centered: true });
  const plain = momentum === 0 && !centered;
  const names = plain ? ["velocity"] : ["velocity", "momentum", "average"];
  const attributes = { rho, momentum, epsilon, centered: centered ? 1 : 0 };
  return optimizerBy(
    {
      name: "rmsprop",
      learningRate: 0.001,
      config: { rho, momentum, epsilon, centered },
      ranges: { rho: FRACTION, momentum: FRACTION, epsilon: AT_LEAST_0 },
      slots: names.map((name) => ({ name, initial: 0 })),
      begin:
        ({ g, rate }) =>
        (weight, gradient, slots) =>
          plain
            ? g.ops(rmspropUpdate, [weight, gradient, rate, ...slots], { rho, epsilon })
            : g.ops(centeredRmspropUpdate, [weight, gradient, rate, ...slots], attributes),
    },
    options,
  );
}
