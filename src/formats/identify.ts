import { listed, parseJson } from "../checks/index.ts";
import { dataError } from "../files/dataError.ts";
import type { RandomAccess } from "../files/randomAccess.ts";
import { openZip } from "../files/zip.ts";
import { isNpy } from "./numpy/npy.ts";
import { isOnnx } from "./onnx/onnxPlausible.ts";
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

const MOST_JSON_BYTES = 2 ** 26;

/**
 * Tells what a file is by its content; its name does not count.
 * @param file what to call it in messages: its path
 * @throws StriateError `data` that says what was found instead
 */
export async function identifyFile(source: RandomAccess, file: string): Promise<FileKind> {
  const start = await source.read(0, Math.min(source.size, 2056));
  if (start.length === 0) throw dataError(file, "is empty");
  if (isZip(start)) return identifyZip(source, file);
  if (isHdf5(start)) return "hdf5";
  if (isNpy(start)) return "npy";
  if (isTorchLegacy(start)) return "torch";
  if (isSafetensors(start, source.size)) return "safetensors";
  const text = new TextDecoder().decode(start.subarray(0, 512));
  if (/^\uFEFF?\s*\{/.test(text)) return identifyJson(source, file);
  const foreign = foreignFormat(start, text);
  if (foreign === undefined && (await isOnnx(source))) return "onnx";
  throw unknown(file, foreign ?? `${source.size} bytes that begin with ${hex(start.subarray(0, 8))}`);
}

function unknown(file: string, found: string): Error {
  const known = "ONNX, Keras, HDF5, safetensors, PyTorch, NumPy and TensorFlow.js files can be read";
  return dataError(file, `is no model or weights that Striate knows: it is ${found}. ${known}`);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

function startsWith(bytes: Uint8Array, signature: readonly number[], at = 0): boolean {
  return signature.every((byte, i) => bytes[at + i] === byte);
}

/** "PK" and 3, 4; or 5, 6 in an empty zip. */
function isZip(bytes: Uint8Array): boolean {
  return startsWith(bytes, [0x50, 0x4b, 3, 4]) || startsWith(bytes, [0x50, 0x4b, 5, 6]);
}

/** The signature is at byte 0, or after a block of the user's of 512, 1024, 2048, ... bytes. */
function isHdf5(bytes: Uint8Array): boolean {
  return [0, 512, 1024, 2048].some((at) => startsWith(bytes, [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], at));
}

/** The length of a header that the file has room for, and the header's first character. */
function isSafetensors(bytes: Uint8Array, size: number): boolean {
  if (bytes.length < 10 || bytes[8] !== 0x7b) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  return length >= 2n && length <= BigInt(size - 8) && length <= 100_000_000n;
}

async function identifyZip(source: RandomAccess, file: string): Promise<FileKind> {
  const names = [...(await openZip(source, file)).entries.keys()];
  if (names.includes("config.json") && names.some((name) => /^model\.weights\.(h5|json)$/.test(name))) return "keras";
  if (names.some((name) => /^[^/]+\/data\.pkl$/.test(name))) return "torch";
  if (names.length > 0 && names.every((name) => name.endsWith(".npy"))) return "npz";
  throw unknown(file, names.length === 0 ? "an empty zip" : `a zip of ${names.length} files, ${listed(names, 5)}`);
}

async function identifyJson(source: RandomAccess, file: string): Promise<FileKind> {
  if (source.size > MOST_JSON_BYTES) throw unknown(file, `JSON of ${source.size} bytes`);
  const text = new TextDecoder().decode(await source.read(0, source.size));
  const content = parseJson(text, (what) => unknown(file, `text that begins as JSON, but ${what}`));
  const keys = Object.keys(typeof content === "object" && content !== null ? content : {});
  if (keys.includes("weightsManifest") || keys.includes("modelTopology")) return "tfjs";
  throw unknown(file, `JSON with the keys ${listed(keys, 8)}`);
}

/** What people give by mistake, or with another tool in mind. */
function foreignFormat(bytes: Uint8Array, text: string): string | undefined {
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47])) return "a PNG picture";
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return "a JPEG picture";
  if (startsWith(bytes, [0x1f, 0x8b])) return "compressed by gzip; unpack it first";
  if (startsWith(bytes, [0x42, 0x5a, 0x68])) return "compressed by bzip2; unpack it first";
  if (startsWith(bytes, [0xfd, 0x37, 0x7a, 0x58, 0x5a])) return "compressed by xz; unpack it first";
  if (startsWith(bytes, [0x28, 0xb5, 0x2f, 0xfd])) return "compressed by Zstandard; unpack it first";
  if (text.slice(257, 262) === "ustar") return "a tar archive; unpack it first";
  if (text.slice(4, 8) === "TFL3") return "a TensorFlow Lite model; convert it to ONNX or Keras";
  if (text.startsWith("GGUF")) return "a GGUF file of a language model";
  if (text.startsWith("version https://git-lfs")) return "a pointer of Git LFS, not the file; run git lfs pull";
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) return "a web page; the download went wrong";
  if (bytes[0] === 0x80 && (bytes[1] ?? 9) <= 5) return "a pickle of Python, but not of torch.save";
  return undefined;
}
