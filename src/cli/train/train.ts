import { augment, loader, type StepDescription, stepOf } from "../../data/index.ts";
import { availability, checkEngineName, chooseEngine, ENGINE_NAMES, selectEngine } from "../../engine/index.ts";
import { StriateError } from "../../errors.ts";
import { checkAborted } from "../../training/running.ts";
import { augmentationSteps } from "../augmentation.ts";
import type { Call, Values } from "../command.ts";
import type { TrainFlags } from "../commands/train.ts";
import { dataName, dataSource, type LabelledData, loadData } from "../data.ts";
import type { Output } from "../output.ts";
import { type RunConfig, writeConfig } from "../run/config.ts";
import { checkFree, createRunFolder, removeLeftovers } from "../run/folder.ts";
import { buildModel, openRun } from "../run/open.ts";
import { defined } from "../values.ts";
import { runSession } from "./session.ts";
import { checkTogether, resolveOptions, resumeConfig } from "./settings.ts";

/** `striate train`: a new run, or one that goes on. Nothing is written before all that was given is found good. */
export async function train({ args, flags: given, output, signal }: Call<TrainFlags>): Promise<number> {
  const flags = withData(given, args[0]);
  const old = flags.resume ? await configToResume(flags) : undefined;
  if (!old) await checkNew(flags);
  const source = old?.options.data ?? dataSource(flags.data ?? "fashion-mnist");
  const data = await loadData(source, old ? { ...old.options, classNames: old.classNames } : flags);
  const { hasPictures } = data;
  const steps = old ? (old.steps ?? []) : await augmentationSteps(flags.augment ?? (hasPictures ? "default" : "none"));
  const config = old ?? (await newConfig(flags, data, steps));
  const model = buildModel(config);
  const { options } = config;
  if (flags.engine === undefined) await warnOfSlowEngine(options.engine, output);
  const engine = await selectEngine({ engine: options.engine, threads: options.threads });
  try {
    checkAborted(signal, "the start of the training");
    const folder = await createRunFolder(flags.out, `${options.model}-${dataName(source)}`);
    await removeLeftovers(folder);
    await writeConfig(folder, config);
    const changed = steps.length > 0 ? augment(data.train, steps.map(stepOf), { seed: options.seed }) : data.train;
    const workers = hasPictures ? flags.workers : 0;
    const ahead = loader(changed, { signal, ...defined({ workers }) });
    try {
      return await runSession({ folder, config, model, ...data, train: ahead, engine, output, signal });
    } finally {
      await ahead.close();
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

async function configToResume(flags: Values<TrainFlags>): Promise<RunConfig> {
  const { out } = flags;
  if (out === undefined) throw new StriateError("usage", "--resume needs the folder of the run: --out runs/NAME");
  return resumeConfig(flags, await openRun(out), out);
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
  const { classes, classNames, train } = data;
  const options = resolveOptions(flags, classes, flags.engine ?? (await chooseEngine()));
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
