import { checkOptions, finiteNumber, type NumberRange, type OptionNames, unknownName } from "../checks/index.ts";
import type { GraphBuilder, Value } from "../graph/index.ts";
import {
  adagradUpdate,
  adamUpdate,
  castTo,
  centeredRmspropUpdate,
  formula,
  momentumUpdate,
  rmspropUpdate,
  sgdUpdate,
} from "../ops/index.ts";
import { checkRate, type LearningRate } from "./schedules.ts";

/** What an optimizer keeps for each weight, and how it starts. */
export interface Slot {
  readonly name: string;
  readonly initial: number;
}

/** The part of a step that is the same for all weights. */
export interface StepValues {
  readonly g: GraphBuilder;
  /** The learning rate of this step, a scalar. */
  readonly rate: Value;
  /** The number of this step, int64, counted from 1. */
  readonly step: Value;
}

/** How weights follow from gradients. Formulas, names and defaults are Keras's. */
export interface Optimizer {
  readonly name: string;
  readonly learningRate: LearningRate;
  readonly config: Readonly<Record<string, unknown>>;
  readonly slots: readonly Slot[];
  /** Adds what all weights share, and returns the rule for each of them. */
  begin(values: StepValues): UpdateRule;
}

/** Adds the update of one weight: returns the new weight, then the new slots in order. */
type UpdateRule = (weight: Value, gradient: Value, slots: readonly Value[]) => readonly Value[];

interface CommonOptions {
  readonly learningRate?: LearningRate;
}

/** The options of `sgd`. */
export interface SgdOptions extends CommonOptions {
  /** Default 0. */
  readonly momentum?: number;
  /** Default false. */
  readonly nesterov?: boolean;
}

/** Stochastic gradient descent, with momentum or Nesterov's (Sutskever et al. 2013). Learning rate 0.01 by default. */
export function sgd(options: SgdOptions = {}): Optimizer {
  checkOptions("sgd", options, { learningRate: true, momentum: true, nesterov: true });
  const { learningRate = 0.01, momentum = 0, nesterov = false } = options;
  checkNumbers("sgd", learningRate, { momentum: [momentum, FRACTION] });
  return {
    name: "sgd",
    learningRate,
    config: { momentum, nesterov },
    slots: momentum === 0 ? [] : [{ name: "velocity", initial: 0 }],
    begin:
      ({ g, rate }) =>
      (weight, gradient, slots) =>
        momentum === 0
          ? g.ops(sgdUpdate, [weight, gradient, rate])
          : g.ops(momentumUpdate, [weight, gradient, rate, ...slots], { momentum, nesterov: nesterov ? 1 : 0 }),
  };
}

/** The options of `adagrad`. */
export interface AdagradOptions extends CommonOptions {
  /** Default 0.1. */
  readonly initialAccumulatorValue?: number;
  /** Default 1e-7. */
  readonly epsilon?: number;
}

/** Adagrad (Duchi et al. 2011). Learning rate 0.001 by default. */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  checkOptions("adagrad", options, { learningRate: true, initialAccumulatorValue: true, epsilon: true });
  const { learningRate = 0.001, initialAccumulatorValue = 0.1, epsilon = 1e-7 } = options;
  checkNumbers("adagrad", learningRate, {
    initialAccumulatorValue: [initialAccumulatorValue, AT_LEAST_0],
    epsilon: [epsilon, AT_LEAST_0],
  });
  return {
    name: "adagrad",
    learningRate,
    config: { initialAccumulatorValue, epsilon },
    slots: [{ name: "accumulator", initial: initialAccumulatorValue }],
    begin:
      ({ g, rate }) =>
      (weight, gradient, slots) =>
        g.ops(adagradUpdate, [weight, gradient, rate, ...slots], { epsilon }),
  };
}

/** The options of `rmsprop`. */
export interface RmspropOptions extends CommonOptions {
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
  const { learningRate = 0.001, rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false } = options;
  checkOptions("rmsprop", options, { learningRate: true, rho: true, momentum: true, epsilon: true, centered: true });
  checkNumbers("rmsprop", learningRate, {
    rho: [rho, FRACTION],
    momentum: [momentum, FRACTION],
    epsilon: [epsilon, AT_LEAST_0],
  });
  const plain = momentum === 0 && !centered;
  const names = plain ? ["velocity"] : ["velocity", "momentum", "average"];
  return {
    name: "rmsprop",
    learningRate,
    config: { rho, momentum, epsilon, centered },
    slots: names.map((name) => ({ name, initial: 0 })),
    begin:
      ({ g, rate }) =>
      (weight, gradient, slots) =>
        plain
          ? g.ops(rmspropUpdate, [weight, gradient, rate, ...slots], { rho, epsilon })
          : g.ops(centeredRmspropUpdate, [weight, gradient, rate, ...slots], {
              rho,
              momentum,
              epsilon,
              centered: centered ? 1 : 0,
            }),
  };
}

/** The options of `adam`. */
export interface AdamOptions extends CommonOptions {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-7; added to the square root of the uncorrected second moment ("epsilon hat" in the paper). */
  readonly epsilon?: number;
}

/** Adam (Kingma and Ba 2015). Learning rate 0.001 by default. */
export function adam(options: AdamOptions = {}): Optimizer {
  checkOptions("adam", options, ADAM_OPTIONS);
  return adamNamed("adam", options);
}

const ADAM_OPTIONS: OptionNames<AdamOptions> = { learningRate: true, beta1: true, beta2: true, epsilon: true };

function adamNamed(where: string, options: AdamOptions): Optimizer {
  const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
  checkNumbers(where, learningRate, {
    beta1: [beta1, BELOW_1],
    beta2: [beta2, BELOW_1],
    epsilon: [epsilon, AT_LEAST_0],
  });
  const attributes = { beta_1: beta1, beta_2: beta2, epsilon };
  return {
    name: "adam",
    learningRate,
    config: { beta1, beta2, epsilon },
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
  };
}

/** The options of `adamW`. */
export interface AdamWOptions extends AdamOptions {
  /** Every step first takes the learning rate times this fraction off each weight. Default 0.004. */
  readonly weightDecay?: number;
}

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019). Learning rate 0.001 by default. */
export function adamW(options: AdamWOptions = {}): Optimizer {
  checkOptions("adamW", options, { ...ADAM_OPTIONS, weightDecay: true });
  const { weightDecay = 0.004, ...rest } = options;
  finiteNumber("adamW", "weightDecay", weightDecay, AT_LEAST_0);
  const inner = adamNamed("adamW", rest);
  return {
    ...inner,
    name: "adamW",
    config: { ...inner.config, weightDecay },
    begin: (values) => {
      const f = formula(values.g, values.rate);
      const kept = f.sub(1, f.mul(values.rate, weightDecay));
      const update = inner.begin(values);
      return (weight, gradient, slots) => update(f.mul(weight, kept), gradient, slots);
    },
  };
}

const AT_LEAST_0: NumberRange = { least: 0 };
const FRACTION: NumberRange = { least: 0, most: 1 };
const BELOW_1: NumberRange = { least: 0, below: 1 };

/** @throws StriateError `usage` for the first number that is none, or out of its range */
function checkNumbers(
  optimizer: string,
  learningRate: LearningRate,
  numbers: Readonly<Record<string, readonly [value: number, range: NumberRange]>>,
): void {
  checkRate(optimizer, "learningRate", learningRate);
  for (const [option, [value, range]] of Object.entries(numbers)) finiteNumber(optimizer, option, value, range);
}

const OPTIMIZERS = { sgd, adagrad, rmsprop, adam, adamW } satisfies Record<
  string,
  (options?: CommonOptions) => Optimizer
>;

/** The name of an optimizer. */
export type OptimizerName = keyof typeof OPTIMIZERS;

/** @throws StriateError `usage` that lists the optimizers when there is none like it. */
export function optimizerNamed(name: OptimizerName): (options?: CommonOptions) => Optimizer {
  if (!Object.hasOwn(OPTIMIZERS, name)) throw unknownName("optimizer", name, Object.keys(OPTIMIZERS));
  return OPTIMIZERS[name];
}
