import { z } from "zod";
import { StriateError } from "../../errors.ts";
import type { Callback } from "./callback.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** The learning rate is multiplied by this, less than 1. Default 0.1. */
  readonly factor?: number;
  /** Epochs without improvement before that. Default 10. */
  readonly patience?: number;
  /** Epochs to wait afterwards before counting again. Default 0. */
  readonly cooldown?: number;
  /** It never becomes less than this. Default 0. */
  readonly minLearningRate?: number;
}

const stateSchema = z.object({ best: z.number().optional(), wait: z.int(), cooling: z.int() });

/** Lowers the learning rate when a number has stopped improving, as Keras's ReduceLROnPlateau. */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callback {
  const { factor = 0.1, patience = 10, cooldown = 0, minLearningRate = 0 } = options;
  if (!(factor > 0 && factor < 1)) {
    throw new StriateError("usage", `reduceLROnPlateau: factor must be between 0 and 1, received ${factor}`);
  }
  const monitor = new Monitor({ minDelta: 1e-4, ...options });
  let wait = 0;
  let cooling = 0;
  return {
    name: "reduceLROnPlateau",
    onEpochEnd: (log, run) => {
      if (cooling > 0) {
        cooling--;
        wait = 0;
      }
      if (monitor.improves(log)) {
        wait = 0;
        return;
      }
      if (cooling > 0) return;
      wait++;
      if (wait < patience || log.learningRate <= minLearningRate) return;
      const scheduled = log.learningRate / run.rateFactor;
      run.rateFactor = Math.max(log.learningRate * factor, minLearningRate) / scheduled;
      cooling = cooldown;
      wait = 0;
    },
    state: () => ({ data: { best: monitor.best, wait, cooling } }),
    restore: ({ data }) => {
      const state = stateSchema.parse(data);
      monitor.best = state.best;
      wait = state.wait;
      cooling = state.cooling;
    },
  };
}
