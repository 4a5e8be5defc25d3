import type { BatchLog, Callback, Run } from "../../../training/index.ts";
import type { Context } from "../../context.ts";
import type { TrainingConfig } from "../../runFolder/config.ts";
import type { Output } from "../../terminal/output.ts";
import { type Progress, showProgress } from "../../terminal/progress.ts";
import { counted } from "../../terminal/quantities.ts";
import { epochTable } from "./epochTable.ts";
import { rateText, stretchedRate } from "./optimizer.ts";

/** A run as its report introduces it. */
export interface RunFacts {
  readonly folder: string;
  readonly config: TrainingConfig;
  /** Numbers of pictures. */
  readonly data: { readonly train: number; readonly validation: number; readonly test: number };
  /** Whether it goes on from a checkpoint. */
  readonly resumed: boolean;
  readonly stepsAnEpoch: number;
  /** The epochs that a run which goes on was to have. */
  readonly oldEpochs?: number;
}

/** Tells how a run gets on: events for machines, lines and a progress bar for people. */
export interface TrainReport {
  readonly callback: Callback;
  /** Where the run stands. */
  position(): { readonly epoch: number; readonly step: number };
  /** Takes the progress bar away. */
  close(): void;
}

export function trainReport(context: Context, facts: RunFacts): TrainReport {
  const { output } = context;
  const { epochs } = facts.config.options;
  const epochLines = epochTable(epochs);
  const began = performance.now();
  let epochBegan = began;
  let position = { epoch: 0, step: 0 };
  let progress: Progress | undefined;
  const close = () => {
    progress?.close();
    progress = undefined;
  };
  return {
    callback: {
      name: "report",
      onTrainBegin: (run) => {
        position = { epoch: run.history.length, step: 0 };
        introduce(output, facts, run);
        epochBegan = performance.now();
      },
      onBatchEnd: (log, run) => {
        position = { epoch: run.history.length, step: log.step };
        progress ??= epochProgress(context, facts, log, began);
        progress.update(log.batch, { first: meansText(log) });
      },
      // Not onEpochEnd: an epoch is told when its checkpoint is written.
      onSave: (moment) => {
        if (moment.when !== "epoch") return;
        position = { ...position, epoch: moment.log.epoch };
        const seconds = (performance.now() - epochBegan) / 1000;
        epochBegan = performance.now();
        close();
        output.event({ event: "epoch", ...moment.log, seconds });
        for (const line of epochLines(moment.log, seconds)) output.tell(line);
      },
    },
    position: () => position,
    close,
  };
}

/** A bar for an epoch, with the time that is left of all of them. */
function epochProgress(context: Context, { config }: RunFacts, { epoch, batches }: BatchLog, began: number): Progress {
  const { epochs, batchSize } = config.options;
  return showProgress(context, {
    title: `epoch ${epoch}/${epochs}`,
    total: batches,
    ahead: (epochs - epoch) * batches,
    began,
    pace: (batchesPerSecond) => `${counted(batchSize * batchesPerSecond)} pictures/s`,
  });
}

function meansText({ means }: BatchLog): readonly string[] {
  return Object.entries(means).map(([name, mean]) => `${name === "accuracy" ? "acc" : name} ${mean.toFixed(3)}`);
}

function introduce(output: Output, facts: RunFacts, { model, history, rateFactor }: Run): void {
  const { folder, config, data, resumed } = facts;
  const { model: name, epochs, batchSize, optimizer, learningRate, seed, engine, threads } = config.options;
  const { parameters } = model;
  const resumedFromEpoch = resumed ? { resumedFromEpoch: history.length } : {};
  const stretched = resumed ? stretchedBy(facts, history.length, rateFactor) : undefined;
  const rates = stretched ? { learningRateBefore: stretched.before, learningRateNow: stretched.now } : {};
  const numbers = { epochs, batchSize, optimizer, learningRate, seed, ...resumedFromEpoch, ...rates };
  output.event({ event: "start", run: folder, model: name, parameters, engine, data, ...numbers });
  const number = (count: number) => (count === 0 ? "none" : counted(count));
  const parts = `${counted(data.train)} to train, ${number(data.validation)} to validate, ${number(data.test)} to test`;
  output.tell(`${name}: ${counted(parameters)} parameters; pictures ${config.inputShape.join("x")}: ${parts}`);
  output.tell(`${optimizer}, learning rate ${learningRate}, batches of ${batchSize}; ${engine}, threads ${threads}`);
  output.tell(resumed ? `resuming ${folder} after epoch ${history.length} of ${epochs}` : `run: ${folder}`);
  if (data.validation === 0) output.tell("without validation, nothing shows when the net starts to overfit");
  if (!stretched) return;
  const { schedule } = config.options;
  output.tell(
    `the schedule ${schedule} is stretched from ${facts.oldEpochs} to ${epochs} epochs: the learning rate, which was ` +
      `${rateText(stretched.before)}, goes on at ${rateText(stretched.now)}, as in a run of ${epochs} epochs`,
  );
}

function stretchedBy({ config, oldEpochs, stepsAnEpoch }: RunFacts, epoch: number, factor: number) {
  const { options } = config;
  if (oldEpochs === undefined || oldEpochs === options.epochs) return undefined;
  const rates = stretchedRate({ ...options, epochs: oldEpochs }, options, stepsAnEpoch, epoch);
  return rates && { before: rates.before * factor, now: rates.now * factor };
}
