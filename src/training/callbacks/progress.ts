import { checkOptions, valueText } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { Callback, EpochLog } from "./callback.ts";

/** Where progress is told. */
export interface ProgressOptions {
  /**
   * Given the line whenever it changes, at most ten times a second, without an end of line; `done` when it is that of a
   * finished epoch, which the next line does not replace.
   */
  readonly write: (line: string, done: boolean) => void;
  /** Only the lines of finished epochs. Default false. */
  readonly epochsOnly?: boolean;
}

/** Milliseconds between two lines. */
const PAUSE = 100;

/**
 * Tells how far training is, as `fit` does on a terminal: `epoch 2/10  45/94  loss 0.4321  accuracy 0.8612  12 s left`, and
 * after each epoch its numbers and its time.
 */
export function progress(options: ProgressOptions): Callback {
  checkOptions("progress", options, { write: true, epochsOnly: true });
  const { write, epochsOnly = false } = options;
  if (typeof write !== "function") {
    throw new StriateError("usage", `progress: write is a function of a line, received ${valueText(write)}`);
  }
  let epochs = 1;
  let epochBegan = 0;
  let told = 0;
  /** The first step of this run in the epoch, and when it ended: it takes longer than those after it. */
  let first: { readonly batch: number; readonly time: number } | undefined;
  const tell = (line: string, now: number) => {
    told = now;
    write(line, false);
  };
  return {
    name: "progress",
    onTrainBegin: (run) => {
      epochs = run.epochs;
      epochBegan = performance.now();
      first = undefined;
      if (!epochsOnly && run.history.length < epochs) tell(`epoch ${run.history.length + 1}/${epochs}`, epochBegan);
    },
    onBatchEnd: ({ epoch, batch, batches, means }) => {
      const now = performance.now();
      first ??= { batch, time: now };
      if (epochsOnly || (now - told < PAUSE && batch < batches)) return;
      const perStep = (now - first.time) / (batch - first.batch);
      const left = batch > first.batch ? `  ${durationText(((batches - batch) * perStep) / 1000)} left` : "";
      tell(`epoch ${epoch}/${epochs}  ${batch}/${batches}  ${numbersText(means)}${left}`, now);
    },
    onEpochEnd: ({ epoch, learningRate: _, ...numbers }: EpochLog) => {
      const now = performance.now();
      write(`epoch ${epoch}/${epochs}  ${numbersText(numbers)}  ${durationText((now - epochBegan) / 1000)}`, true);
      epochBegan = now;
      first = undefined;
    },
  };
}

function numbersText(numbers: Readonly<Record<string, number>>): string {
  return Object.entries(numbers)
    .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    .join("  ");
}

function durationText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
