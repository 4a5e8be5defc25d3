import { readFile, stat } from "node:fs/promises";
import { extname } from "node:path";
import { listed, nameText, quoted } from "../../../checks/index.ts";
import { asError, StriateError } from "../../../errors.ts";
import { loadModel } from "../../../formats/index.ts";
import {
  type Model,
  type PictureLayout,
  type Preprocessing,
  pictureLayout,
  unitPreprocessing,
} from "../../../model/index.ts";
import { shapeText } from "../../../tensor/index.ts";
import { PREPROCESSING } from "../../../zoo/index.ts";
import { defined } from "../../defined.ts";
import type { Values } from "../../flags/flag.ts";
import { isFile } from "../../models/anyModel.ts";
import type { RunConfig } from "../../runFolder/config.ts";
import { knownRuns } from "../../runFolder/folder.ts";
import { trainedModel } from "../../runFolder/open.ts";
import type { PredictFlags } from "./flags.ts";

/** A model with all that it takes to say what is on pictures. */
export interface Predictor {
  readonly model: Model;
  readonly classNames: readonly string[];
  readonly preprocessing: Preprocessing;
  readonly picture: PictureLayout;
  /** Above which a picture counts as unreadable. */
  readonly maxPixels?: number;
  /** Of the run that the model is from. */
  readonly config?: RunConfig;
}

/**
 * The model of a run, or of a file that holds its class names and its preprocessing; options give what the file lacks.
 * @throws StriateError `usage` that says what is missing and which options give it; `shape` for a model that takes no
 * picture or gives no number for each class
 */
export async function predictorOf(what: string, flags: Values<PredictFlags>): Promise<Predictor> {
  const run = (await isFile(what)) ? undefined : await runOf(what);
  const model =
    run?.model ?? (await loadModel(what, defined({ inputShape: flags.inputShape, maxBytes: flags.maxBytes })));
  const picture = layoutOf(model, what);
  const classNames = flags.classNames === undefined ? model.pictures?.classNames : await namesIn(flags.classNames);
  const preprocessing = preprocessingOf(flags, picture) ?? model.pictures?.preprocessing;
  const missing = [
    ...(classNames ? [] : ["its class names (give --class-names FILE, with one on each line)"]),
    ...(preprocessing
      ? []
      : ["how its pictures are prepared (give --preprocessing unit, bytes, caffe, tf, torch or lite)"]),
  ];
  if (!classNames || !preprocessing) {
    throw new StriateError("usage", `${what} does not say ${missing.join(" and ")}; what Striate saves of a run does`);
  }
  checkChannels(what, preprocessing, picture);
  checkClasses(what, model, classNames);
  const maxPixels = flags.maxPixels ?? run?.config.options.maxPixels;
  return { model, classNames, preprocessing, picture, ...defined({ maxPixels, config: run?.config }) };
}

/** The run in a folder. @throws StriateError `usage`; for what is named as a file and not there, that it is missing */
async function runOf(what: string): ReturnType<typeof trainedModel> {
  const isMissing = !(await stat(what).catch(() => undefined));
  if (!isMissing || extname(what) === "") return trainedModel(what);
  const sentence = `there is no file ${quoted(what)}; give a run or the file of a model, and after it the pictures`;
  throw new StriateError("usage", `${sentence}; of runs ${await knownRuns()}`);
}

/** @throws StriateError `shape` for a model that takes no picture */
export function layoutOf(model: Model, what: string): PictureLayout {
  const layout = pictureLayout(model);
  if (layout) return layout;
  const { name, inputs } = model;
  const shapes = inputs.map(({ shape }) => shapeText(shape)).join(" and ");
  throw new StriateError("shape", `model ${nameText(name)} of ${what} takes ${shapes}, which no picture is`);
}

function preprocessingOf(
  { preprocessing }: Values<PredictFlags>,
  { channels }: PictureLayout,
): Preprocessing | undefined {
  if (preprocessing === undefined) return undefined;
  const unit = unitPreprocessing(channels);
  if (preprocessing === "unit") return unit;
  if (preprocessing === "bytes") return unit && { ...unit, scale: 1 };
  return PREPROCESSING[preprocessing];
}

function checkChannels(
  what: string,
  { channels, mean, std }: Preprocessing,
  { channels: expected }: PictureLayout,
): void {
  const needed = { grey: 1, RGB: 3, BGR: 3, RGBA: 4 }[channels];
  if (needed === expected && mean.length === expected && std.length === expected) return;
  throw new StriateError(
    "shape",
    `${what} takes pictures of ${expected} channels; this preprocessing is for ${channels}`,
  );
}

function checkClasses(what: string, { outputs, name }: Model, classNames: readonly string[]): void {
  const [output, ...others] = outputs;
  const shape = output?.shape ?? [];
  const [units = 0] = shape;
  const fits = units === classNames.length || (units === 1 && classNames.length === 2);
  if (others.length === 0 && shape.length === 1 && fits) return;
  const shapes = outputs.map((each) => shapeText(each.shape)).join(" and ");
  throw new StriateError(
    "shape",
    `model ${nameText(name)} of ${what} puts out ${shapes}, where a number for each of ${classNames.length} classes is ` +
      `expected (${listed(classNames, 3)})`,
  );
}

/** A name on each line, or a JSON list. */
async function namesIn(path: string): Promise<readonly string[]> {
  const bytes = await readFile(path).catch((thrown: unknown) => {
    throw new StriateError("io", `${path}: cannot be read (${asError(thrown).message})`, { cause: thrown });
  });
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
    const list: unknown = /^\s*\[/.test(text) ? JSON.parse(text) : lines;
    if (Array.isArray(list) && list.length > 0 && list.every((name) => typeof name === "string")) return list;
  } catch {
    // Told below.
  }
  throw new StriateError("data", `${path}: is no list of class names; give one on each line, or a JSON list of them`);
}
