import { join } from "node:path";
import type { DataProblem, Dataset } from "../../data/index.ts";
import type { Engine } from "../../engine/index.ts";
import { StriateError } from "../../errors.ts";
import { encodeSafetensors, writeFileAtomic } from "../../formats/index.ts";
import type { Model } from "../../model/index.ts";
import {
  type Callback,
  type Evaluation,
  earlyStopping,
  evaluate,
  type History,
  jsonlHistory,
  modelCheckpoint,
  reduceLROnPlateau,
  terminateOnNaN,
} from "../../training/index.ts";
import { DONE, INTERRUPTED, type Output } from "../output.ts";
import type { RunConfig, TrainOptions } from "../run/config.ts";
import { CHECKPOINT_FILE, HISTORY_FILE, listFolder, MODEL_FILE } from "../run/folder.ts";
import { commandText, counted } from "../words.ts";
import { optimizerOf } from "./optimizer.ts";
import { problemLog, tellProblems } from "./problems.ts";
import { trainReport } from "./report.ts";

/** All that a run needs to train, from its beginning or from the checkpoint in its folder. */
export interface Session {
  readonly folder: string;
  readonly config: RunConfig;
  readonly model: Model;
  readonly train: Dataset;
  readonly validation?: Dataset;
  readonly test: Dataset;
  readonly engine: Engine;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** Trains, tests and saves. @returns the exit code */
export async function runSession(session: Session): Promise<number> {
  const { folder, config, model, train, validation, test, engine, output, signal } = session;
  const { epochs, batchSize, seed } = config.options;
  const checkpoint = join(folder, CHECKPOINT_FILE);
  const resumed = (await listFolder(folder)).includes(CHECKPOINT_FILE);
  const data = { train: train.length, validation: validation?.length ?? 0, test: test.length };
  const report = trainReport(output, { folder, config, data, resumed }, signal);
  const begin = performance.now();
  try {
    const history = await model.fit(train, {
      engine,
      epochs,
      batchSize,
      seed,
      optimizer: optimizerOf(config.options, Math.ceil(train.length / Math.min(batchSize, train.length))),
      callbacks: [...callbacksOf(config.options, folder), report.callback],
      signal,
      ...(validation && { validation }),
      ...(resumed && { resume: checkpoint }),
    });
    const result = await evaluate(model, test, { engine, signal });
    await writeFileAtomic(join(folder, MODEL_FILE), encodeSafetensors(model.weights));
    await tellProblems(folder, output, allProblems(history.problems, test.problems?.()));
    conclude(session, result, history, (performance.now() - begin) / 1000);
    return DONE;
  } catch (thrown) {
    if (!(thrown instanceof StriateError && thrown.code === "interrupted")) throw thrown;
    const { epoch, step } = report.position();
    output.event({ event: "interrupted", run: folder, epoch, step });
    output.tell(`interrupted after ${epoch} of ${epochs} epochs; a checkpoint is written. Go on by`);
    output.tell(`  ${commandText(`train --resume --out ${folder}`)}`);
    return INTERRUPTED;
  } finally {
    report.close();
  }
}

/** In the order in which they must act: what stops a bad step first, what saves last. */
function callbacksOf({ earlyStopping: patience, ...options }: TrainOptions, folder: string): Callback[] {
  const { reduceOnPlateau, checkpointEvery = "epoch" } = options;
  return [
    terminateOnNaN(),
    jsonlHistory({ path: join(folder, HISTORY_FILE) }),
    problemLog(folder),
    ...(patience === undefined ? [] : [earlyStopping({ patience, restoreBestWeights: true })]),
    ...(reduceOnPlateau === undefined ? [] : [reduceLROnPlateau({ patience: reduceOnPlateau })]),
    modelCheckpoint({ path: join(folder, CHECKPOINT_FILE), saveFreq: checkpointEvery }),
  ];
}

/** The test has its own, and where it is the validation the same. */
function allProblems(trained: readonly DataProblem[] = [], tested: readonly DataProblem[] = []): DataProblem[] {
  const known = new Set(trained.map(({ path }) => path));
  return [...trained, ...tested.filter(({ path }) => !known.has(path))];
}

function conclude(
  { folder, config, output }: Session,
  { loss, metrics, count }: Evaluation,
  { dataWait }: History,
  seconds: number,
): void {
  const { accuracy = Number.NaN } = metrics;
  output.event({ event: "done", run: folder, test: { loss, accuracy }, seconds, dataWait });
  if (dataWait >= 0.1) output.tell(`the engine waited for pictures ${Math.round(100 * dataWait)}% of the time`);
  output.tell(`test accuracy ${accuracy.toFixed(4)}, loss ${loss.toFixed(4)} on ${counted(count)} pictures`);
  output.tell(`the run lies in ${folder}. Next:`);
  const more = config.options.epochs * 2;
  for (const next of [`predict ${folder}`, `evaluate ${folder}`, `train --resume --out ${folder} --epochs ${more}`]) {
    output.tell(`  ${commandText(next)}`);
  }
}
