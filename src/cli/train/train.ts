import { split } from "../../data/index.ts";
import { availability, checkEngineName, chooseEngine, ENGINE_NAMES, selectEngine } from "../../engine/index.ts";
import { StriateError } from "../../errors.ts";
import { checkAborted } from "../../training/evaluate.ts";
import type { Call, Values } from "../command.ts";
import type { TrainFlags } from "../commands/train.ts";
import { dataName, dataSource, type LabelledData, loadData } from "../data.ts";
import type { Output } from "../output.ts";
import { type RunConfig, writeConfig } from "../run/config.ts";
import { checkFree, createRunFolder, removeLeftovers } from "../run/folder.ts";
import { buildModel, openRun } from "../run/open.ts";
import { runSession } from "./session.ts";
import { checkTogether, resolveOptions, resumeConfig } from "./settings.ts";

/** `striate train`: a new run, or one that goes on. Nothing is written before all that was given is found good. */
export async function train({ flags, output, signal }: Call<TrainFlags>): Promise<number> {
  const old = flags.resume ? await configToResume(flags) : undefined;
  if (!old) await checkNew(flags);
  const source = old?.options.data ?? dataSource(flags.data ?? "fashion-mnist");
  const data = await loadData(source, old?.options.classes ?? flags.classes);
  const config = old ?? (await newConfig(flags, data));
  const model = buildModel(config);
  const { options } = config;
  if (flags.engine === undefined) await warnOfSlowEngine(options.engine, output);
  const parts = options.validationSplit === 0 ? { train: data.train } : split(data.train, options.validationSplit);
  const engine = await selectEngine({ engine: options.engine, threads: options.threads });
  try {
    checkAborted(signal, "the start of the training");
    const folder = await createRunFolder(flags.out, `${options.model}-${dataName(source)}`);
    await removeLeftovers(folder);
    await writeConfig(folder, config);
    return await runSession({ folder, config, model, ...parts, test: data.test, engine, output, signal });
  } finally {
    await engine.close();
  }
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

async function newConfig(flags: Values<TrainFlags>, data: LabelledData): Promise<RunConfig> {
  const { classes, classNames, train } = data;
  const options = resolveOptions(flags, classes, flags.engine ?? (await chooseEngine()));
  return { format: 1, options, inputShape: [...train.inputShape], classNames: [...classNames] };
}

/** Nobody asked for an engine, and the fastest one is not there: says so, rather than being slow in silence. */
async function warnOfSlowEngine(engine: string, output: Output): Promise<void> {
  const [fastest] = ENGINE_NAMES;
  if (fastest === undefined || engine === fastest) return;
  const { reason } = await availability(fastest);
  output.say(`striate: ${reason}. Going on with engine ${engine}, which is much slower`);
}
