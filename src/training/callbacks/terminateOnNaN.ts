import { StriateError } from "../../errors.ts";
import type { Callback } from "./callback.ts";

/** Stops with an error at the first step whose loss is not a number, before anything of it is saved. */
export function terminateOnNaN(): Callback {
  return {
    name: "terminateOnNaN",
    onBatchEnd: ({ batchLoss, epoch, batch, step }) => {
      if (Number.isFinite(batchLoss)) return;
      throw new StriateError(
        "nan-loss",
        `the loss became ${batchLoss} at step ${step} (epoch ${epoch}, batch ${batch}); training stopped, and the last ` +
          "checkpoint is kept. Try a learning rate that is 10 times smaller, or look for bad values in the data",
      );
    },
  };
}
