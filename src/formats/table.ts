import type { MemoryOptions } from "../checks/index.ts";
import type { RandomAccess } from "../files/randomAccess.ts";
import type { Model } from "../model/index.ts";
import type { Shape, Tensor } from "../tensor/index.ts";
import { isNpy } from "./numpy/npy.ts";
import { isOnnx } from "./onnx/onnxPlausible.ts";
import type { PictureInput } from "./onnx/preprocessingInside.ts";
import { isHdf5, isSafetensors } from "./signatures.ts";
import { isTorchLegacy } from "./torch/torchFile.ts";

/** A file format that holds a model, weights or arrays. */
export type FileKind =
  /** A model in ONNX's protobuf. */
  | "onnx"
  /** Keras 3's zip. */
  | "keras"
  /** HDF5: Keras 2's models and weights, and others. */
  | "hdf5"
  | "safetensors"
  /** What `torch.save` writes, in its zip format or its legacy format. */
  | "torch"
  /** One NumPy array. */
  | "npy"
  /** A zip of NumPy arrays. */
  | "npz"
  /** The model.json of TensorFlow.js. */
  | "tfjs";

/** The options of `loadModel`. */
export interface LoadModelOptions extends MemoryOptions {
  /** Of one input without the batch, where the file leaves it open; of an ONNX file in the file's own order. */
  readonly inputShape?: Shape;
  /** Sizes for an ONNX file's dynamic dimensions other than the batch, by name. */
  readonly bind?: Readonly<Record<string, number>>;
}

/** The options of `saveModel`. */
export interface SaveModelOptions {
  /** For an ONNX file: the batch that it is for. Default: any. */
  readonly batchSize?: number;
  /** For an ONNX file: it takes pictures as they are, of this type, and prepares them itself; see `OnnxOptions`. */
  readonly pictures?: PictureInput;
}

export type Arrays = ReadonlyMap<string, Tensor>;

/** The arrays of a file. */
export interface FileArrays {
  readonly arrays: Arrays;
  /** Texts by key, of a format that has them. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** How a file is recognized; the first format of the table that says yes is it. */
interface Recognition {
  /** By its first bytes, 2056 at most, and its size. */
  readonly bytes?: (start: Uint8Array, size: number) => boolean;
  /** A zip, by the names in it. */
  readonly zip?: (names: readonly string[]) => boolean;
  /** An object of JSON, by its keys. */
  readonly json?: (keys: readonly string[]) => boolean;
  /** By reading through it, where nothing else tells what it is. */
  readonly whole?: (source: RandomAccess) => Promise<boolean>;
}

/** What Striate does with a format; what is missing it does not. What does it is loaded when it is needed. */
export interface FileFormat {
  /** What messages call it. */
  readonly name: string;
  /** How names of such files end. The first is the one that is written. */
  readonly endings: readonly string[];
  readonly recognize: Recognition;
  readonly loadModel?: (path: string, options: LoadModelOptions) => Promise<Model>;
  readonly saveModel?: {
    readonly save: (model: Model, path: string, options: SaveModelOptions) => Promise<void>;
    /** What the file does not hold, in words. */
    readonly lost: readonly string[];
  };
  /** Where weights are read in the order of the model's layers; else they are by name among the arrays. */
  readonly layeredWeights?: true;
  readonly readArrays?: (source: RandomAccess, path: string, options: MemoryOptions) => Promise<FileArrays>;
  readonly encodeArrays?: (
    arrays: Arrays,
    metadata?: Readonly<Record<string, string>>,
  ) => Promise<Iterable<Uint8Array>>;
}

/** Every file format. A kind without its entry does not compile, and nothing else lists the formats. */
export const FORMATS: Readonly<Record<FileKind, FileFormat>> = {
  keras: {
    name: "Keras",
    endings: [".keras"],
    recognize: {
      zip: (names) => names.includes("config.json") && names.some((name) => /^model\.weights\.(h5|json)$/.test(name)),
    },
    loadModel: async (path, options) => (await import("./keras/index.ts")).loadKeras(path, withoutBind(options)),
    saveModel: { save: async (model, path) => (await import("./keras/index.ts")).saveKeras(model, path), lost: [] },
    layeredWeights: true,
  },
  onnx: {
    name: "ONNX",
    endings: [".onnx"],
    recognize: { whole: isOnnx },
    loadModel: async (path, options) => {
      const [{ modelFromOnnx }, { readOnnxFile }] = await Promise.all([
        import("./onnx/onnxModel.ts"),
        import("./onnx/onnxFile.ts"),
      ]);
      const { maxBytes } = options;
      return modelFromOnnx(readOnnxFile(path, maxBytes === undefined ? {} : { maxBytes }), options);
    },
    saveModel: {
      save: async (model, path, options) => (await import("./onnx/saveOnnx.ts")).saveOnnx(model, path, options),
      lost: ["the layers: an ONNX file has their operators"],
    },
  },
  hdf5: {
    name: "HDF5",
    endings: [".h5", ".hdf5"],
    recognize: { bytes: isHdf5 },
    loadModel: async (path, options) => (await import("./keras/index.ts")).loadKeras(path, withoutBind(options)),
    layeredWeights: true,
  },
  safetensors: {
    name: "safetensors",
    endings: [".safetensors"],
    recognize: { bytes: isSafetensors },
    readArrays: async (source, path) => {
      const { decodeSafetensors } = await import("./safetensors/safetensors.ts");
      const { tensors, metadata } = decodeSafetensors(await source.read(0, source.size), path);
      return { arrays: tensors, metadata };
    },
    encodeArrays: async (arrays, metadata) =>
      (await import("./safetensors/safetensors.ts")).encodeSafetensors(arrays, metadata),
    saveModel: {
      save: (model, path) => saveWeights("safetensors", model, path),
      lost: ["the model: a safetensors file holds the weights alone"],
    },
  },
  npz: {
    name: "NumPy",
    endings: [".npz"],
    recognize: { zip: (names) => names.length > 0 && names.every((name) => name.endsWith(".npy")) },
    readArrays: async (source, path, options) => (await import("./numpy/npz.ts")).readNpzFile(source, path, options),
    encodeArrays: async (arrays, metadata) => (await import("./numpy/npz.ts")).encodeNpz(arrays, {}, metadata),
    saveModel: {
      save: (model, path) => saveWeights("npz", model, path),
      lost: ["the model: an npz file holds the weights alone"],
    },
  },
  npy: {
    name: "NumPy",
    endings: [".npy"],
    recognize: { bytes: isNpy },
    readArrays: async (source, path) => {
      const { decodeNpy } = await import("./numpy/npy.ts");
      return { arrays: new Map([["array", decodeNpy(await source.read(0, source.size), path)]]) };
    },
    encodeArrays: async (arrays) => {
      const { encodeOnly } = await import("./numpy/npy.ts");
      return encodeOnly(arrays);
    },
  },
  torch: {
    name: "PyTorch",
    endings: [".pth", ".pt"],
    recognize: { bytes: isTorchLegacy, zip: (names) => names.some((name) => /^[^/]+\/data\.pkl$/.test(name)) },
    readArrays: async (source, path, options) => {
      const [{ stateDict }, { readTorchFile }] = await Promise.all([
        import("./torch/stateDict.ts"),
        import("./torch/torchFile.ts"),
      ]);
      return { arrays: stateDict(await readTorchFile(source, path, options), path) };
    },
  },
  tfjs: {
    name: "TensorFlow.js",
    endings: [".json"],
    recognize: { json: (keys) => keys.includes("weightsManifest") || keys.includes("modelTopology") },
    loadModel: async (path, { inputShape }) =>
      (await import("./tfjs/loadTfjs.ts")).loadTfjs(path, inputShape ? { inputShape } : {}),
  },
};

/** The kinds, in the order in which they are tried. */
export const FILE_KINDS = Object.keys(FORMATS) as readonly FileKind[];

/** The formats that can do something, by the ending of a file's name that is written. */
export function endingsOf(ability: "saveModel" | "encodeArrays"): readonly string[] {
  return Object.values(FORMATS).flatMap((format: FileFormat) => (format[ability] ? format.endings.slice(0, 1) : []));
}

/** The format that a file of this ending is written in, where it can do that. */
export function formatOfEnding(ending: string, ability: "saveModel" | "encodeArrays"): FileFormat | undefined {
  return Object.values(FORMATS).find((format) => format[ability] && format.endings[0] === ending.toLowerCase());
}

function withoutBind({ bind: _, ...options }: LoadModelOptions) {
  return options;
}

async function saveWeights(kind: "npz" | "safetensors", model: Model, path: string): Promise<void> {
  const [{ writeFileAtomic }, { weightsMetadata }] = await Promise.all([
    import("../files/atomic.ts"),
    import("./weightsMetadata.ts"),
  ]);
  const encoded = await FORMATS[kind].encodeArrays?.(model.weights, weightsMetadata(model));
  if (encoded) await writeFileAtomic(path, encoded);
}
