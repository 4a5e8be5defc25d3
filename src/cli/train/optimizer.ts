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
export function optimizerOf(options: TrainOptions): Optimizer {
  const { optimizer, momentum = 0, nesterov = false, warmupSteps } = options;
  const planned = scheduleOf(options);
  // biome-ignore lint/suspicious/noThenProperty: the option of `warmUp`, which nobody awaits
  const learningRate = warmupSteps > 0 ? warmUp({ steps: warmupSteps, then: planned }) : planned;
  if (optimizer === "sgd") return sgd({ learningRate, momentum, nesterov });
  if (optimizer === "rmsprop") return rmsprop({ learningRate, momentum });
  return optimizerNamed(optimizer)({ learningRate });
}

function scheduleOf({ schedule, learningRate, decaySteps = 1, decayRate = 1 }: TrainOptions): LearningRate {
  const initialLearningRate = learningRate;
  switch (schedule) {
    case "constant":
      return learningRate;
    case "step":
      return exponentialDecay({ initialLearningRate, decaySteps, decayRate, staircase: true });
    case "exponential":
      return exponentialDecay({ initialLearningRate, decaySteps, decayRate });
    case "cosine":
      return cosineDecay({ initialLearningRate, decaySteps });
  }
}
