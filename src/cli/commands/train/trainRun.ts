import { join } from "node:path";
import type { DataProblem, Dataset } from "../../../data/index.ts";
import type { Engine } from "../../../engine/index.ts";
import { StriateError } from "../../../errors.ts";
import type { Model } from "../../../model/index.ts";
import {
  type Callback,
  earlyStopping,
  evaluate,
  jsonlHistory,
  modelCheckpoint,
  reduceLROnPlateau,
  terminateOnNaN,
} from "../../../training/index.ts";
import type { Context } from "../../context.ts";
import { DONE, INTERRUPTED } from "../../exitCodes.ts";
import type { TrainingConfig } from "../../runFolder/config.ts";
import { CHECKPOINT_FILE, HISTORY_FILE, LAST_FILE, listFolder, MODEL_FILE } from "../../runFolder/folder.ts";
import { commandText } from "../../terminal/invocation.ts";
import { bestWeights, leaveWeights } from "./bestWeights.ts";
import { conclude } from "./conclude.ts";
import type { TrainOptions } from "./flags.ts";
import { optimizerOf } from "./optimizer.ts";
import { problemLog, tellProblems } from "./problems.ts";
import { trainReport } from "./trainReport.ts";

/** All that a run needs to train, from its beginning or from the checkpoint in its folder. */
export interface RunParts {
  readonly folder: string;
  readonly config: TrainingConfig;
  /** The epochs that a run which goes on was to have. */
  readonly oldEpochs?: number;
  readonly model: Model;
  readonly train: Dataset;
  readonly validation?: Dataset;
  readonly test?: Dataset;
  readonly engine: Engine;
}

/** Trains, tests and saves. @returns the exit code */
export async function trainRun(context: Context, parts: RunParts): Promise<number> {
  const { output, signal } = context;
  const { folder, config, oldEpochs, model, train, validation, test, engine } = parts;
  const { epochs, batchSize, seed } = config.options;
  const checkpoint = join(folder, CHECKPOINT_FILE);
  const resumed = (await listFolder(folder)).includes(CHECKPOINT_FILE);
  const data = { train: train.length, validation: validation?.length ?? 0, test: test?.length ?? 0 };
  const stepsAnEpoch = Math.ceil(train.length / Math.min(batchSize, train.length));
  const facts = { folder, config, data, resumed, stepsAnEpoch, ...(oldEpochs !== undefined && { oldEpochs }) };
  const report = trainReport(context, facts);
  const files = { best: join(folder, MODEL_FILE), last: join(folder, LAST_FILE) };
  const { callback: keepBest, best } = bestWeights(files.best, output.say);
  const begin = performance.now();
  try {
    const history = await model.fit(train, {
      engine,
      epochs,
      batchSize,
      seed,
      optimizer: optimizerOf(config.options, stepsAnEpoch),
      callbacks: [...callbacksOf(config.options, folder), keepBest, report.callback],
      signal,
      ...(validation && { validation }),
      verbose: 0,
      // A decay that was not described fits the epochs, which may have become more; all else is as it was in config.json.
      ...(resumed && { resume: checkpoint, resumeChanges: ["learningRate"] }),
    });
    await leaveWeights(model, best(), files);
    const measured = test && (await evaluate(model, test, { engine, batchSize, signal }));
    await tellProblems(folder, output, allProblems(history.problems, test?.problems?.()));
    conclude(output, { ...facts, history, best: best(), measured, seconds: (performance.now() - begin) / 1000 });
    return DONE;
  } catch (thrown) {
    if (!(thrown instanceof StriateError && thrown.code === "interrupted")) throw thrown;
    const { epoch, step } = report.position();
    output.event({ event: "interrupted", run: folder, epoch, step });
    output.tell(`interrupted after ${epoch} of ${epochs} epochs; a checkpoint was written. Continue with`);
    output.tell(`  ${commandText(`train --resume --out ${folder}`)}`);
    return INTERRUPTED;
  } finally {
    report.close();
  }
}

/** In the order in which they must act: what stops a bad step first, what saves last. The best weights are kept apart. */
function callbacksOf({ earlyStopping: patience, ...options }: TrainOptions, folder: string): Callback[] {
  const { reduceOnPlateau, checkpointEvery = "epoch" } = options;
  return [
    terminateOnNaN(),
    jsonlHistory({ path: join(folder, HISTORY_FILE) }),
    problemLog(folder),
    ...(patience === undefined ? [] : [earlyStopping({ patience })]),
    ...(reduceOnPlateau === undefined ? [] : [reduceLROnPlateau({ patience: reduceOnPlateau })]),
    modelCheckpoint({ path: join(folder, CHECKPOINT_FILE), saveFreq: checkpointEvery }),
  ];
}

/** The test has its own, and where it is the validation the same. */
function allProblems(trained: readonly DataProblem[] = [], tested: readonly DataProblem[] = []): DataProblem[] {
  const known = new Set(trained.map(({ path }) => path));
  return [...trained, ...tested.filter(({ path }) => !known.has(path))];
}
