import {
  cosineDecay,
  exponentialDecay,
  type LearningRate,
  type Optimizer,
  optimizerNamed,
  warmUp,
} from "../../../training/index.ts";
import { optimizersWith } from "../../../training/optimizers/names.ts";
import { rateAt } from "../../../training/schedules.ts";
import type { TrainOptions } from "./flags.ts";

/** The optimizer that the options describe, with its schedule. */
export function optimizerOf(options: TrainOptions, stepsAnEpoch: number): Optimizer {
  const { optimizer, momentum = 0, nesterov = false, warmupSteps } = options;
  const schedule = scheduleOf(options, stepsAnEpoch);
  const learningRate = warmupSteps > 0 ? warmUp({ steps: warmupSteps, schedule }) : schedule;
  return optimizerNamed(optimizer)({
    learningRate,
    ...(optimizersWith("momentum").includes(optimizer) && { momentum }),
    ...(optimizersWith("nesterov").includes(optimizer) && { nesterov }),
  });
}

/** Learning rates where a run goes on. */
export interface StretchedRate {
  /** That of its last step. */
  readonly before: number;
  /** That of its next one. */
  readonly now: number;
}

/**
 * The learning rates around the epoch after which a run goes on with more epochs, where that changes its schedule: a decay
 * that was not described is stretched over all epochs, so that its rate is another one from then on.
 */
export function stretchedRate(
  old: TrainOptions,
  options: TrainOptions,
  stepsAnEpoch: number,
  epoch: number,
): StretchedRate | undefined {
  const [was, is] = [old, options].map((each) => optimizerOf(each, stepsAnEpoch).learningRate);
  if (was === undefined || is === undefined) return undefined;
  const step = epoch * stepsAnEpoch;
  const before = rateAt(was, Math.max(0, step - 1));
  const now = rateAt(is, step);
  return now === rateAt(was, step) ? undefined : { before, now };
}

/** A learning rate with two digits: 0.00069. */
export function rateText(rate: number): string {
  return String(Number(rate.toPrecision(2)));
}

/** Decays that were not described fit the run: also one that goes on for more epochs than it was started for. */
function scheduleOf(options: TrainOptions, stepsAnEpoch: number): LearningRate {
  const { schedule, learningRate: initialLearningRate, epochs, decaySteps, decayRate } = options;
  const all = stepsAnEpoch * epochs;
  switch (schedule) {
    case "constant":
      return initialLearningRate;
    case "step":
      return exponentialDecay({
        initialLearningRate,
        decaySteps: decaySteps ?? Math.ceil(all / 3),
        decayRate: decayRate ?? 0.1,
        staircase: true,
      });
    case "exponential":
      return exponentialDecay({
        initialLearningRate,
        decaySteps: decaySteps ?? stepsAnEpoch,
        decayRate: decayRate ?? 0.9,
      });
    case "cosine":
      return cosineDecay({ initialLearningRate, decaySteps: decaySteps ?? all });
  }
}
