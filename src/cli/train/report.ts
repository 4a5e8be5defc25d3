import type { Callback, Run } from "../../training/index.ts";
import type { Output } from "../output.ts";
import type { RunConfig } from "../run/config.ts";
import { counted } from "../words.ts";
import { epochTable } from "./epochTable.ts";
import { NO_PROGRESS, trainProgress } from "./progress.ts";

/** A run as its report introduces it. */
export interface RunFacts {
  readonly folder: string;
  readonly config: RunConfig;
  /** Numbers of pictures. */
  readonly data: { readonly train: number; readonly validation: number; readonly test: number };
  /** Whether it goes on from a checkpoint. */
  readonly resumed: boolean;
}

/** Tells how a run gets on: events for machines, lines and a progress bar for people. */
export interface TrainReport {
  readonly callback: Callback;
  /** Where the run stands. */
  position(): { readonly epoch: number; readonly step: number };
  /** Takes the progress bar away. */
  close(): void;
}

export function trainReport(output: Output, facts: RunFacts, signal: AbortSignal): TrainReport {
  const { epochs, batchSize } = facts.config.options;
  const progress = process.stderr.isTTY ? trainProgress(epochs, batchSize) : NO_PROGRESS;
  const epochLines = epochTable(epochs);
  signal.addEventListener("abort", progress.clear);
  let began = performance.now();
  let position = { epoch: 0, step: 0 };
  return {
    callback: {
      name: "report",
      onTrainBegin: (run) => {
        position = { epoch: run.history.length, step: 0 };
        introduce(output, facts, run);
        began = performance.now();
      },
      onBatchEnd: (log, run) => {
        position = { epoch: run.history.length, step: log.step };
        if (!signal.aborted) progress.show(log);
      },
      // Not onEpochEnd: an epoch is told when its checkpoint is written.
      onSave: (moment) => {
        if (moment.when !== "epoch") return;
        position = { ...position, epoch: moment.log.epoch };
        const seconds = (performance.now() - began) / 1000;
        began = performance.now();
        progress.clear();
        output.event({ event: "epoch", ...moment.log, seconds });
        for (const line of epochLines(moment.log, seconds)) output.tell(line);
      },
    },
    position: () => position,
    close: progress.clear,
  };
}

function introduce(output: Output, { folder, config, data, resumed }: RunFacts, { model, history }: Run): void {
  const { model: name, epochs, batchSize, optimizer, learningRate, seed, engine, threads } = config.options;
  const { parameters } = model;
  const resumedFromEpoch = resumed ? { resumedFromEpoch: history.length } : {};
  const numbers = { epochs, batchSize, optimizer, learningRate, seed, ...resumedFromEpoch };
  output.event({ event: "start", run: folder, model: name, parameters, engine, data, ...numbers });
  const parts = `${counted(data.train)} to train, ${counted(data.validation)} to validate, ${counted(data.test)} to test`;
  output.tell(`${name}: ${counted(parameters)} parameters; pictures ${config.inputShape.join("x")}: ${parts}`);
  output.tell(`${optimizer}, learning rate ${learningRate}, batches of ${batchSize}; ${engine}, threads ${threads}`);
  output.tell(resumed ? `going on with ${folder} after epoch ${history.length} of ${epochs}` : `run: ${folder}`);
}
