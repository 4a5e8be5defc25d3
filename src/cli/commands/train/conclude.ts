import type { Evaluation, History } from "../../../training/index.ts";
import { LAST_FILE, MODEL_FILE } from "../../runFolder/folder.ts";
import { commandText } from "../../terminal/invocation.ts";
import type { Output } from "../../terminal/output.ts";
import { counted } from "../../terminal/quantities.ts";
import type { BestEpoch } from "./bestWeights.ts";
import { rateText, stretchedRate } from "./optimizer.ts";
import type { RunFacts } from "./trainReport.ts";

/** A run as it ends. */
export interface RunEnd extends RunFacts {
  readonly history: History;
  readonly best: BestEpoch | undefined;
  /** On the test pictures, where there are any. */
  readonly measured: Evaluation | undefined;
  readonly seconds: number;
}

/** Says what a run has come to, each number by what it was measured on, and what can be done next. */
export function conclude(output: Output, end: RunEnd): void {
  const { folder, data, history, best, measured, seconds } = end;
  const { dataWait, epochs } = history;
  const chosen = best && epochs.find(({ epoch }) => epoch === best.epoch);
  const validation = chosen && {
    epoch: chosen.epoch,
    loss: chosen.validationLoss ?? Number.NaN,
    accuracy: chosen.validationAccuracy ?? Number.NaN,
  };
  const test = measured && { loss: measured.loss, accuracy: measured.metrics.accuracy ?? Number.NaN };
  output.event({
    event: "done",
    run: folder,
    ...(test && { test }),
    ...(validation && { validation }),
    seconds,
    dataWait,
  });
  if (dataWait >= 0.1) output.tell(`the engine waited for pictures ${Math.round(100 * dataWait)}% of the time`);
  if (validation) {
    const { epoch, loss } = validation;
    output.tell(
      `${MODEL_FILE} has the weights of epoch ${epoch} of ${epochs.length}, which has the lowest validation loss (${loss.toFixed(4)}); ` +
        `${LAST_FILE} has those of the last`,
    );
  }
  const text = ({ loss, accuracy }: { loss: number; accuracy: number }, count: number) =>
    `accuracy ${accuracy.toFixed(4)}, loss ${loss.toFixed(4)} on ${counted(count)} pictures`;
  if (test) output.tell(`test ${text(test, data.test)}`);
  else if (validation) {
    output.tell(
      `validation ${text(validation, data.validation)}, by which the epoch was chosen: no pictures were kept to test`,
    );
  } else output.tell("no pictures were kept to measure on, so how well the net does on new ones is unknown");
  output.tell(`the run is in ${folder}. Next:`);
  for (const next of nextCommands(end)) output.tell(`  ${next}`);
}

function nextCommands({ folder, config, data, stepsAnEpoch }: RunEnd): string[] {
  const { options } = config;
  const more = { ...options, epochs: options.epochs * 2 };
  const stretched = stretchedRate(options, more, stepsAnEpoch, options.epochs);
  const note = stretched ? `   (the rate rises to ${rateText(stretched.now)} again)` : "";
  return [
    commandText(`predict ${folder}`),
    commandText(`evaluate ${folder}${data.test + data.validation > 0 ? "" : " --data DIR"}`),
    commandText(`train --resume --out ${folder} --epochs ${more.epochs}`) + note,
  ];
}
