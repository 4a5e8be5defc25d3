import { checkOptions, MemoryBudget, type MemoryOptions, type OptionNames } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import { dataError } from "../../files/dataError.ts";
import { openFile } from "../../files/fileAccess.ts";
import { bytesAccess, type RandomAccess } from "../../files/randomAccess.ts";
import { openZip, type ZipArchive } from "../../files/zip.ts";
import type { Model } from "../../model/index.ts";
import { type Hdf5File, type Hdf5Source, withHdf5 } from "../hdf5/index.ts";
import { identifyFile } from "../identify.ts";
import { PICTURES_KEY, takePictures } from "../pictureMetadata.ts";
import type { OldWeightsOptions } from "./arrangement.ts";
import { parseRecord } from "./json.ts";
import { type KerasConfigOptions, modelFromKerasConfig, topRecord } from "./readConfig.ts";
import { METADATA } from "./save.ts";
import { KERAS_WEIGHTS, type KerasWeightsOptions, type KerasWeightsReport, loadWeights, momentsIn } from "./weights.ts";

/** The options of `loadKeras`. */
export type LoadKerasOptions = Pick<KerasConfigOptions, "inputShape" | "seed" | "onNote"> &
  MemoryOptions &
  OldWeightsOptions;

const LOAD: OptionNames<LoadKerasOptions> = {
  inputShape: true,
  seed: true,
  onNote: true,
  maxBytes: true,
  dimOrdering: true,
  backend: true,
  flattenedAs: true,
};

/**
 * A model from a file of Keras: a `.keras` file of Keras 3, or an `.h5` file of a whole model by Keras 2 or 3; what it is
 * is seen from its content. The state of an optimizer in it is left out. The file may come from anybody: no code in it is
 * run, and damage ends in an error.
 *
 * @param file its path, or its bytes
 * @example const model = await loadKeras("resnet50.keras");
 * @throws StriateError `io` when it cannot be read; `data` when it is not what it should be, or has layers that Striate
 * does not have (all are named), or becomes more than `maxBytes` in memory; `shape` when weights do not fit the layers.
 */
export async function loadKeras(file: string | Uint8Array, given: LoadKerasOptions = {}): Promise<Model> {
  checkOptions("loadKeras", given, LOAD);
  const { maxBytes, ...options } = given;
  const memory = { ...(maxBytes !== undefined && { maxBytes }) };
  return withKerasFile(file, memory, async ({ name, configText, weights, pictures }) => {
    const config = await configText();
    const top = topRecord(config, name);
    return weights(async (stored) => {
      const model = modelFromKerasConfig(config, { ...options, file: name, moments: await momentsIn(top, stored) });
      await loadWeights(model, stored, name, options, model);
      return takePictures(model, await pictures(), name);
    });
  });
}

/**
 * Puts the weights of a Keras file into a model: of a `.weights.h5` or `.keras` file of Keras 3, or an `.h5` file of
 * weights or of a whole model by Keras 2 or 3. A big file is read piece by piece, straight to its place.
 *
 * @param file its path, or its bytes
 * @returns which weights were loaded and which were not
 * @example await loadKerasWeights(net, "vgg16_weights.h5", { byName: true, skipMismatch: true });
 * @throws StriateError `shape` that names every weight that does not fit, unless `skipMismatch`; `data` and `io` as
 * `loadKeras`. The model is unchanged then.
 */
export async function loadKerasWeights(
  model: Model,
  file: string | Uint8Array,
  options: KerasWeightsOptions = {},
): Promise<KerasWeightsReport> {
  checkOptions("loadKerasWeights", options, KERAS_WEIGHTS);
  return withKerasFile(file, options, async ({ name, weights, configBeside }) => {
    const beside = await configBeside();
    return weights((stored) => {
      const config = beside ?? stored.contents.groups.get("")?.model_config;
      const described = typeof config === "string" ? describedModel(config, name) : undefined;
      return loadWeights(model, stored, name, options, described);
    });
  });
}

/** The model that a file describes, as far as Striate has it: it says in what order its weights stand. */
function describedModel(config: string, file: string): Model | undefined {
  try {
    return modelFromKerasConfig(config, { file, onNote: () => undefined });
  } catch (thrown) {
    if (thrown instanceof StriateError && thrown.code !== "internal") return undefined;
    throw thrown;
  }
}

/** A file of either kind: the text of its config, and its weights for as long as a function takes. */
interface KerasFile {
  readonly name: string;
  configText(): Promise<string>;
  /** The config where it stands beside the weights, not among them. */
  configBeside(): Promise<string | undefined>;
  weights<T>(use: (stored: Hdf5File) => Promise<T>): Promise<T>;
  /** What Striate has written into it about the pictures of the model. */
  pictures(): Promise<string | undefined>;
}

async function withKerasFile<T>(
  file: string | Uint8Array,
  options: MemoryOptions,
  use: (file: KerasFile) => Promise<T>,
): Promise<T> {
  if (typeof file !== "string") return use(await inspect(bytesAccess(file, "the Keras file"), file, options));
  const disk = await openFile(file);
  try {
    return await use(await inspect(disk, file, options));
  } finally {
    await disk.close();
  }
}

async function inspect(
  access: RandomAccess,
  file: string | Uint8Array,
  { maxBytes }: MemoryOptions,
): Promise<KerasFile> {
  const name = typeof file === "string" ? file : "the Keras file";
  const kind = await identifyFile(access, name);
  const budget = new MemoryBudget(name, access.size, { ...(maxBytes !== undefined && { maxBytes }) });
  if (kind === "keras") return kerasZip(access, file, name, budget);
  if (kind === "hdf5") {
    const source = typeof file === "string" ? { path: file, begin: 0, end: access.size } : { bytes: file };
    const weights = <T>(use: (stored: Hdf5File) => Promise<T>) =>
      withHdf5(source, name, use, { maxBytes: budget.left });
    return {
      name,
      weights,
      pictures: async () => undefined,
      configBeside: async () => undefined,
      configText: () => weights(async (stored) => modelConfig(stored, name)),
    };
  }
  throw dataError(name, `is a ${kind} file, not one of Keras`);
}

function modelConfig({ contents }: Hdf5File, name: string): string {
  const config = contents.groups.get("")?.model_config;
  if (typeof config === "string") return config;
  throw dataError(
    name,
    "has no model in it, only weights: make the model, and load them by loadKerasWeights(model, file)",
  );
}

const CONFIG = "config.json";
const WEIGHTS = "model.weights.h5";
/** Weights up to this size are read whole, which checks their CRC; larger ones are read in place. */
const MOST_IN_MEMORY = 2 ** 26;
const MOST_CONFIG_BYTES = 2 ** 25;

async function kerasZip(
  access: RandomAccess,
  file: string | Uint8Array,
  name: string,
  budget: MemoryBudget,
): Promise<KerasFile> {
  let last = 0;
  const watched: RandomAccess = {
    size: access.size,
    read: (offset, length) => {
      last = offset;
      return access.read(offset, length);
    },
  };
  const zip = await openZip(watched, name, budget);
  const missing = [CONFIG, WEIGHTS].filter((entry) => !zip.entries.has(entry));
  if (missing.length > 0) {
    throw dataError(name, `is a zip, but no .keras file: it has no ${missing.join(" and no ")}`);
  }
  const source = async (): Promise<Hdf5Source> => {
    const entry = zip.entries.get(WEIGHTS);
    if (typeof file === "string" && entry?.stored && entry.size > MOST_IN_MEMORY) {
      // Where a stored entry begins is seen from what reading its first byte reads of the file.
      const range = await zip.open(WEIGHTS, entry.size);
      await range.read(0, 1);
      return { path: file, begin: last, end: last + range.size };
    }
    return { bytes: await zip.read(WEIGHTS) };
  };
  return {
    name,
    configText: () => text(zip, CONFIG, name),
    configBeside: () => text(zip, CONFIG, name),
    weights: async (use) => {
      const stored = await source();
      return withHdf5(stored, `${name}: ${WEIGHTS}`, use, { maxBytes: budget.left });
    },
    pictures: async () => {
      if (!zip.entries.has(METADATA)) return undefined;
      const found = parseRecord(await text(zip, METADATA, name), `${name}: ${METADATA}`)[PICTURES_KEY];
      return typeof found === "string" ? found : undefined;
    },
  };
}

async function text(zip: ZipArchive, entry: string, name: string): Promise<string> {
  const decoded = new TextDecoder().decode(await zip.read(entry, MOST_CONFIG_BYTES));
  parseRecord(decoded, `${name}: ${entry}`);
  return decoded;
}
