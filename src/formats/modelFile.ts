import { platform } from "#platform";
import { checkOptions, type MemoryOptions, type OptionNames } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { openFile } from "../files/fileAccess.ts";
import type { Model } from "../model/index.ts";
import type { Shape } from "../tensor/index.ts";
import { type FileKind, identifyFile } from "./identify.ts";
import { loadKeras, saveKeras } from "./keras/index.ts";
import { encodeNpz } from "./numpy/npz.ts";
import { readOnnxFile } from "./onnx/onnxFile.ts";
import { modelFromOnnx } from "./onnx/onnxModel.ts";
import { saveOnnx } from "./onnx/saveOnnx.ts";
import { pictureMetadata } from "./pictureMetadata.ts";
import { encodeSafetensors } from "./safetensors/safetensors.ts";
import { loadTfjs } from "./tfjs/loadTfjs.ts";

/** The options of `loadModel`. */
export interface LoadModelOptions extends MemoryOptions {
  /** Of one input without the batch, where the file leaves it open; of an ONNX file in the file's own order. */
  readonly inputShape?: Shape;
  /** Sizes for an ONNX file's dynamic dimensions other than the batch, by name. */
  readonly bind?: Readonly<Record<string, number>>;
}

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
  const { inputShape, bind, maxBytes } = options;
  const most = maxBytes === undefined ? {} : { maxBytes };
  const shaped = { ...most, ...(inputShape && { inputShape }) };
  const kind = await kindOfFile(path);
  switch (kind) {
    case "onnx":
      return modelFromOnnx(readOnnxFile(path, most), { ...shaped, ...(bind && { bind }) });
    case "keras":
    case "hdf5":
      return loadKeras(path, shaped);
    case "tfjs":
      return loadTfjs(path, inputShape ? { inputShape } : {});
    default:
      throw new StriateError(
        "data",
        `${path} is a ${kind} file, which holds arrays and no model: build the model, and give it to loadWeights`,
      );
  }
}

const SAVE_OPTIONS: OptionNames<SaveModelOptions> = { batchSize: true };

/** The options of `saveModel`. */
export interface SaveModelOptions {
  /** For an ONNX file: the batch that it is for. Default: any. */
  readonly batchSize?: number;
}

/** What a model can be saved as, by the ending of the file's name. */
const WRITERS: Readonly<
  Record<
    string,
    { save(model: Model, path: string, options: SaveModelOptions): Promise<void>; readonly lost: string[] }
  >
> = {
  ".keras": { save: saveKeras, lost: [] },
  ".onnx": { save: saveOnnx, lost: ["the layers: an ONNX file has their operators"] },
  ".safetensors": {
    save: (model, path) => writeFileAtomic(path, encodeSafetensors(model.weights, pictureMetadata(model))),
    lost: ["the model: a safetensors file holds the weights alone"],
  },
  ".npz": {
    save: async (model, path) => writeFileAtomic(path, await encodeNpz(model.weights)),
    lost: ["the model: an npz file holds the weights alone"],
  },
};

/** The endings that `saveModel` knows. */
export const MODEL_ENDINGS = Object.keys(WRITERS);

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
  const writer = Object.hasOwn(WRITERS, ending) ? WRITERS[ending] : undefined;
  if (!writer) {
    const known = MODEL_ENDINGS.join(", ");
    throw new StriateError("usage", `${path}: a model is saved as ${known}, received ${ending || "no ending"}`);
  }
  checkOptions("saveModel", options, SAVE_OPTIONS);
  if (options.batchSize !== undefined && ending !== ".onnx") {
    throw new StriateError("usage", `batchSize is for ONNX files; ${path} takes any batch`);
  }
  await writer.save(model, path, options);
  return writer.lost;
}
