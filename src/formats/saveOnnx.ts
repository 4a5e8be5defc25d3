import { StriateError } from "../errors.ts";
import { freeze, type Graph } from "../graph/index.ts";
import type { Model } from "../model/index.ts";
import { lower, withFreeBatch, writeOnnx } from "../onnx/index.ts";
import { writeFileAtomic } from "./atomic.ts";
import { pictureMetadata } from "./pictureMetadata.ts";

export interface OnnxOptions {
  /** Inputs in a batch. Default: any number, when the model allows it, which all of Striate's layers do. */
  readonly batchSize?: number;
}

/**
 * A model for inference as an ONNX file, with its weights: inputs and outputs by the model's names, float32, in the
 * API's order ([batch, height, width, channels] for pictures). What the model knows of its pictures is in the file's
 * metadata, under the key `striate.pictures`.
 * @throws StriateError `usage` when the model cannot be for any batch, and no size is given
 */
export function encodeOnnx(model: Model, { batchSize }: OnnxOptions = {}): Uint8Array<ArrayBuffer> {
  const states = model.toStates(model.weights);
  const inference = (batch: number): Graph => lower(freeze(model.inferenceGraph(batch), states), "file");
  const metadata = pictureMetadata(model);
  if (batchSize !== undefined) return writeOnnx(inference(batchSize), { metadata });
  const free = withFreeBatch(inference);
  if (free) return writeOnnx(free, { batch: "batch", metadata });
  throw new StriateError("usage", `model ${model.name} has numbers that depend on the batch; give a batchSize`);
}

/** Writes a model for inference as an ONNX file, atomically; see `encodeOnnx`. */
export async function saveOnnx(model: Model, path: string, options: OnnxOptions = {}): Promise<void> {
  await writeFileAtomic(path, encodeOnnx(model, options));
}
