import "./methods.ts";

export { writeFileAtomic } from "../files/index.ts";
export { identifyFile } from "./identify.ts";
export {
  encodeKeras,
  type JsonRecord,
  type KerasConfigOptions,
  type KerasWeightsOptions,
  type KerasWeightsReport,
  kerasConfig,
  type LoadKerasOptions,
  loadKeras,
  loadKerasWeights,
  type Moments,
  modelFromKerasConfig,
  type OldWeightsOptions,
  saveKeras,
} from "./keras/index.ts";
export { kindOfFile, loadModel, saveModel } from "./modelFile.ts";
export { decodeNpy, encodeNpy } from "./numpy/npy.ts";
export { encodeNpz, readNpz } from "./numpy/npz.ts";
export { readOnnxFile } from "./onnx/onnxFile.ts";
export { modelFromOnnx, type OnnxModelOptions } from "./onnx/onnxModel.ts";
export { type PictureInput, whyNotInside } from "./onnx/preprocessingInside.ts";
export { encodeOnnx, type OnnxOptions, saveOnnx } from "./onnx/saveOnnx.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsContent,
  type SafetensorsOptions,
  streamSafetensors,
  type TensorType,
} from "./safetensors/safetensors.ts";
export {
  endingsOf,
  type FileKind,
  FORMATS,
  formatOfEnding,
  type LoadModelOptions,
  type SaveModelOptions,
} from "./table.ts";
export { loadTfjs, modelOfTfjs } from "./tfjs/loadTfjs.ts";
export {
  parseTfjsManifest,
  parseTfjsModel,
  type ReadShard,
  readTfjsWeights,
  type TfjsManifest,
  type TfjsModel,
} from "./tfjs/tfjsWeights.ts";
export type { PickleCallable, PickleKey, PickleThing, PickleValue } from "./torch/pickle.ts";
export { flattenTensors, stateDict } from "./torch/stateDict.ts";
export { readTorchFile, type TorchContent } from "./torch/torchFile.ts";
export { isTorchTensor, type TorchTensor } from "./torch/torchPickle.ts";
export { type LoadWeightsOptions, loadWeights, readArrays } from "./weightsFile.ts";
export { weightsMetadata } from "./weightsMetadata.ts";
