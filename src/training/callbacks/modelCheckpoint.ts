import * as z from "zod";
import { checkOptions, valueText } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { Callback } from "./callback.ts";
import { checkPath, MONITOR_OPTIONS, Monitor, type MonitorOptions } from "./monitor.ts";

/** The options of `modelCheckpoint`. */
export interface ModelCheckpointOptions extends MonitorOptions {
  /** The file, which every save replaces: `runs/NAME/checkpoint.safetensors`. */
  readonly path: string;
  /** After every epoch (default), or after so many steps as well. */
  readonly saveFreq?: "epoch" | number;
  /** Only epochs that are the best so far by `monitor`. Default false. */
  readonly saveBestOnly?: boolean;
}

const stateSchema = z.object({ best: z.number().optional() });

/**
 * Writes checkpoints, as Keras's ModelCheckpoint: one safetensors file with all that the next step depends on, from
 * which `fit({ resume })` goes on bit for bit. An interrupted run is saved as well, unless only the best are kept.
 */
export function modelCheckpoint(options: ModelCheckpointOptions): Callback {
  checkOptions("modelCheckpoint", options, { ...MONITOR_OPTIONS, path: true, saveFreq: true, saveBestOnly: true });
  const { path, saveFreq = "epoch", saveBestOnly = false } = options;
  checkPath("modelCheckpoint", path);
  if (saveFreq !== "epoch" && !(Number.isSafeInteger(saveFreq) && saveFreq > 0)) {
    throw new StriateError(
      "usage",
      `modelCheckpoint: saveFreq must be "epoch" or a number of steps, received ${valueText(saveFreq)}`,
    );
  }
  const monitor = new Monitor("modelCheckpoint", options);
  let isBest = false;
  return {
    name: `modelCheckpoint${saveBestOnly ? "/best" : ""}`,
    reset: () => {
      monitor.best = undefined;
      isBest = false;
    },
    // Before anything is saved, so that the checkpoints of other callbacks know of this epoch too.
    onEpochEnd: (log) => {
      isBest = saveBestOnly && monitor.improves(log);
    },
    onSave: async (moment, run) => {
      const due =
        moment.when === "step"
          ? !saveBestOnly && saveFreq !== "epoch" && moment.step % saveFreq === 0
          : moment.when === "epoch"
            ? !saveBestOnly || isBest
            : !saveBestOnly;
      if (due) await run.saveCheckpoint(path);
    },
    state: () => ({ data: { best: monitor.best } }),
    restore: ({ data }) => {
      monitor.best = stateSchema.parse(data).best;
    },
  };
}
