import { platform } from "#platform";
import { checkOptions, itemized } from "../../checks/index.ts";
import { asError, StriateError } from "../../errors.ts";
import { dataError } from "../../files/dataError.ts";
import { pathInside, readRegular } from "../../files/regularFile.ts";
import { nested } from "../../layers/index.ts";
import type { Model } from "../../model/index.ts";
import { asFloat32, sameShape, shapeText, type Tensor } from "../../tensor/index.ts";
import { type KerasConfigOptions, type Moments, modelFromKerasConfig, normalizationPaths } from "../keras/index.ts";
import { parseTfjsModel, readTfjsWeights } from "./tfjsWeights.ts";

/**
 * A layers model of TensorFlow.js: `model.json`, with its shards of weights beside it. Its net is described as Keras's
 * are, see `modelFromKerasConfig`; quantized weights become the numbers that they stand for.
 *
 * @param path of the model.json
 * @example const model = await loadTfjs("mobilenet/model.json");
 * @throws StriateError `io` when a file cannot be read; `data` when it is damaged, a graph model (of TensorFlow's
 * operations), or has layers that Striate does not have; `shape` that names every weight that does not fit.
 */
export async function loadTfjs(
  path: string,
  options: Pick<KerasConfigOptions, "inputShape" | "seed"> = {},
): Promise<Model> {
  checkOptions("loadTfjs", options, { inputShape: true, seed: true });
  const { format, topology, manifest } = parseTfjsModel(await reading(path, () => readRegular(path)), path);
  if (format === "graph-model") {
    throw dataError(
      path,
      "is a graph model, of TensorFlow's operations; layers models are read. Convert the original to ONNX (tf2onnx)",
    );
  }
  const folder = platform.paths.dirname(path);
  const readShard = async (shard: string, most: number) => {
    const place = pathInside(folder, shard, `${path}: a part of its weights`);
    return reading(place, () => readRegular(place, most + 1));
  };
  const weights = await readTfjsWeights(manifest, readShard, path);
  return modelOfTfjs(topology, weights, { ...options, file: path });
}

async function reading(path: string, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await read();
  } catch (thrown) {
    throw new StriateError("io", `${path}: could not be read: ${asError(thrown).message}`, { cause: thrown });
  }
}

/**
 * A model of TensorFlow.js from its parts, wherever they were read from.
 * @param topology the modelTopology of a model.json
 * @param weights by name, from `readTfjsWeights`
 */
export function modelOfTfjs(
  topology: unknown,
  weights: ReadonlyMap<string, Tensor>,
  options: Omit<KerasConfigOptions, "moments"> = {},
): Model {
  const { file = "the TensorFlow.js model" } = options;
  const found = new Map([...weights].map(([name, weight]) => [oneLayer(name), weight]));
  const model = modelFromKerasConfig(topology, { ...options, file, moments: momentsOf(topology, found, file) });
  const misfits: string[] = [];
  const values = new Map<string, Tensor<"float32">>();
  for (const { key, spec } of model.weightSpecs) {
    const weight = namesOf(key).flatMap((name) => found.get(name) ?? [])[0];
    if (!weight) misfits.push(`${key} is not in the file`);
    else if (sameShape(weight.shape, spec.shape)) values.set(key, asFloat32(weight));
    else misfits.push(`${key} is ${shapeText(spec.shape)}, in the file ${shapeText(weight.shape)}`);
  }
  if (misfits.length > 0) {
    throw new StriateError("shape", `${file}: its weights do not fit its layers:${itemized(misfits)}`);
  }
  model.setWeights(values);
  return model;
}

/** A layer with slashes in its name has underscores in ours: "block/conv/kernel" is "block_conv/kernel". */
function oneLayer(name: string): string {
  const cut = name.lastIndexOf("/");
  return cut < 0 ? name : `${name.slice(0, cut).replaceAll("/", "_")}${name.slice(cut)}`;
}

/**
 * What TensorFlow.js may call a weight: the layer and the weight, with or without the models around it; Keras's word for
 * the weight, with depthwise_kernel for the kernel of a depthwise convolution.
 */
function namesOf(key: string): string[] {
  const parts = key.split("/");
  const weightName = (parts.pop() ?? "").replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const layers = parts.map((_, i) => parts.slice(i).join("_"));
  return layers.flatMap((layer) =>
    [weightName, ...(weightName === "kernel" ? ["depthwise_kernel"] : [])].map((w) => `${layer}/${w}`),
  );
}

/** What Normalization layers have learnt is among the weights. */
function momentsOf(
  topology: unknown,
  weights: ReadonlyMap<string, Tensor>,
  file: string,
): ReadonlyMap<string, Moments> {
  const moments = new Map<string, Moments>();
  for (const path of normalizationPaths(topology, file)) {
    const of = (weightName: string) => namesOf(`${path}/${weightName}`).flatMap((name) => weights.get(name) ?? [])[0];
    const [mean, variance] = [of("mean"), of("variance")];
    const numbers = ({ shape, data }: Tensor) => nested(Array.from(data, Number), shape);
    if (mean && variance) moments.set(path, { mean: numbers(mean), variance: numbers(variance) });
  }
  return moments;
}
