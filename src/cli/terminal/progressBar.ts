// The only file that knows cli-progress.
import { Presets, SingleBar } from "cli-progress";
import { nameText } from "../../checks/index.ts";

/** A line on the terminal that shows how far something is. */
export interface ProgressBar {
  /** @param parts what stands beside the bar, the most important first; what the line has no room for is left out */
  update(done: number, parts: readonly string[]): void;
  /** Removes the line. */
  close(): void;
}

/** The most and the fewest characters of a bar. */
const BAR = { most: 24, least: 4 };

/**
 * A bar on standard error, as wide as the terminal, with the count of what is done.
 * @param title what stands before the bar
 */
export function progressBar(title: string, total: number, parts: readonly string[]): ProgressBar {
  const bar = new SingleBar(
    {
      format: (_, { value }, { parts }) => barLine(title, value, total, parts, process.stderr.columns ?? 80),
      stream: process.stderr,
      clearOnComplete: true,
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0, { parts });
  return {
    update: (done, next) => bar.update(done, { parts: next }),
    close: () => bar.stop(),
  };
}

/** A bar between its title and as many of the parts as a line of so many columns holds. */
export function barLine(title: string, done: number, total: number, parts: readonly string[], columns: number): string {
  const count = `${done}/${total}`;
  let words = count;
  for (const part of parts) {
    const longer = `${words}  ${nameText(part)}`;
    if (title.length + BAR.least + longer.length + 3 <= columns) words = longer;
  }
  const width = Math.max(BAR.least, Math.min(BAR.most, columns - title.length - words.length - 3));
  const full = Math.round((width * Math.min(done, total)) / Math.max(1, total));
  return `${title} ${"\u2588".repeat(full)}${"\u2591".repeat(width - full)} ${words}`;
}
