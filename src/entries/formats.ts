// File formats one by one: reading and writing them, whatever they hold. `striate` has loadModel, saveModel and loadWeights.
import "../formats/methods.ts";
import "../training/methods.ts";

// Where bytes come from and go to.
export { MemoryBudget } from "../checks/index.ts";
export {
  blobAccess,
  bytesAccess,
  encodeZip,
  type OpenFile,
  openFile,
  openZip,
  type RandomAccess,
  writeFileAtomic,
  type ZipArchive,
  type ZipEntry,
  type ZipFile,
} from "../files/index.ts";
// What a file is, and the arrays in it.
// Keras and TensorFlow.js.
// ONNX.
// Arrays: safetensors, NumPy, PyTorch.
export {
  decodeNpy,
  decodeSafetensors,
  encodeKeras,
  encodeNpy,
  encodeNpz,
  encodeOnnx,
  encodeSafetensors,
  type FileKind,
  flattenTensors,
  identifyFile,
  isTorchTensor,
  type JsonRecord,
  type KerasConfigOptions,
  kerasConfig,
  kindOfFile,
  type LoadKerasOptions,
  loadKeras,
  loadKerasWeights,
  loadTfjs,
  type Moments,
  modelFromKerasConfig,
  modelFromOnnx,
  modelOfTfjs,
  type OnnxModelOptions,
  type OnnxOptions,
  type PickleCallable,
  type PickleKey,
  type PickleThing,
  type PickleValue,
  parseTfjsManifest,
  parseTfjsModel,
  type ReadShard,
  readArrays,
  readNpz,
  readOnnxFile,
  readTfjsWeights,
  readTorchFile,
  type SafetensorsContent,
  type SafetensorsOptions,
  saveKeras,
  saveOnnx,
  stateDict,
  streamSafetensors,
  type TensorType,
  type TfjsManifest,
  type TfjsModel,
  type TorchContent,
  type TorchTensor,
} from "../formats/index.ts";
export { encodeTrainingStep } from "../training/index.ts";
