import { join } from "node:path";
import { StriateError } from "../../errors.ts";
import { loadWeights } from "../../formats/index.ts";
import { limitBatchNormMomentum, type Model, unitPreprocessing } from "../../model/index.ts";
import { buildNet } from "../../zoo/index.ts";
import { defined } from "../defined.ts";
import { imagenetPreprocessing } from "../models/imagenetWeights.ts";
import { netOptions } from "../models/netOptions.ts";
import { type RunConfig, readConfig, type TrainingConfig } from "./config.ts";
import { CHECKPOINT_FILE, knownRuns, listFolder, MODEL_FILE } from "./folder.ts";

/** The configuration of a run. @throws StriateError `usage` that lists the runs when there is none in the folder. */
export async function openRun(folder: string): Promise<RunConfig> {
  const config = await readConfig(folder);
  if (!config) throw new StriateError("usage", `there is no run in ${folder}; ${await knownRuns()}`);
  return config;
}

/** The model of a run, with the weights that it began with. */
export async function modelOfRun(folder: string, config: RunConfig): Promise<Model> {
  if (config.kind !== "transfer") return buildModel(config);
  const { transferModel } = await import("./transferModel.ts");
  return transferModel(folder, config);
}

/** The net that a run trains, with the weights that its seed gives. */
export function buildModel({ options, inputShape, classNames }: TrainingConfig): Model {
  const { kernelSize, filters, activation, classes, seed, batchNormMomentum, weights, freeze } = options;
  const given = defined({ kernelSize, filters, activation });
  const model = buildNet(options.model, netOptions({ inputShape, classes, seed, ...given }));
  if (batchNormMomentum !== undefined) limitBatchNormMomentum(model, batchNormMomentum);
  if (freeze !== undefined) model.freeze(...freeze.split(",").map((pattern) => pattern.trim()));
  const channels = inputShape.at(-1) ?? 0;
  const preprocessing =
    weights === undefined ? unitPreprocessing(channels) : imagenetPreprocessing(options.model, channels);
  model.pictures = { classNames, ...defined({ preprocessing }) };
  return model;
}

/** The model of a run, with the weights that its training has given it, and the file that they come from. */
export async function trainedModel(folder: string): Promise<{ config: RunConfig; model: Model; weights: string }> {
  const config = await openRun(folder);
  const found = await listFolder(folder);
  const name = [MODEL_FILE, CHECKPOINT_FILE].find((file) => found.includes(file));
  if (name === undefined) {
    throw new StriateError(
      "data",
      `${folder}: the run has no weights yet; train it with striate ${commandOf(config)} --resume --out ${folder}`,
    );
  }
  const model = await modelOfRun(folder, config);
  const weights = join(folder, name);
  await loadWeights(model, weights);
  return { config, model, weights };
}

/** The command that goes on with a run. */
export function commandOf({ kind }: RunConfig): "train" | "transfer" {
  return kind === "transfer" ? "transfer" : "train";
}
