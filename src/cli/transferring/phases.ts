import type { TransferEvent } from "../../transfer/index.ts";
import type { Context } from "../context.ts";
import { type Progress, showProgress } from "../terminal/progress.ts";
import { countOf } from "../terminal/quantities.ts";

/** Tells how far the phases are that come before any training. */
export interface Phases {
  onEvent(event: TransferEvent): void;
  /** What was under way last, in words. */
  current(): string;
  /** Takes the progress bar away. */
  close(): void;
}

const WORDS = { features: "the features", probes: "the probes" } as const;

/** A bar for the features and one for the probes; the event `features` where they are done. */
export function showPhases(context: Context, onAdvice: (event: TransferEvent & { phase: "advice" }) => void): Phases {
  const { output } = context;
  let phase: "features" | "probes" | undefined;
  let began = performance.now();
  let progress: Progress | undefined;
  let told = false;
  const close = () => {
    progress?.close();
    progress = undefined;
  };
  const enter = (next: "features" | "probes", total: number) => {
    if (phase === next) return;
    close();
    phase = next;
    // The first batch of features is told when it is done: they began with the command.
    if (next === "probes") began = performance.now();
    progress = showProgress(context, { title: next, total, began });
  };
  return {
    onEvent(event) {
      if (event.phase === "features") {
        enter("features", event.total);
        progress?.update(event.done);
        if (event.done < event.total || told) return;
        told = true;
        close();
        const seconds = (performance.now() - began) / 1000;
        output.event({ event: "features", count: event.total, cached: 0, seconds });
        output.tell(`features of ${countOf(event.total, "photo")}: ${seconds.toFixed(1)} s`);
      } else if (event.phase === "probes") {
        enter("probes", 100);
        progress?.update(Math.round((100 * event.done) / event.total));
      } else if (event.phase === "advice") {
        close();
        onAdvice(event);
      }
    },
    current: () => (phase ? WORDS[phase] : "the start"),
    close,
  };
}
