import { checkOptions } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import { writeFileAtomic } from "../../files/atomic.ts";
import { freeze, type Graph } from "../../graph/index.ts";
import type { Model } from "../../model/index.ts";
import { lower, withFreeBatch, writeOnnx } from "../../onnx/index.ts";
import { pictureMetadata } from "../pictureMetadata.ts";
import { type PictureInput, withPreprocessing } from "./preprocessingInside.ts";

/** The options of `encodeOnnx` and `saveOnnx`. */
export interface OnnxOptions {
  /** Inputs in a batch. Default: any number, unless the model has a `batchSize` of its own. */
  readonly batchSize?: number;
  /**
   * The file takes pictures as they are, and has the model's preprocessing (`model.pictures`) inside: [batch, height, width,
   * channels] of any height and width, values from 0 to 255 of this type, fitted and resized in the graph. Default: it takes
   * what the model takes, and the preprocessing is in the metadata alone.
   */
  readonly pictures?: PictureInput;
}

/**
 * A model for inference as an ONNX file, with its weights: inputs and outputs by the model's names, float32, in the
 * API's order ([batch, height, width, channels] for pictures). What the model knows of its pictures is in the file's
 * metadata, under the key `striate.pictures`; with `pictures`, what of it is in the graph, under `striate.preprocessing`.
 * @throws StriateError `usage` when the model cannot be for any batch, and no size is given; when the preprocessing cannot be
 * in the graph
 */
export function encodeOnnx(model: Model, options: OnnxOptions = {}): Uint8Array<ArrayBuffer> {
  checkOptions("encodeOnnx", options, { batchSize: true, pictures: true });
  const { batchSize = model.batchSize, pictures } = options;
  const states = model.toStates(model.weights);
  const inference = (batch: number): Graph => lower(freeze(model.inferenceGraph(batch), states), { target: "file" });
  const weights = new Set(Object.keys(states));
  const write = (graph: Graph, batch: { readonly batch?: string }) => {
    if (pictures === undefined) return writeOnnx(graph, { ...batch, weights, metadata: pictureMetadata(model) });
    const whole = withPreprocessing(model, graph, pictures);
    const metadata = { ...pictureMetadata(whole), ...whole.metadata };
    return writeOnnx(whole.graph, { ...batch, open: whole.open, weights, metadata });
  };
  if (batchSize !== undefined) return write(inference(batchSize), {});
  const free = withFreeBatch(inference);
  if (free) return write(free, { batch: "batch" });
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
