import type { BatchLog } from "../../training/index.ts";
import { type ProgressBar, progressBar } from "../progressBar.ts";
import { counted, durationText } from "../words.ts";

const FORMAT = "epoch {epoch} {bar} {value}/{total}  {rate} pictures/s  loss {loss}  accuracy {accuracy}  {left} left";

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
  let begin = { batch: 0, time: 0 };
  return {
    show: ({ epoch, batch, batches, means }) => {
      const now = performance.now();
      const seconds = (now - begin.time) / 1000;
      const done = batch - begin.batch;
      const perStep = bar && done > 0 ? seconds / done : undefined;
      const remaining = batches - batch + (epochs - epoch) * batches;
      const values = {
        epoch: `${epoch}/${epochs}`,
        rate: perStep ? counted(batchSize / perStep) : "-",
        loss: (means.loss ?? Number.NaN).toFixed(4),
        accuracy: (means.accuracy ?? Number.NaN).toFixed(4),
        left: perStep ? durationText(remaining * perStep) : "-",
      };
      if (!bar) {
        bar = progressBar(FORMAT, batches, values);
        begin = { batch, time: now };
      }
      bar.update(batch, values);
    },
    clear: () => {
      bar?.close();
      bar = undefined;
    },
  };
}
