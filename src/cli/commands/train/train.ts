import { listed } from "../../../checks/index.ts";
import { augment, loader, type StepDescription, stepOf } from "../../../data/index.ts";
import { availability, checkEngineName, chooseEngine, ENGINE_NAMES, selectEngine } from "../../../engine/index.ts";
import { StriateError } from "../../../errors.ts";
import { checkAborted } from "../../../training/running.ts";
import type { Call, Values } from "../../command.ts";
import { augmentationSteps } from "../../data/augmentation.ts";
import { dataName, dataSource, type LabelledData, loadData } from "../../data/labelledData.ts";
import { defined } from "../../defined.ts";
import { type RunConfig, writeConfig } from "../../runs/config.ts";
import { checkDataRecord, dataFiles, writeDataRecord } from "../../runs/dataRecord.ts";
import { checkFree, createRunFolder, type HeldFolder, holdRun } from "../../runs/folder.ts";
import { buildModel, openRun } from "../../runs/open.ts";
import type { Output } from "../../terminal/output.ts";
import { withMomentum } from "./batchNorm.ts";
import type { TrainFlags } from "./flags.ts";
import { checkMemory } from "./memory.ts";
import { runSession } from "./session.ts";
import { checkSplits, checkTogether, dataOptions, resolveOptions, resumeConfig } from "./settings.ts";

/** `striate train`: a new run, or one that goes on. Nothing is written before all that was given is found good. */
export async function train({ args, flags: given, output, signal }: Call<TrainFlags>): Promise<number> {
  const call = { flags: withData(given, args[0]), output, signal };
  if (call.flags.resume) return resume(call);
  return start(call);
}

type TrainCall = Omit<Call<TrainFlags>, "args">;

async function start({ flags, output, signal }: TrainCall): Promise<number> {
  await checkNew(flags);
  const source = dataSource(flags.data ?? "fashion-mnist");
  const data = await loadData(source, dataOptions(flags));
  checkSplits(flags, data, source);
  const steps = await augmentationSteps(flags.augment ?? (data.hasPictures ? "default" : "none"));
  if (data.emptyClasses?.length) {
    output.say(`no class, without a picture that can be read: ${listed(data.emptyClasses)}`);
  }
  const config = withMomentum(await newConfig(flags, data, steps), data.train.length, output);
  const hold = () => createRunFolder(flags.out, `${config.options.model}-${dataName(source)}`);
  return runHeld({ flags, output, signal }, { config, data, files: await dataFiles(source, data) }, hold);
}

async function resume({ flags, output, signal }: TrainCall): Promise<number> {
  const { out: folder } = flags;
  if (folder === undefined) throw new StriateError("usage", "--resume needs the folder of the run: --out runs/NAME");
  await openRun(folder);
  const release = await holdRun(folder);
  try {
    const old = await openRun(folder);
    const config = resumeConfig(flags, old, folder);
    const data = await loadData(config.options.data, { ...config.options, classNames: config.classNames });
    const files = await dataFiles(config.options.data, data);
    await checkDataRecord(folder, files, "Restore it, or start another run with --out");
    const hold = async () => ({ folder, release });
    return await runHeld({ flags, output, signal }, { config, data, files, oldEpochs: old.options.epochs }, hold);
  } finally {
    await release();
  }
}

interface Prepared {
  readonly config: RunConfig;
  readonly data: LabelledData;
  readonly files: Awaited<ReturnType<typeof dataFiles>>;
  readonly oldEpochs?: number;
}

/** @param hold takes the folder of the run, as late as it can be */
async function runHeld(
  { flags, output, signal }: TrainCall,
  { config, data, files, ...others }: Prepared,
  hold: () => Promise<HeldFolder>,
): Promise<number> {
  const { options, steps = [] } = config;
  const model = buildModel(config);
  checkMemory(model, options.batchSize);
  if (flags.engine === undefined) await warnOfSlowEngine(options.engine, output);
  const engine = await selectEngine({ engine: options.engine, threads: options.threads });
  try {
    checkAborted(signal, "the start of the training");
    const { folder, release } = await hold();
    try {
      await writeConfig(folder, config);
      await writeDataRecord(folder, files);
      const changed = steps.length > 0 ? augment(data.train, steps.map(stepOf), { seed: options.seed }) : data.train;
      const workers = data.hasPictures ? flags.workers : 0;
      const ahead = loader(changed, { signal, ...defined({ workers }) });
      try {
        return await runSession({ folder, config, model, ...data, train: ahead, engine, output, signal, ...others });
      } finally {
        await ahead.close();
      }
    } finally {
      await release();
    }
  } finally {
    await engine.close();
  }
}

/** The data may stand alone: `train photos`. */
function withData(flags: Values<TrainFlags>, data: string | undefined): Values<TrainFlags> {
  if (data === undefined) return flags;
  if (flags.data !== undefined)
    throw new StriateError("usage", `the data is ${data} or --data ${flags.data}; give one`);
  return { ...flags, data };
}

/** Finds what is wrong with the options of a new run before its data is read. */
async function checkNew({ out, ...flags }: Values<TrainFlags>): Promise<void> {
  checkTogether(flags);
  if (flags.engine !== undefined) checkEngineName(flags.engine);
  if (out !== undefined) await checkFree(out);
}

async function newConfig(
  flags: Values<TrainFlags>,
  data: LabelledData,
  steps: readonly StepDescription[],
): Promise<RunConfig> {
  const { classNames, train } = data;
  const options = resolveOptions(flags, data, flags.engine ?? (await chooseEngine()));
  const augmentation = steps.length > 0 ? { steps: steps.map((step) => ({ ...step })) } : {};
  return { format: 1, options, inputShape: [...train.inputShape], classNames: [...classNames], ...augmentation };
}

/** Nobody asked for an engine, and the fastest one is not there: says so, rather than being slow in silence. */
async function warnOfSlowEngine(engine: string, output: Output): Promise<void> {
  const [fastest] = ENGINE_NAMES;
  if (fastest === undefined || engine === fastest) return;
  const { reason } = await availability(fastest);
  output.say(`striate: ${reason}. Going on with engine ${engine}, which is much slower`);
}
