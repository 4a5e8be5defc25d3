import { copyFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { extname, join } from "node:path";
import { checkEngineName, chooseEngine } from "../../../engine/index.ts";
import { StriateError } from "../../../errors.ts";
import { loadModel, saveModel } from "../../../formats/index.ts";
import { NET_NAMES } from "../../../zoo/index.ts";
import type { Context } from "../../context.ts";
import { augmentationSteps } from "../../data/augmentation.ts";
import { dataName } from "../../data/dataSource.ts";
import type { LabelledData } from "../../data/labelledData.ts";
import { DONE } from "../../exitCodes.ts";
import { continuedRecord, newRecord } from "../../flags/record.ts";
import { type TransferConfig, writeConfig } from "../../runFolder/config.ts";
import { checkDataRecord, dataFiles, writeDataRecord } from "../../runFolder/dataRecord.ts";
import { checkFree, createRunFolder, listFolder, lockRun, MODEL_FILE } from "../../runFolder/folder.ts";
import { commandOf, openRun } from "../../runFolder/open.ts";
import { backboneOf, backboneOfRun } from "../../runFolder/transferModel.ts";
import { commandText } from "../../terminal/invocation.ts";
import { loadPhotos, photosNamed, tellPhotos } from "../../transferring/photos.ts";
import { type TransferFlags, transferFlags } from "./flags.ts";
import { makeClassifier } from "./makeClassifier.ts";

type TransferContext = Context<TransferFlags>;

/** `striate transfer`: a new run, or one that goes on. */
export function transferRun(context: TransferContext): Promise<number> {
  return context.flags.resume ? resume(context) : start(context);
}

async function start(context: TransferContext): Promise<number> {
  const { args, flags, given, output, atEnd } = context;
  const source = photosNamed("transfer", args, given.data);
  if (flags.validationSplit === 0) {
    throw new StriateError(
      "usage",
      "--validation-split is above 0: without photos to validate, nothing says how good it is",
    );
  }
  if (flags.engine !== undefined) checkEngineName(flags.engine);
  if (flags.out !== undefined) await checkFree(flags.out);
  const backbone = await backboneOf(flags);
  const data = await loadPhotos(source, flags, backbone);
  tellPhotos(output, data, backbone);
  const config = await newConfig(context, source, data);
  const files = await dataFiles(source, data);
  const { folder, release } = await createRunFolder(flags.out, `transfer-${dataName(source)}`);
  atEnd(release);
  const kept = await keepBackbone(folder, config);
  await writeConfig(folder, kept);
  await writeDataRecord(folder, files);
  return makeClassifier(context, { folder, config: kept, backbone, data, files });
}

async function newConfig(
  { flags }: TransferContext,
  source: string,
  { classNames, train }: LabelledData,
): Promise<TransferConfig> {
  const options = newRecord(transferFlags, flags, {
    data: source,
    engine: flags.engine ?? (await chooseEngine()),
    threads: flags.threads ?? availableParallelism(),
  });
  const { augment } = flags;
  const steps = augment === undefined || augment === "default" ? undefined : await augmentationSteps(augment);
  return {
    format: 1,
    kind: "transfer",
    options,
    inputShape: [...train.inputShape],
    classNames: [...classNames],
    ...(steps && { steps: steps.map((step) => ({ ...step })) }),
  };
}

/** Copies the file of a backbone into the folder of the run, which then needs nothing else. */
async function keepBackbone(folder: string, config: TransferConfig): Promise<TransferConfig> {
  const { backbone } = config.options;
  if (NET_NAMES.includes(backbone)) return config;
  const ending = extname(backbone).toLowerCase();
  // A model.json has its weights in files beside it.
  const backboneFile = `backbone${ending === ".json" ? ".keras" : ending}`;
  const copy = join(folder, backboneFile);
  if (ending === ".json") await saveModel(await loadModel(backbone), copy);
  else await copyFile(backbone, copy);
  return { ...config, backboneFile };
}

async function resume(context: TransferContext): Promise<number> {
  const { flags, output, atEnd } = context;
  const { out: folder } = flags;
  if (folder === undefined) throw new StriateError("usage", "--resume needs the folder of the run: --out runs/NAME");
  await openRun(folder);
  atEnd(await lockRun(folder));
  const config = continuedConfig(context, folder, await openRun(folder));
  if ((await listFolder(folder)).includes(MODEL_FILE)) {
    output.tell(`${folder} is done; its classifier is in ${join(folder, MODEL_FILE)}. Next:`);
    output.tell(`  ${commandText(`predict ${folder}`)}`);
    return DONE;
  }
  const backbone = await backboneOfRun(folder, config);
  const data = await loadPhotos(config.options.data, config.options, backbone, config.classNames);
  const files = await dataFiles(config.options.data, data);
  await checkDataRecord(folder, files, "Restore it, or start another run with --out");
  return makeClassifier(context, { folder, config, backbone, data, files });
}

function continuedConfig(
  { given }: TransferContext,
  folder: string,
  config: Awaited<ReturnType<typeof openRun>>,
): TransferConfig {
  if (config.kind !== "transfer") {
    const command = commandText(`${commandOf(config)} --resume --out ${folder}`);
    throw new StriateError("usage", `${folder} is a run of striate train; go on with ${command}`);
  }
  const { differences } = continuedRecord(transferFlags, config.options, given);
  if (differences.length === 0) return config;
  const advice = "leave these options out, or start another run with --out";
  throw new StriateError("usage", `${folder} was started with other options: ${differences.join("; ")}; ${advice}`);
}
