import { INTERRUPTED } from "../exitCodes.ts";
import type { Output } from "./output.ts";

/** Under npm one Ctrl-C arrives twice, from the terminal and from npm; what comes within this time is one. */
const ONE_KEYSTROKE_MS = 1000;

/**
 * Turns Ctrl-C, SIGTERM and the hang-up of the terminal into an `AbortSignal`, so that a command can finish its step and save. A second one, later
 * than a second after the first, ends the process at once.
 */
export function interruptible(output: Output): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  let first: number | undefined;
  const stop = () => {
    const now = performance.now();
    if (first === undefined) {
      first = now;
      controller.abort();
      output.say("\nstriate: stopping after this step; press Ctrl-C again to quit at once");
    } else if (now - first > ONE_KEYSTROKE_MS) {
      process.exit(INTERRUPTED);
    }
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of signals) process.on(name, stop);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) process.off(name, stop);
    },
  };
}
