import { relative } from "node:path";
import { listed } from "../../../checks/index.ts";
import { augment, loader, stepOf } from "../../../data/index.ts";
import { availability, checkEngineName, ENGINE_NAMES } from "../../../engine/index.ts";
import { StriateError } from "../../../errors.ts";
import type { Context } from "../../context.ts";
import { augmentationSteps } from "../../data/augmentation.ts";
import { BUNDLED, dataName, dataSource } from "../../data/dataSource.ts";
import { holdsPictures, type LabelledData, loadData } from "../../data/labelledData.ts";
import { defined } from "../../defined.ts";
import { giveImagenetWeights } from "../../models/imagenetWeights.ts";
import { openEngine } from "../../openEngine.ts";
import { type TrainingConfig, writeConfig } from "../../runFolder/config.ts";
import { checkDataRecord, dataFiles, writeDataRecord } from "../../runFolder/dataRecord.ts";
import { checkFree, createRunFolder, lockRun } from "../../runFolder/folder.ts";
import { buildModel, openRun } from "../../runFolder/open.ts";
import { preparedFor } from "../../runFolder/preparedFor.ts";
import type { Output } from "../../terminal/output.ts";
import { trainByTransfer } from "./asTransfer.ts";
import { withMomentum } from "./batchNorm.ts";
import { checkSplits, checkTogether } from "./checkOptions.ts";
import type { TrainFlags } from "./flags.ts";
import { checkMemory } from "./memory.ts";
import { continuedConfig, newConfig } from "./runConfig.ts";
import { trainRun } from "./trainRun.ts";

type TrainContext = Context<TrainFlags>;

/** `striate train`: a new run, or one that goes on. Nothing is written before all that was given is found good. */
export async function train(context: TrainContext): Promise<number> {
  const withData = dataByItself(context);
  const { flags, given } = withData;
  if (flags.resume) return resume(withData);
  if (given.model !== undefined || !(await holdsPictures(given.data ?? BUNDLED))) return start(withData);
  return trainByTransfer(
    withData,
    "is for a net that is trained by itself, and without --model photos are learned by transfer learning; name the net by --model",
  );
}

async function start(context: TrainContext): Promise<number> {
  const { flags, given, output, atEnd } = context;
  checkTogether(given, flags);
  if (flags.engine !== undefined) checkEngineName(flags.engine);
  if (flags.out !== undefined) await checkFree(flags.out);
  const source = flags.data ?? BUNDLED;
  const data = await loadData(source, flags);
  checkSplits(given, data, source);
  const steps = await augmentationSteps(flags.augment ?? (data.hasPictures ? "default" : "none"));
  if (data.emptyClasses?.length) {
    output.say(`no class, without a picture that can be read: ${listed(data.emptyClasses)}`);
  }
  const config = withMomentum(await newConfig(flags, source, data, steps), data.train.length, output);
  const name = `${config.options.model}-${dataName(source)}`;
  const files = await dataFiles(source, data);
  return trainIn(context, { config, data, files }, async () => {
    const { folder, release } = await createRunFolder(flags.out, name);
    atEnd(release);
    return folder;
  });
}

async function resume(context: TrainContext): Promise<number> {
  const { flags, given, atEnd } = context;
  const { out: folder } = flags;
  if (folder === undefined) throw new StriateError("usage", "--resume needs the folder of the run: --out runs/NAME");
  const { kind } = await openRun(folder);
  if (kind === "transfer")
    return trainByTransfer(context, `is not an option of striate transfer, which made ${folder}`);
  atEnd(await lockRun(folder));
  const before = await openRun(folder);
  if (before.kind === "transfer")
    throw new StriateError("usage", `${folder} has become another run meanwhile; try again`);
  const config = continuedConfig(given, before, folder);
  const data = await loadData(config.options.data, { ...config.options, classNames: config.classNames });
  const files = await dataFiles(config.options.data, data);
  await checkDataRecord(folder, files, "Restore it, or start another run with --out");
  return trainIn(context, { config, data, files, oldEpochs: before.options.epochs }, async () => folder);
}

interface Prepared {
  readonly config: TrainingConfig;
  readonly data: LabelledData;
  readonly files: Awaited<ReturnType<typeof dataFiles>>;
  readonly oldEpochs?: number;
}

/** @param lockedFolder gives the folder of the run, locked, which is made as late as it can be */
async function trainIn(
  context: TrainContext,
  { config, data, files, ...others }: Prepared,
  lockedFolder: () => Promise<string>,
): Promise<number> {
  const { flags, output, signal, checkInterrupted, atEnd } = context;
  const { options, steps = [] } = config;
  const model = buildModel(config);
  checkMemory(model, options.batchSize);
  if (options.weights !== undefined) await giveImagenetWeights(model, options.model);
  if (flags.engine === undefined) await warnOfSlowEngine(options.engine, output);
  const engine = await openEngine(context, options);
  checkInterrupted("the start of the training");
  const folder = await lockedFolder();
  await writeConfig(folder, config);
  await writeDataRecord(folder, files);
  const augmented = steps.length > 0 ? augment(data.train, steps.map(stepOf), { seed: options.seed }) : data.train;
  const workers = data.hasPictures ? flags.workers : 0;
  const train = loader(augmented, { signal, ...defined({ workers }) });
  atEnd(() => train.close());
  const parts = defined({
    validation: data.validation && preparedFor(model, data.validation),
    test: data.test && preparedFor(model, data.test),
  });
  return trainRun(context, { folder, config, model, ...parts, train: preparedFor(model, train), engine, ...others });
}

/** The data may stand by itself: `train photos`. */
function dataByItself(context: TrainContext): TrainContext {
  const [data] = context.args;
  if (data === undefined) return context;
  const { flags, given } = context;
  if (given.data !== undefined) {
    throw new StriateError("usage", `the data is ${data} or --data ${relative("", given.data)}; give one`);
  }
  const source = dataSource.parse(data, "--data");
  return { ...context, flags: { ...flags, data: source }, given: { ...given, data: source } };
}

/** Nobody asked for an engine, and the fastest one is not there: says so, rather than being slow in silence. */
async function warnOfSlowEngine(engine: string, output: Output): Promise<void> {
  const [fastest] = ENGINE_NAMES;
  if (fastest === undefined || engine === fastest) return;
  const { reason } = await availability(fastest);
  output.say(`striate: ${reason}. Using engine ${engine} instead, which is much slower`);
}
