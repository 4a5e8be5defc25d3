import * as z from "zod";
import { checkOptions, finiteNumber, wholeNumber } from "../../checks/index.ts";
import type { Callback } from "./callback.ts";
import { MONITOR_OPTIONS, Monitor, type MonitorOptions } from "./monitor.ts";

/** The options of `reduceLROnPlateau`. */
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
  checkOptions("reduceLROnPlateau", options, {
    ...MONITOR_OPTIONS,
    factor: true,
    patience: true,
    cooldown: true,
    minLearningRate: true,
  });
  const where = "reduceLROnPlateau";
  const factor = finiteNumber(where, "factor", options.factor ?? 0.1, { above: 0, below: 1 });
  const patience = wholeNumber(where, "patience", options.patience ?? 10, { least: 0 });
  const cooldown = wholeNumber(where, "cooldown", options.cooldown ?? 0, { least: 0 });
  const minLearningRate = finiteNumber(where, "minLearningRate", options.minLearningRate ?? 0, { least: 0 });
  const monitor = new Monitor(where, { ...options, minDelta: options.minDelta ?? 1e-4 });
  let wait = 0;
  let cooling = 0;
  return {
    name: "reduceLROnPlateau",
    reset: () => {
      monitor.best = undefined;
      wait = 0;
      cooling = 0;
    },
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
