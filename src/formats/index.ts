import "./methods.ts";

export { writeFileAtomic } from "./atomic.ts";
export { type OpenFile, openFile } from "./fileAccess.ts";
export { type FileKind, identifyFile } from "./identify.ts";
export {
  encodeKeras,
  type KerasConfigOptions,
  type KerasWeightsOptions,
  type KerasWeightsReport,
  kerasConfig,
  type LoadKerasOptions,
  loadKeras,
  loadKerasWeights,
  modelFromKerasConfig,
  saveKeras,
} from "./keras/index.ts";
export { loadTfjs, modelOfTfjs } from "./loadTfjs.ts";
export { type LockHolder, type Release, tryLock } from "./lock.ts";
export { kindOfFile, type LoadModelOptions, loadModel, MODEL_ENDINGS, saveModel } from "./modelFile.ts";
export { decodeNpy, encodeNpy } from "./npy.ts";
export { encodeNpz, readNpz } from "./npz.ts";
export { readOnnxFile } from "./onnxFile.ts";
export { modelFromOnnx, type OnnxModelOptions } from "./onnxModel.ts";
export type { PickleCallable, PickleKey, PickleThing, PickleValue } from "./pickle.ts";
export { blobAccess, bytesAccess, type RandomAccess } from "./randomAccess.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsContent,
  type SafetensorsOptions,
  streamSafetensors,
  type TensorType,
} from "./safetensors.ts";
export { encodeOnnx, type OnnxOptions, saveOnnx } from "./saveOnnx.ts";
export { flattenTensors, stateDict } from "./stateDict.ts";
export {
  parseTfjsManifest,
  parseTfjsModel,
  readTfjsWeights,
  type TfjsManifest,
  type TfjsModel,
} from "./tfjsWeights.ts";
export { readTorchFile, type TorchContent } from "./torchFile.ts";
export { isTorchTensor, type TorchTensor } from "./torchPickle.ts";
export { type LoadWeightsOptions, loadWeights, readArrays } from "./weightsFile.ts";
export { encodeZip, openZip, type ZipArchive, type ZipEntry, type ZipFile } from "./zip.ts";
