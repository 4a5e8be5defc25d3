import { checkOptions, itemized, type MemoryOptions } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { openFile } from "../files/fileAccess.ts";
import type { Model } from "../model/index.ts";
import { inversePermutation } from "../ops/index.ts";
import { asFloat32, permute, sameShape, type Tensor, typeText } from "../tensor/index.ts";
import { inOrderOf, rowsByKey, rowsStated } from "./flattenOrder.ts";
import { identifyFile } from "./identify.ts";
import { KERAS_WEIGHTS, type KerasWeightsOptions, type KerasWeightsReport } from "./keras/index.ts";
import { PICTURES_KEY, takePictures } from "./pictureMetadata.ts";
import { FILE_KINDS, type FileArrays, FORMATS } from "./table.ts";

/**
 * The arrays of a file by name: safetensors, `.npz`, `.npy` (its only array is `array`), and PyTorch's state dicts.
 * @throws StriateError `io` when it cannot be read, `data` when it is damaged, of another kind, or becomes more than
 * `maxBytes` in memory
 */
export async function readArrays(path: string, options: MemoryOptions = {}): Promise<ReadonlyMap<string, Tensor>> {
  checkOptions("readArrays", options, { maxBytes: true });
  return (await arraysIn(path, options)).arrays;
}

async function arraysIn(path: string, options: MemoryOptions): Promise<FileArrays> {
  const file = await openFile(path);
  try {
    const kind = await identifyFile(file, path);
    const { readArrays: read } = FORMATS[kind];
    if (read) return await read(file, path, options);
    const known = FILE_KINDS.flatMap((other) => (FORMATS[other].readArrays ? FORMATS[other].endings.slice(0, 1) : []));
    const names = known.map((ending) => ending.slice(1));
    throw new StriateError(
      "data",
      `${path} is a ${kind} file; arrays are read from ${names.slice(0, -1).join(", ")} and ${names.at(-1)}`,
    );
  } finally {
    await file.close();
  }
}

/** The options of `loadWeights`. */
export interface LoadWeightsOptions extends KerasWeightsOptions {
  /** What a PyTorch file calls a weight, by its key. Default: its key. */
  readonly nameOf?: (key: string) => string;
}

/**
 * Puts the weights of a file into a model: Keras's `.h5` and `.keras` (in order, or `byName`), safetensors and `.npz`
 * (by key, in Keras's shapes), PyTorch's state dicts (by what `nameOf` says, turned from PyTorch's order of axes). A model
 * that knows nothing of its pictures takes what a safetensors file with all of its weights says of them. Where a dense layer
 * follows a flatten of pictures, its rows are put in the model's order from that of the file: see `flattenedAs`.
 * @returns which weights were loaded and which were not
 * @throws StriateError `shape` that names every weight that does not fit, unless `skipMismatch`; then nothing is loaded.
 */
export async function loadWeights(
  model: Model,
  path: string,
  given: LoadWeightsOptions = {},
): Promise<KerasWeightsReport> {
  checkOptions("loadWeights", given, { ...KERAS_WEIGHTS, nameOf: true });
  const { nameOf = (key) => key, ...options } = given;
  const file = await openFile(path);
  const kind = await identifyFile(file, path).finally(() => file.close());
  if (FORMATS[kind].layeredWeights) {
    return (await import("./keras/index.ts")).loadKerasWeights(model, path, options);
  }
  const { maxBytes } = options;
  const { arrays, metadata } = await arraysIn(path, maxBytes === undefined ? {} : { maxBytes });
  const rows = rowsByKey(model);
  const stated = rowsStated(metadata, path);
  const orderOf = (key: string) => options.flattenedAs ?? (kind === "torch" ? "channelsFirst" : stated(key));
  const loaded = new Map<string, Tensor<"float32">>();
  const misfits: string[] = [];
  for (const { key, spec } of model.weightSpecs) {
    const name = kind === "torch" ? nameOf(key) : key;
    const found = arrays.get(name);
    const fitting = found && (kind === "torch" ? fromTorch(found, spec.toGraph) : asFloat32(found));
    if (!fitting) {
      if (!options.byName) misfits.push(`${key} is not in the file${name === key ? "" : `, as ${name}`}`);
    } else if (sameShape(fitting.shape, spec.shape)) {
      loaded.set(key, inOrderOf(fitting, rows.get(key), orderOf(key), path, key));
    } else
      misfits.push(`${key} is ${typeText({ dtype: "float32", shape: spec.shape })}, in the file ${typeText(found)}`);
  }
  if (misfits.length > 0 && !options.skipMismatch) {
    throw new StriateError("shape", `${path}: its weights do not fit into model ${model.name}:${itemized(misfits)}`);
  }
  model.setWeights(loaded);
  const unchanged = model.weightSpecs.map(({ key }) => key).filter((key) => !loaded.has(key));
  if (unchanged.length === 0 && !model.pictures) takePictures(model, metadata?.[PICTURES_KEY], path);
  return { loaded: [...loaded.keys()], skipped: misfits, unchanged };
}

/** PyTorch's kernels have the order of axes that graphs have; its dense weights are [out, in]. */
function fromTorch(found: Tensor, toGraph: readonly number[] | undefined): Tensor<"float32"> {
  const weight = asFloat32(found);
  if (toGraph && toGraph.length === weight.shape.length) return permute(weight, inversePermutation(toGraph));
  return weight.shape.length === 2 ? permute(weight, [1, 0]) : weight;
}
