import * as z from "zod";
import { checkOptions, wholeNumber } from "../../checks/index.ts";
import type { Weights } from "../../model/index.ts";
import type { Callback } from "./callback.ts";
import { MONITOR_OPTIONS, Monitor, type MonitorOptions } from "./monitor.ts";

/** The options of `earlyStopping`. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without improvement after which training stops. Default 0. */
  readonly patience?: number;
  /** Take back the weights of the best epoch at the end. Default false. */
  readonly restoreBestWeights?: boolean;
  /** The first epoch (from 0) that counts. Default 0. */
  readonly startFromEpoch?: number;
}

const stateSchema = z.object({ best: z.number().optional(), wait: z.int() });

/** Stops when a number has stopped improving, as Keras's EarlyStopping. */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  checkOptions("earlyStopping", options, {
    ...MONITOR_OPTIONS,
    patience: true,
    restoreBestWeights: true,
    startFromEpoch: true,
  });
  const { restoreBestWeights = false } = options;
  const patience = wholeNumber("earlyStopping", "patience", options.patience ?? 0, { least: 0 });
  const startFromEpoch = wholeNumber("earlyStopping", "startFromEpoch", options.startFromEpoch ?? 0, { least: 0 });
  const monitor = new Monitor("earlyStopping", options);
  let wait = 0;
  let bestWeights: Weights | undefined;
  return {
    name: "earlyStopping",
    reset: () => {
      monitor.best = undefined;
      wait = 0;
      bestWeights = undefined;
    },
    onTrainBegin: (run) => {
      // Resumed from the very epoch that had stopped it.
      if (wait > 0 && wait >= patience) run.stop();
    },
    onEpochEnd: async (log, run) => {
      if (log.epoch <= startFromEpoch) return;
      if (monitor.improves(log)) {
        wait = 0;
        if (restoreBestWeights) bestWeights = await run.readWeights();
        return;
      }
      wait++;
      if (wait >= patience) run.stop();
    },
    onTrainEnd: async (run) => {
      if (bestWeights) await run.writeWeights(bestWeights);
    },
    state: () => ({ data: { best: monitor.best, wait }, ...(bestWeights && { tensors: bestWeights }) }),
    restore: ({ data, tensors }) => {
      const state = stateSchema.parse(data);
      monitor.best = state.best;
      wait = state.wait;
      bestWeights = tensors && tensors.size > 0 ? tensors : undefined;
    },
  };
}
