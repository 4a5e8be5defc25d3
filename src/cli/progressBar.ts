// The only file that knows cli-progress.
import { Presets, SingleBar } from "cli-progress";

/** A line on the terminal that shows how far something is. */
export interface ProgressBar {
  /** @param values what stands in the braces of the format */
  update(done: number, values: Readonly<Record<string, string>>): void;
  /** Removes the line. */
  close(): void;
}

/**
 * A bar on standard error.
 * @param format text with `{bar}`, `{value}`, `{total}` and names of `values`
 */
export function progressBar(format: string, total: number, values: Readonly<Record<string, string>>): ProgressBar {
  // What is left of the line beside the words.
  const barsize = Math.max(6, Math.min(24, (process.stderr.columns ?? 80) - 84));
  const options = { format, stream: process.stderr, clearOnComplete: true, gracefulExit: false, barsize };
  const bar = new SingleBar(options, Presets.shades_classic);
  bar.start(total, 0, values);
  return {
    update: (done, next) => bar.update(done, next),
    close: () => bar.stop(),
  };
}
