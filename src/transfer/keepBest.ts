import { z } from "zod";
import type { Weights } from "../model/index.ts";
import type { Callback } from "../training/index.ts";

const stateSchema = z.strictObject({ best: z.number() });

/**
 * Gives a model back the weights of the epoch with the least validation loss: those that it began with, where no epoch had
 * less than they have. So training on few pictures never leaves a worse model than it was given.
 * @param initialLoss the validation loss before the first step, by the loss that is trained
 */
export function keepBest(initialLoss: number): Callback {
  let best = initialLoss;
  let weights: Weights | undefined;
  return {
    name: "keepBest",
    reset: () => {
      best = initialLoss;
      weights = undefined;
    },
    onTrainBegin: async (run) => {
      weights ??= await run.readWeights();
    },
    onEpochEnd: async (log, run) => {
      const loss = log.validationLoss;
      if (loss === undefined || !(loss < best)) return;
      best = loss;
      weights = await run.readWeights();
    },
    onTrainEnd: async (run) => {
      if (weights) await run.writeWeights(weights);
    },
    state: () => ({ data: { best }, ...(weights && { tensors: weights }) }),
    restore: ({ data, tensors }) => {
      best = stateSchema.parse(data).best;
      weights = tensors;
    },
  };
}
