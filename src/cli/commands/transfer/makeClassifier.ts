import { join } from "node:path";
import type { DataProblem } from "../../../data/index.ts";
import { stepOf } from "../../../data/index.ts";
import { StriateError } from "../../../errors.ts";
import { encodeSafetensors, weightsMetadata, writeFileAtomic } from "../../../formats/index.ts";
import { jsonlHistory, modelCheckpoint } from "../../../training/index.ts";
import {
  type Backbone,
  crossValidateTransfer,
  type StrategyName,
  type TransferOptions,
  transfer,
} from "../../../transfer/index.ts";
import type { Context } from "../../context.ts";
import type { LabelledData } from "../../data/labelledData.ts";
import { defined } from "../../defined.ts";
import { DONE, INTERRUPTED } from "../../exitCodes.ts";
import { openEngine } from "../../openEngine.ts";
import { type TransferConfig, writeConfig } from "../../runFolder/config.ts";
import { type DataFile, writeDataRecord } from "../../runFolder/dataRecord.ts";
import { fitOf } from "../../runFolder/fit.ts";
import { CHECKPOINT_FILE, HISTORY_FILE, listFolder, MODEL_FILE } from "../../runFolder/folder.ts";
import { commandText } from "../../terminal/invocation.ts";
import { adviceEvent, tellProbes } from "../../transferring/evidence.ts";
import { showPhases } from "../../transferring/phases.ts";
import { problemLog, tellProblems } from "../train/problems.ts";
import { conclude } from "./conclude.ts";
import { epochReport } from "./epochReport.ts";
import type { TransferFlags } from "./flags.ts";

/** A run as it begins, or goes on. */
export interface TransferParts {
  readonly folder: string;
  readonly config: TransferConfig;
  readonly backbone: Backbone;
  readonly data: LabelledData;
  readonly files: readonly DataFile[];
}

/** Makes the classifier, measures it, and leaves it in the folder of the run. @returns the exit code */
export async function makeClassifier(context: Context<TransferFlags>, run: TransferParts): Promise<number> {
  const { output, signal } = context;
  const { folder, backbone, data } = run;
  let { config } = run;
  const { options } = config;
  const begin = performance.now();
  const engine = await openEngine(context, options);
  const checkpoint = join(folder, CHECKPOINT_FILE);
  const resumed = (await listFolder(folder)).includes(CHECKPOINT_FILE);
  const seconds = () => (performance.now() - begin) / 1000;
  tellStart(context, run);
  const source = options.data;
  const found = { source, files: data.pictures.train ?? [], classNames: data.classNames };
  const phases = showPhases(context, ({ advice, study, faults }) => {
    output.event(adviceEvent({ ...found, advice, study, faults }));
    tellProbes(output, advice);
    if (options.strategy === undefined) for (const reason of advice.reasons) output.tell(reason);
    else if (options.strategy !== advice.strategy)
      output.tell(`asked for ${options.strategy}; advised: ${advice.strategy}`);
  });
  const training = epochReport(context, options);
  const decide = async (strategy: StrategyName, stage: string) => {
    config = { ...config, decided: { strategy, stage } };
    await writeConfig(folder, config);
  };
  let decided: { readonly strategy: StrategyName; readonly stage: string } | undefined;
  const recipe: TransferOptions = {
    engine,
    signal,
    seed: options.seed,
    validationSplit: options.validationSplit,
    fit: fitOf(options.fit),
    ...given(config),
  };
  try {
    const made = await transfer(backbone, data.train, {
      ...recipe,
      ...defined({ validation: data.validation, test: data.test }),
      onEvent: (event) => {
        phases.onEvent(event);
        if (event.phase !== "training") return;
        decided = event;
        phases.close();
        training.begin(event);
      },
      callbacks: [
        {
          name: "decided",
          onTrainBegin: async () => {
            if (decided) await decide(decided.strategy, decided.stage);
          },
        },
        jsonlHistory({ path: join(folder, HISTORY_FILE) }),
        problemLog(folder),
        modelCheckpoint({ path: checkpoint }),
        training.callback,
      ],
      ...(resumed && { resume: checkpoint }),
    });
    training.close();
    await decide(made.strategy, made.stage.name);
    await writeDataRecord(folder, withParts(run, made.parts.validation));
    const weights = encodeSafetensors(made.model.weights, weightsMetadata(made.model));
    await writeFileAtomic(join(folder, MODEL_FILE), weights);
    const { folds: count } = options;
    const { advice, study, features, faults } = made;
    const folds =
      count === undefined
        ? undefined
        : await crossValidateTransfer(backbone, data.train, {
            ...recipe,
            strategy: made.strategy,
            count,
            advised: { advice, study, features, faults },
            onFold: (accuracy, fold) => output.tell(`fold ${fold + 1} of ${count}: accuracy ${accuracy.toFixed(3)}`),
          });
    await tellProblems(folder, output, problemsOf(data));
    conclude(output, { folder, made, folds, found: { ...found, advice, study, faults }, seconds: seconds() });
    return DONE;
  } catch (thrown) {
    if (!(thrown instanceof StriateError && thrown.code === "interrupted")) throw thrown;
    const where = training.position() ?? phases.current();
    const isDone = (await listFolder(folder)).includes(MODEL_FILE);
    output.event({ event: "interrupted", run: folder, phase: where });
    output.tell(`interrupted: ${where}${isDone ? "; the classifier itself is done" : ""}. Continue with`);
    output.tell(`  ${commandText(isDone ? `predict ${folder}` : `transfer --resume --out ${folder}`)}`);
    return INTERRUPTED;
  } finally {
    phases.close();
    training.close();
  }
}

function tellStart({ output }: Context<TransferFlags>, { folder, config, backbone, data }: TransferParts): void {
  const { options, classNames, inputShape } = config;
  const counts = {
    train: data.train.length,
    validation: data.validation?.length ?? 0,
    test: data.test?.length ?? 0,
  };
  const { engine, threads, seed, strategy } = options;
  const about = { run: folder, backbone: options.backbone, data: counts, classNames, engine, threads, seed };
  output.event({ event: "start", ...about, ...(strategy !== undefined && { strategy }) });
  const parts = [
    ...(counts.validation > 0 ? [`${counts.validation} to validate`] : []),
    ...(counts.test > 0 ? [`${counts.test} to test`] : []),
  ].map((part) => `, ${part}`);
  output.tell(
    `${counts.train} photos of ${classNames.length} classes${parts.join("")}; ${inputShape.join("x")}, ${options.fit}`,
  );
  output.tell(`backbone ${backbone.name}; ${engine}, threads ${threads}; run: ${folder}`);
}

/** What the options of a run say of the recipe. */
function given({ options, steps }: TransferConfig): Partial<TransferOptions> {
  const { strategy, epochs, batchSize, learningRate, layerDecay, labelSmoothing, versions, trainBatchNorm } = options;
  const named = { strategy, epochs, batchSize, learningRate, layerDecay, labelSmoothing, versions, trainBatchNorm };
  return { ...defined(named), ...(steps && { augmentation: steps.map(stepOf) }) };
}

/** The files of a run with the part that each has become one of. */
function withParts({ data, files }: TransferParts, validation: readonly number[]): readonly DataFile[] {
  const own = data.pictures.train ?? [];
  if (data.validation) return files;
  // The files of the training come first in the record, in their order.
  const kept = new Set(validation);
  return files.map((file, i) => (i < own.length && kept.has(i) ? { ...file, part: "validation" } : file));
}

function problemsOf({ train, validation, test }: LabelledData): readonly DataProblem[] {
  return [train, validation, test].flatMap((part) => part?.problems?.() ?? []);
}
