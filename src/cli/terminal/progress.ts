import type { Context } from "../context.ts";
import { type ProgressBar, progressBar } from "./progressBar.ts";
import { durationText, memoryText } from "./quantities.ts";

/** How far something is: on a terminal a bar with the time gone and left, elsewhere nothing. */
export interface Progress {
  /**
   * @param done what is done of the total
   * @param beside what stands beside the bar before and after the times, the most important first; what the line has no room
   * for is left out
   */
  update(done: number, beside?: { readonly first?: readonly string[]; readonly last?: readonly string[] }): void;
  /** Removes the bar. */
  close(): void;
}

export interface ProgressOptions {
  /** What stands before the bar. */
  readonly title: string;
  /** How much there is to do, where that is known. */
  readonly total?: number;
  /** How much follows after this bar, at the same pace. */
  readonly ahead?: number;
  /** When it began, of several bars the first: by `performance.now()`; default now. */
  readonly began?: number;
  /** How fast it goes, in the words of what is done in a second. */
  readonly pace?: (perSecond: number) => string;
}

/**
 * Shows how far something is, on standard error. Whatever else is written stands above the bar; an interrupt, and the end of
 * the command, remove it.
 */
export function showProgress(
  { output, signal }: Pick<Context, "output" | "signal">,
  options: ProgressOptions,
): Progress {
  if (!process.stderr.isTTY) return { update: () => undefined, close: () => undefined };
  const { title, total, ahead = 0, began = performance.now(), pace } = options;
  let bar: ProgressBar | undefined;
  /** The count that came first, from which on the pace is measured. */
  let start: { readonly done: number; readonly time: number } | undefined;
  const close = () => {
    bar?.close();
    bar = undefined;
  };
  output.clearBeforeWriting(close);
  return {
    update: (done, { first = [], last = [] } = {}) => {
      if (signal.aborted) return;
      const now = performance.now();
      start ??= { done, time: now };
      const perSecond = done > start.done ? (1000 * (done - start.done)) / (now - start.time) : undefined;
      const left = perSecond && total !== undefined ? (total - done + ahead) / perSecond : undefined;
      const parts = [
        ...first,
        ...usage((now - began) / 1000, left),
        ...(perSecond && pace ? [pace(perSecond)] : []),
        ...last,
      ];
      bar ??= progressBar(title, total ?? 0, parts);
      bar.update(done, parts);
    },
    close,
  };
}

/** Time gone, time left, and the memory that the process takes: what every bar shows. */
export function usage(secondsGone: number, secondsLeft: number | undefined): readonly string[] {
  const left = secondsLeft === undefined ? "" : `, ${durationText(secondsLeft)} left`;
  return [`${durationText(secondsGone)} gone${left}`, memoryText(process.memoryUsage.rss())];
}
