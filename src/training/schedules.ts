import { checkOptions, finiteNumber, valueText, wholeNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";

/** A learning rate that changes with the steps; step 0 is the first. */
export interface Schedule {
  /** What it is, for a run's record. */
  readonly config: Readonly<Record<string, unknown>>;
  rateAt(step: number): number;
}

/** A fixed rate or a schedule. */
export type LearningRate = number | Schedule;

/** @throws StriateError `usage` where a schedule gives what is no rate */
export function rateAt(rate: LearningRate, step: number): number {
  return typeof rate === "number"
    ? rate
    : finiteNumber("the schedule", `its rate at step ${step}`, rate.rateAt(step), AT_LEAST_0);
}

const AT_LEAST_0 = { least: 0 };

/** @throws StriateError `usage` for what is neither a rate of at least 0 nor a schedule */
export function checkRate(where: string, option: string, rate: LearningRate): void {
  if (typeof rate === "object" && typeof rate?.rateAt === "function") return;
  if (typeof rate === "number") finiteNumber(where, option, rate, AT_LEAST_0);
  else throw new StriateError("usage", `${where}: ${option} is a number or a schedule, received ${valueText(rate)}`);
}

/** The options of `exponentialDecay`. */
export interface ExponentialDecayOptions {
  readonly initialLearningRate: number;
  /** The rate is multiplied by `decayRate` once in so many steps. */
  readonly decaySteps: number;
  readonly decayRate: number;
  /** Only at whole multiples of `decaySteps`: decay in steps. Default false. */
  readonly staircase?: boolean;
}

/** initial * decayRate ^ (step / decaySteps), as Keras's ExponentialDecay. */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  const where = "exponentialDecay";
  checkOptions(where, options, { initialLearningRate: true, decaySteps: true, decayRate: true, staircase: true });
  const { initialLearningRate, decaySteps, decayRate, staircase = false } = options;
  finiteNumber(where, "initialLearningRate", initialLearningRate, AT_LEAST_0);
  finiteNumber(where, "decaySteps", decaySteps, { above: 0 });
  finiteNumber(where, "decayRate", decayRate, AT_LEAST_0);
  return {
    config: { schedule: "exponentialDecay", ...options },
    rateAt: (step) => {
      const exponent = step / decaySteps;
      return initialLearningRate * decayRate ** (staircase ? Math.floor(exponent) : exponent);
    },
  };
}

/** The options of `piecewiseConstantDecay`. */
export interface PiecewiseConstantDecayOptions {
  /** Steps up to which, inclusive, each rate holds; rising. */
  readonly boundaries: readonly number[];
  /** One rate more than there are boundaries. */
  readonly values: readonly number[];
}

/** A rate for each stretch of steps, as Keras's PiecewiseConstantDecay. */
export function piecewiseConstantDecay(options: PiecewiseConstantDecayOptions): Schedule {
  const where = "piecewiseConstantDecay";
  checkOptions(where, options, { boundaries: true, values: true });
  const { boundaries, values } = options;
  if (!Array.isArray(boundaries) || !Array.isArray(values)) {
    throw new StriateError("usage", `${where}: boundaries and values are lists, received ${valueText(options)}`);
  }
  for (const [i, boundary] of boundaries.entries()) {
    finiteNumber(where, `boundaries[${i}]`, boundary, i === 0 ? AT_LEAST_0 : { above: boundaries[i - 1] ?? 0 });
  }
  for (const [i, value] of values.entries()) finiteNumber(where, `values[${i}]`, value, AT_LEAST_0);
  if (values.length !== boundaries.length + 1) {
    throw new StriateError(
      "usage",
      `piecewiseConstantDecay: ${boundaries.length} boundaries need ${boundaries.length + 1} values, received ${values.length}`,
    );
  }
  return {
    config: { schedule: "piecewiseConstantDecay", boundaries, values },
    rateAt: (step) => {
      const passed = boundaries.findIndex((boundary) => step <= boundary);
      return values.at(passed) ?? 0;
    },
  };
}

/** The options of `cosineDecay`. */
export interface CosineDecayOptions {
  /** The rate at the start, or where the warm-up starts. */
  readonly initialLearningRate: number;
  /** Steps of the decay, after the warm-up. */
  readonly decaySteps: number;
  /** The rate at the end as a fraction of the highest. Default 0. */
  readonly alpha?: number;
  /** The rate at the end of the warm-up, from which it decays. Default: no warm-up. */
  readonly warmupTarget?: number;
  /** Steps of a linear rise to `warmupTarget`. Default 0. */
  readonly warmupSteps?: number;
}

/** Half a cosine down to alpha times the highest rate (Loshchilov and Hutter 2016), as Keras's CosineDecay. */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const where = "cosineDecay";
  checkOptions(where, options, {
    initialLearningRate: true,
    decaySteps: true,
    alpha: true,
    warmupTarget: true,
    warmupSteps: true,
  });
  const { initialLearningRate, decaySteps, alpha = 0, warmupTarget, warmupSteps = 0 } = options;
  finiteNumber(where, "initialLearningRate", initialLearningRate, AT_LEAST_0);
  finiteNumber(where, "decaySteps", decaySteps, { above: 0 });
  finiteNumber(where, "alpha", alpha, { least: 0, most: 1 });
  if (warmupTarget !== undefined) finiteNumber(where, "warmupTarget", warmupTarget, AT_LEAST_0);
  wholeNumber(where, "warmupSteps", warmupSteps, AT_LEAST_0);
  const start = warmupTarget === undefined ? 0 : warmupSteps;
  const highest = warmupTarget ?? initialLearningRate;
  return {
    config: { schedule: "cosineDecay", ...options },
    rateAt: (step) => {
      if (step < start) return initialLearningRate + ((highest - initialLearningRate) * step) / start;
      const done = Math.min(step - start, decaySteps) / decaySteps;
      return highest * ((1 - alpha) * 0.5 * (1 + Math.cos(Math.PI * done)) + alpha);
    },
  };
}

export interface WarmUpOptions {
  /** Steps of the rise. */
  readonly steps: number;
  /** The rate afterwards. */
  readonly schedule: LearningRate;
}

/**
 * A linear rise from 0 to the rate of another schedule at step `steps` (Goyal et al. 2017), then that schedule, whose
 * own steps go on counting from 0 at the very start.
 */
export function warmUp(options: WarmUpOptions): Schedule {
  checkOptions("warmUp", options, { steps: true, schedule: true });
  const { steps, schedule } = options;
  finiteNumber("warmUp", "steps", steps, { above: 0 });
  checkRate("warmUp", "schedule", schedule);
  return {
    config: { schedule: "warmUp", steps, after: typeof schedule === "number" ? schedule : schedule.config },
    rateAt: (step) => (step < steps ? (rateAt(schedule, steps) * (step + 1)) / steps : rateAt(schedule, step)),
  };
}
