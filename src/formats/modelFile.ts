import { platform } from "#platform";
import { checkOptions, type OptionNames } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { openFile } from "../files/fileAccess.ts";
import type { Model } from "../model/index.ts";
import { identifyFile } from "./identify.ts";
import {
  endingsOf,
  type FileKind,
  FORMATS,
  formatOfEnding,
  type LoadModelOptions,
  type SaveModelOptions,
} from "./table.ts";

const LOAD_OPTIONS: OptionNames<LoadModelOptions> = { inputShape: true, bind: true, maxBytes: true };

/** What a file is; its content says it, not its name. @throws StriateError `io`, or `data` when it is nothing known */
export async function kindOfFile(path: string): Promise<FileKind> {
  const file = await openFile(path);
  try {
    return await identifyFile(file, path);
  } finally {
    await file.close();
  }
}

/**
 * Reads a model with its weights: a `.keras` file, an `.h5` file of Keras 2 or 3, an ONNX file, or a `model.json` of
 * TensorFlow.js with its shards beside it. What it is, its content says.
 * @throws StriateError `io` when it cannot be read; `data` when it is damaged, unknown, becomes more than `maxBytes` in
 * memory, or holds weights without a model, which `loadWeights` reads.
 */
export async function loadModel(path: string, options: LoadModelOptions = {}): Promise<Model> {
  checkOptions("loadModel", options, LOAD_OPTIONS);
  const kind = await kindOfFile(path);
  const { loadModel: load } = FORMATS[kind];
  if (load) return load(path, options);
  throw new StriateError(
    "data",
    `${path} is a ${kind} file, which holds arrays and no model: build the model, and give it to loadWeights`,
  );
}

const SAVE_OPTIONS: OptionNames<SaveModelOptions> = { batchSize: true, pictures: true };

/**
 * Saves a model, atomically, in the format that the ending of the path says: `.keras` (Keras 3's own), `.onnx` (for
 * inference), `.safetensors` or `.npz` (the weights alone).
 * @returns what the file does not hold, in words
 * @throws StriateError `usage` for another ending, or a model that the format cannot hold; `io` when it cannot be written
 */
export async function saveModel(
  model: Model,
  path: string,
  options: SaveModelOptions = {},
): Promise<readonly string[]> {
  const ending = platform.paths.extname(path).toLowerCase();
  const format = formatOfEnding(ending, "saveModel")?.saveModel;
  if (!format) {
    const known = endingsOf("saveModel").join(", ");
    throw new StriateError("usage", `${path}: a model is saved as ${known}, received ${ending || "no ending"}`);
  }
  checkOptions("saveModel", options, SAVE_OPTIONS);
  if (options.batchSize !== undefined && ending !== ".onnx") {
    throw new StriateError("usage", `batchSize is for ONNX files; ${path} takes any batch`);
  }
  if (options.pictures !== undefined && ending !== ".onnx") {
    throw new StriateError("usage", `pictures is for ONNX files; of ${path} whoever loads it prepares the pictures`);
  }
  await format.save(model, path, options);
  return format.lost;
}
