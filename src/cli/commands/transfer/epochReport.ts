import type { Callback } from "../../../training/index.ts";
import { FINE_TUNING, SCRATCH, STRATEGIES, type StrategyName, type TransferEvent } from "../../../transfer/index.ts";
import type { Context } from "../../context.ts";
import { type Progress, showProgress } from "../../terminal/progress.ts";
import { countOf } from "../../terminal/quantities.ts";
import { epochTable } from "../train/epochTable.ts";
import type { TransferRunOptions } from "./flags.ts";

/** Tells how the training of a backbone gets on. */
export interface EpochReport {
  begin(event: TransferEvent & { phase: "training" }): void;
  readonly callback: Callback;
  /** Where it stands, in words; undefined where it has not begun. */
  position(): string | undefined;
  close(): void;
}

/** Events `epoch`, a line for each, and a bar with the time that is left. */
export function epochReport(context: Context, { epochs: given }: Pick<TransferRunOptions, "epochs">): EpochReport {
  const { output } = context;
  let total = given ?? 0;
  let lines = epochTable(total);
  let begun = false;
  let finished = 0;
  let began = performance.now();
  let epochBegan = began;
  let progress: Progress | undefined;
  const close = () => {
    progress?.close();
    progress = undefined;
  };
  return {
    begin({ strategy, train, validation }) {
      total = given ?? epochsOf(strategy);
      lines = epochTable(total);
      began = performance.now();
      const { summary, trains } = STRATEGIES[strategy];
      output.tell(`${strategy}: ${summary}; ${countOf(train, "photo")} to train, ${validation} to validate`);
      if (trains === "head") return;
      output.tell(`at most ${countOf(total, "epoch")}; it ends where the validation loss falls no more`);
    },
    callback: {
      name: "report",
      onTrainBegin: (run) => {
        begun = true;
        finished = run.history.length;
        if (finished > 0) output.tell(`resuming after epoch ${finished}`);
        epochBegan = performance.now();
      },
      onBatchEnd: ({ epoch, batch, batches }) => {
        const ahead = (total - epoch) * batches;
        progress ??= showProgress(context, { title: `epoch ${epoch}/${total}`, total: batches, ahead, began });
        progress.update(batch);
      },
      onSave: (moment) => {
        if (moment.when !== "epoch") return;
        finished = moment.log.epoch;
        const seconds = (performance.now() - epochBegan) / 1000;
        epochBegan = performance.now();
        close();
        output.event({ event: "epoch", ...moment.log, seconds });
        for (const line of lines(moment.log, seconds)) output.tell(line);
      },
    },
    position: () => (begun ? `the training, after ${finished} of ${total} epochs` : undefined),
    close,
  };
}

function epochsOf(strategy: StrategyName): number {
  if (strategy === "scratch") return SCRATCH.epochs;
  return STRATEGIES[strategy].trains === "lastStage" ? FINE_TUNING.epochs.lastStage : FINE_TUNING.epochs.all;
}
