import { listed, parseJson } from "../checks/index.ts";
import { checkSource } from "../files/arguments.ts";
import { dataError } from "../files/dataError.ts";
import type { RandomAccess } from "../files/randomAccess.ts";
import { openZip } from "../files/zip.ts";
import { isZip, startsWith } from "./signatures.ts";
import { FILE_KINDS, type FileKind, FORMATS } from "./table.ts";

const MOST_JSON_BYTES = 2 ** 26;

/**
 * Tells what a file is by its content; its name does not count.
 * @param file what to call it in messages: its path
 * @throws StriateError `data` that says what was found instead
 */
export async function identifyFile(source: RandomAccess, file: string): Promise<FileKind> {
  checkSource("identifyFile", source, file);
  const start = await source.read(0, Math.min(source.size, 2056));
  if (start.length === 0) throw dataError(file, "is empty");
  if (isZip(start)) return identifyZip(source, file);
  const begun = FILE_KINDS.find((kind) => FORMATS[kind].recognize.bytes?.(start, source.size));
  if (begun) return begun;
  const text = new TextDecoder().decode(start.subarray(0, 512));
  if (/^\uFEFF?\s*\{/.test(text)) return identifyJson(source, file);
  const foreign = foreignFormat(start, text);
  for (const kind of foreign === undefined ? FILE_KINDS : []) {
    if (await FORMATS[kind].recognize.whole?.(source)) return kind;
  }
  throw unknown(file, foreign ?? `${source.size} bytes that begin with ${hex(start.subarray(0, 8))}`);
}

function unknown(file: string, found: string): Error {
  const names = [...new Set(FILE_KINDS.map((kind) => FORMATS[kind].name))];
  const known = `${names.slice(0, -1).join(", ")} and ${names.at(-1)} files can be read`;
  return dataError(file, `is no model or weights that Striate knows: it is ${found}. ${known}`);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

async function identifyZip(source: RandomAccess, file: string): Promise<FileKind> {
  const names = [...(await openZip(source, file)).entries.keys()];
  const kind = FILE_KINDS.find((candidate) => FORMATS[candidate].recognize.zip?.(names));
  if (kind) return kind;
  throw unknown(file, names.length === 0 ? "an empty zip" : `a zip of ${names.length} files, ${listed(names, 5)}`);
}

async function identifyJson(source: RandomAccess, file: string): Promise<FileKind> {
  if (source.size > MOST_JSON_BYTES) throw unknown(file, `JSON of ${source.size} bytes`);
  const text = new TextDecoder().decode(await source.read(0, source.size));
  const content = parseJson(text, (what) => unknown(file, `text that begins as JSON, but ${what}`));
  const keys = Object.keys(typeof content === "object" && content !== null ? content : {});
  const kind = FILE_KINDS.find((candidate) => FORMATS[candidate].recognize.json?.(keys));
  if (kind) return kind;
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
