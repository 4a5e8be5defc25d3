import { platform } from "#platform";
import type { Terminal } from "../../platform/index.ts";
import type { Callback } from "./callback.ts";
import { progress } from "./progress.ts";

/** What is shown while training goes on: nothing, a line that moves, or a line for each epoch. */
export type Verbose = "auto" | 0 | 1 | 2;

/** Progress on standard error as `verbose` says; `close` ends the line where training ended in the middle of an epoch. */
export function terminalProgress(
  verbose: Verbose,
  terminal: Terminal | undefined = platform.terminal(),
): { readonly callback: Callback; close(): void } | undefined {
  if (!terminal || verbose === 0 || (verbose === "auto" && !terminal.isTTY)) return undefined;
  const { isTTY } = terminal;
  let open = false;
  const write = (line: string, done: boolean) => {
    // A line that is longer than the terminal is wide could not be replaced.
    const shown = isTTY ? `\r\x1b[2K${line.slice(0, (terminal.columns || 80) - 1)}` : line;
    terminal.write(done ? `${isTTY ? `\r\x1b[2K${line}` : line}\n` : shown);
    open = !done;
  };
  return {
    // What cannot be replaced is written once an epoch.
    callback: progress({ write, epochsOnly: verbose === 2 || !isTTY }),
    close: () => {
      if (open) terminal.write("\n");
      open = false;
    },
  };
}
