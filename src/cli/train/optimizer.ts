import {
  cosineDecay,
  exponentialDecay,
  type LearningRate,
  type Optimizer,
  optimizerNamed,
  rmsprop,
  sgd,
  warmUp,
} from "../../training/index.ts";
import type { TrainOptions } from "../run/config.ts";

/** The optimizer that the options describe, with its schedule. */
export function optimizerOf(options: TrainOptions, stepsAnEpoch: number): Optimizer {
  const { optimizer, momentum = 0, nesterov = false, warmupSteps } = options;
  const schedule = scheduleOf(options, stepsAnEpoch);
  const learningRate = warmupSteps > 0 ? warmUp({ steps: warmupSteps, schedule }) : schedule;
  if (optimizer === "sgd") return sgd({ learningRate, momentum, nesterov });
  if (optimizer === "rmsprop") return rmsprop({ learningRate, momentum });
  return optimizerNamed(optimizer)({ learningRate });
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
