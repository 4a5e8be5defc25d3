import { StriateError } from "../../errors.ts";
import type { EpochLog } from "./callback.ts";

export interface MonitorOptions {
  /** The number of an epoch's log to watch. Default `validationLoss`. */
  readonly monitor?: string;
  /** Whether less or more is better. Default `auto`: more for accuracies, less for all else. */
  readonly mode?: "auto" | "min" | "max";
  /** What counts as better must be so by more than this. Default 0. */
  readonly minDelta?: number;
}

/** Watches one number of the log for becoming better. */
export class Monitor {
  readonly key: string;
  readonly #sign: 1 | -1;
  readonly #minDelta: number;
  best: number | undefined;

  constructor({ monitor = "validationLoss", mode = "auto", minDelta = 0 }: MonitorOptions) {
    this.key = monitor;
    this.#sign = mode === "max" || (mode === "auto" && /accuracy/i.test(monitor)) ? 1 : -1;
    this.#minDelta = Math.abs(minDelta);
  }

  /** Whether this epoch is the best so far; then it becomes the best. What is no number is never better. */
  improves(log: EpochLog): boolean {
    const value = log[this.key];
    if (value === undefined) {
      const known = Object.keys(log)
        .filter((key) => key !== "epoch")
        .join(", ");
      throw new StriateError("usage", `there is no "${this.key}" to monitor in the log of an epoch; there is ${known}`);
    }
    const better =
      Number.isFinite(value) && (this.best === undefined || this.#sign * (value - this.best) > this.#minDelta);
    if (better) this.best = value;
    return better;
  }
}
