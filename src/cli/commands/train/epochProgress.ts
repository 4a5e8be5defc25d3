import type { BatchLog } from "../../../training/index.ts";
import { type ProgressBar, progressBar, usage } from "../../terminal/progressBar.ts";
import { counted } from "../../terminal/quantities.ts";

/** What is shown while a run trains. */
export interface TrainProgress {
  show(log: BatchLog): void;
  /** Removes the bar, before something else is printed. */
  clear(): void;
}

export const NO_PROGRESS: TrainProgress = { show: () => undefined, clear: () => undefined };

/** A bar for each epoch on standard error. */
export function trainProgress(epochs: number, batchSize: number): TrainProgress {
  let bar: ProgressBar | undefined;
  const started = performance.now();
  let begin = { batch: 0, time: started };
  return {
    show: ({ epoch, batch, batches, means }) => {
      const now = performance.now();
      const done = batch - begin.batch;
      const perStep = bar && done > 0 ? (now - begin.time) / 1000 / done : undefined;
      const remaining = batches - batch + (epochs - epoch) * batches;
      const parts = [
        ...Object.entries(means).map(([name, mean]) => `${name === "accuracy" ? "acc" : name} ${mean.toFixed(3)}`),
        ...usage((now - started) / 1000, perStep && remaining * perStep),
        ...(perStep ? [`${counted(batchSize / perStep)} pictures/s`] : []),
      ];
      if (!bar) {
        bar = progressBar(`epoch ${epoch}/${epochs}`, batches, parts);
        begin = { batch, time: now };
      }
      bar.update(batch, parts);
    },
    clear: () => {
      bar?.close();
      bar = undefined;
    },
  };
}
