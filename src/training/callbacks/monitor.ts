import { didYouMean, finiteNumber, type OptionNames, quoted, valueText } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { EpochLog } from "./callback.ts";

/** What a callback watches. */
export interface MonitorOptions {
  /** The number of an epoch's log to watch. Default `validationLoss`. */
  readonly monitor?: string;
  /** Whether less or more is better. Default `auto`: more for accuracies, less for all else. */
  readonly mode?: "auto" | "min" | "max";
  /** What counts as better must be so by more than this. Default 0. */
  readonly minDelta?: number;
}

export const MONITOR_OPTIONS: OptionNames<MonitorOptions> = { monitor: true, mode: true, minDelta: true };

/** @throws StriateError `usage` for a path that is no text */
export function checkPath(where: string, path: unknown): void {
  if (typeof path === "string" && path !== "") return;
  throw new StriateError("usage", `${where}: path is the name of a file, received ${valueText(path)}`);
}

/** Watches one number of the log for becoming better. */
export class Monitor {
  readonly key: string;
  readonly #sign: 1 | -1;
  readonly #minDelta: number;
  best: number | undefined;

  /** @param where what has the options, for messages */
  constructor(where: string, { monitor = "validationLoss", mode = "auto", minDelta = 0 }: MonitorOptions) {
    if (typeof monitor !== "string") {
      throw new StriateError(
        "usage",
        `${where}: monitor is a name such as "validationLoss", received ${valueText(monitor)}`,
      );
    }
    if (!["auto", "min", "max"].includes(mode)) {
      throw new StriateError("usage", `${where}: mode is "auto", "min" or "max", received ${valueText(mode)}`);
    }
    this.key = monitor;
    this.#sign = mode === "max" || (mode === "auto" && /accuracy/i.test(monitor)) ? 1 : -1;
    this.#minDelta = Math.abs(finiteNumber(where, "minDelta", minDelta));
  }

  /** Whether this epoch is the best so far; then it becomes the best. What is no number is never better. */
  improves(log: EpochLog): boolean {
    const value = log[this.key];
    if (value === undefined) {
      const known = Object.keys(log).filter((key) => key !== "epoch");
      const hint = didYouMean(this.key, known);
      throw new StriateError(
        "usage",
        `there is no ${quoted(this.key)} to monitor in the log of an epoch${hint || ";"} ${hint ? "There" : "there"} is ${known.join(", ")}`,
      );
    }
    const better =
      Number.isFinite(value) && (this.best === undefined || this.#sign * (value - this.best) > this.#minDelta);
    if (better) this.best = value;
    return better;
  }
}
