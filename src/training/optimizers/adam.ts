import { checkOptions, type OptionNames } from "../../checks/index.ts";
import { adamUpdate, castTo, formula } from "../../ops/index.ts";
import {
  AT_LEAST_0,
  BELOW_1,
  OPTIMIZER_OPTIONS,
  type Optimizer,
  type OptimizerOptions,
  optimizerBy,
} from "./optimizer.ts";

/** The options of `adam`. */
export interface AdamOptions extends OptimizerOptions {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-7; added to the square root of the uncorrected second moment ("epsilon hat" in the paper). */
  readonly epsilon?: number;
}

/** Those of `adam`: what it has besides is a weight decay by default. */
export type AdamWOptions = AdamOptions;

const OPTIONS: OptionNames<AdamOptions> = { ...OPTIMIZER_OPTIONS, beta1: true, beta2: true, epsilon: true };

/** Adam (Kingma and Ba 2015). Learning rate 0.001 by default. */
export function adam(options: AdamOptions = {}): Optimizer {
  return adamNamed("adam", options);
}

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019), 0.004 by default. Learning rate 0.001 by default. */
export function adamW(options: AdamWOptions = {}): Optimizer {
  return adamNamed("adamW", options, 0.004);
}

function adamNamed(name: string, options: AdamOptions, weightDecay?: number): Optimizer {
  checkOptions(name, options, OPTIONS);
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
  const attributes = { beta_1: beta1, beta_2: beta2, epsilon };
  return optimizerBy(
    {
      name,
      learningRate: 0.001,
      ...(weightDecay !== undefined && { weightDecay }),
      config: { beta1, beta2, epsilon },
      ranges: { beta1: BELOW_1, beta2: BELOW_1, epsilon: AT_LEAST_0 },
      slots: [
        { name: "momentum", initial: 0 },
        { name: "velocity", initial: 0 },
      ],
      begin: ({ g, rate, step }) => {
        const f = formula(g, rate);
        const t = castTo(g, step, rate.dtype);
        // Both moments start at 0; this takes their bias out: rate sqrt(1 - beta2^t) / (1 - beta1^t)
        const corrected = f.mul(rate, f.div(f.sqrt(f.sub(1, f.pow(beta2, t))), f.sub(1, f.pow(beta1, t))));
        return (weight, gradient, slots) => g.ops(adamUpdate, [weight, gradient, corrected, ...slots], attributes);
      },
    },
    options,
  );
}
