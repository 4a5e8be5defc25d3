import { checkOptions } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import { writeFileAtomic } from "../../files/atomic.ts";
import { freeze, type Graph } from "../../graph/index.ts";
import type { Model } from "../../model/index.ts";
import { lower, withFreeBatch, writeOnnx } from "../../onnx/index.ts";
import { pictureMetadata } from "../pictureMetadata.ts";

/** The options of `encodeOnnx` and `saveOnnx`. */
export interface OnnxOptions {
  /** Inputs in a batch. Default: any number, unless the model has a `batchSize` of its own. */
  readonly batchSize?: number;
}

/**
 * A model for inference as an ONNX file, with its weights: inputs and outputs by the model's names, float32, in the
 * API's order ([batch, height, width, channels] for pictures). What the model knows of its pictures is in the file's
 * metadata, under the key `striate.pictures`.
 * @throws StriateError `usage` when the model cannot be for any batch, and no size is given
 */
export function encodeOnnx(model: Model, options: OnnxOptions = {}): Uint8Array<ArrayBuffer> {
  checkOptions("encodeOnnx", options, { batchSize: true });
  const { batchSize = model.batchSize } = options;
  const states = model.toStates(model.weights);
  const inference = (batch: number): Graph => lower(freeze(model.inferenceGraph(batch), states), { target: "file" });
  const metadata = pictureMetadata(model);
  const weights = new Set(Object.keys(states));
  if (batchSize !== undefined) return writeOnnx(inference(batchSize), { weights, metadata });
  const free = withFreeBatch(inference);
  if (free) return writeOnnx(free, { batch: "batch", weights, metadata });
  throw new StriateError(
    "usage",
    `model ${model.name} depends on the batch in a way that a file for any batch cannot say; save it for one: ` +
      'save("model.onnx", { batchSize: 1 }), or striate export --batch 1',
  );
}

/** Writes a model for inference as an ONNX file, atomically; see `encodeOnnx`. */
export async function saveOnnx(model: Model, path: string, options: OnnxOptions = {}): Promise<void> {
  await writeFileAtomic(path, encodeOnnx(model, options));
}
