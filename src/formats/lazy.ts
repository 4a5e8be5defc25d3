// Formats are loaded when one is asked for: who only trains needs none of them, and a bundle for the browser begins without.
import type { Model } from "../model/index.ts";
import type { KerasWeightsReport } from "./keras/index.ts";
import type { LoadModelOptions, SaveModelOptions } from "./table.ts";
import type { LoadWeightsOptions } from "./weightsFile.ts";

/**
 * Reads a model with its weights: a `.keras` file, an `.h5` file of Keras 2 or 3, an ONNX file, or a `model.json` of
 * TensorFlow.js with its shards beside it. What it is, its content says.
 * @throws StriateError `io` when it cannot be read; `data` when it is damaged, unknown, becomes more than `maxBytes` in
 * memory, or holds weights without a model, which `loadWeights` reads.
 */
export async function loadModel(path: string, options?: LoadModelOptions): Promise<Model> {
  return (await import("./modelFile.ts")).loadModel(path, options);
}

/**
 * Saves a model, atomically, in the format that the ending of the path says: `.keras` (Keras 3's own), `.onnx` (for
 * inference), `.safetensors` or `.npz` (the weights alone).
 * @returns what the file does not hold, in words
 * @throws StriateError `usage` for another ending, or a model that the format cannot hold; `io` when it cannot be written
 */
export async function saveModel(model: Model, path: string, options?: SaveModelOptions): Promise<readonly string[]> {
  return (await import("./modelFile.ts")).saveModel(model, path, options);
}

/**
 * Puts the weights of a file into a model: Keras's `.h5` and `.keras` (in order, or `byName`), safetensors and `.npz`
 * (by key, in Keras's shapes), PyTorch's state dicts (by what `nameOf` says, turned from PyTorch's order of axes).
 * @returns which weights were loaded and which were not
 * @throws StriateError `shape` that names every weight that does not fit, unless `skipMismatch`; then nothing is loaded.
 */
export async function loadWeights(
  model: Model,
  path: string,
  options?: LoadWeightsOptions,
): Promise<KerasWeightsReport> {
  return (await import("./weightsFile.ts")).loadWeights(model, path, options);
}
