import { StriateError } from "../errors.ts";

/** A learning rate that changes with the steps; step 0 is the first. */
export interface Schedule {
  /** What it is, for a run's record. */
  readonly config: Readonly<Record<string, unknown>>;
  rateAt(step: number): number;
}

/** A fixed rate or a schedule. */
export type LearningRate = number | Schedule;

export function rateAt(rate: LearningRate, step: number): number {
  return typeof rate === "number" ? rate : rate.rateAt(step);
}

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
  const { initialLearningRate, decaySteps, decayRate, staircase = false } = options;
  positive("exponentialDecay", "decaySteps", decaySteps);
  return {
    config: { schedule: "exponentialDecay", ...options },
    rateAt: (step) => {
      const exponent = step / decaySteps;
      return initialLearningRate * decayRate ** (staircase ? Math.floor(exponent) : exponent);
    },
  };
}

export interface PiecewiseConstantDecayOptions {
  /** Steps up to which, inclusive, each rate holds; rising. */
  readonly boundaries: readonly number[];
  /** One rate more than there are boundaries. */
  readonly values: readonly number[];
}

/** A rate for each stretch of steps, as Keras's PiecewiseConstantDecay. */
export function piecewiseConstantDecay({ boundaries, values }: PiecewiseConstantDecayOptions): Schedule {
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
  const { initialLearningRate, decaySteps, alpha = 0, warmupTarget, warmupSteps = 0 } = options;
  positive("cosineDecay", "decaySteps", decaySteps);
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
export function warmUp({ steps, schedule }: WarmUpOptions): Schedule {
  positive("warmUp", "steps", steps);
  return {
    config: { schedule: "warmUp", steps, after: typeof schedule === "number" ? schedule : schedule.config },
    rateAt: (step) => (step < steps ? (rateAt(schedule, steps) * (step + 1)) / steps : rateAt(schedule, step)),
  };
}

function positive(schedule: string, option: string, value: number): void {
  if (!(value > 0)) throw new StriateError("usage", `${schedule}: ${option} must be greater than 0, received ${value}`);
}
