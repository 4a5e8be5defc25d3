import * as z from "zod";
import { nameText, parseJson, quoted } from "../../checks/index.ts";
import { asError, internalError } from "../../errors.ts";
import { dataError } from "../../files/dataError.ts";
import { type DType, shapeText, type Tensor, tensor } from "../../tensor/index.ts";
import { decodeElements, type ElementArray, type ElementFormat } from "../elements.ts";

const QUANTIZED = z.object({
  dtype: z.enum(["uint8", "uint16", "float16"]),
  scale: z.number().optional(),
  min: z.number().optional(),
});

const WEIGHT = z.object({
  name: z.string(),
  shape: z.array(z.int().nonnegative()).max(64),
  dtype: z.string(),
  quantization: QUANTIZED.optional(),
});

const MANIFEST = z.array(z.object({ paths: z.array(z.string()), weights: z.array(WEIGHT) }));

const MODEL = z.object({
  format: z.string().optional(),
  modelTopology: z.unknown().optional(),
  weightsManifest: z.unknown().optional(),
});

/** The `weightsManifest` of a model.json: groups of weights, each in the files of its `paths` one after the other. */
export type TfjsManifest = z.infer<typeof MANIFEST>;
type TfjsWeight = z.infer<typeof WEIGHT>;

/** A model.json of TensorFlow.js. */
export interface TfjsModel {
  /** `layers-model`, of Keras's layers, or `graph-model`, of TensorFlow's operations; old files do not say. */
  readonly format: string | undefined;
  /** The net, as JSON: of a layers model Keras's configuration. */
  readonly topology: unknown;
  readonly manifest: TfjsManifest;
}

/**
 * Reads the model.json of TensorFlow.js
 * (https://www.tensorflow.org/js/guide/save_load); the weights are in files of their own: see `readTfjsWeights`.
 *
 * @param file what to call it in messages: its path
 * @throws StriateError `data`
 */
export function parseTfjsModel(json: Uint8Array, file: string): TfjsModel {
  const model = MODEL.safeParse(jsonOf(json, file));
  if (!model.success || model.data.weightsManifest === undefined) {
    throw dataError(file, "is no model.json of TensorFlow.js: it has no weightsManifest");
  }
  const { format, modelTopology: topology, weightsManifest } = model.data;
  return { format, topology, manifest: parseTfjsManifest(weightsManifest, file) };
}

function jsonOf(bytes: Uint8Array, file: string): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (thrown) {
    throw dataError(file, `is no model.json: it is not JSON (${asError(thrown).message})`, { cause: thrown });
  }
  return parseJson(text, (what, cause) => dataError(file, `is no model.json: it ${what}`, { cause }));
}

/** Checks a manifest that was read elsewhere. @throws StriateError `data` that says what is wrong in it, and where */
export function parseTfjsManifest(manifest: unknown, file: string): TfjsManifest {
  const parsed = MANIFEST.safeParse(manifest);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw dataError(file, `has a damaged weightsManifest: ${nameText(issue?.path.join(".") ?? "")}: ${issue?.message}`);
}

/** Gives the bytes of a shard, or more than `most` of them where it has more. */
export type ReadShard = (path: string, most: number) => Promise<Uint8Array>;

/**
 * Reads the weights of a TensorFlow.js model by name. Quantized ones (uint8 and uint16 with a scale and a minimum,
 * float16) become the numbers that they stand for.
 *
 * Weights are views of the shard's memory where the type and the alignment allow it.
 *
 * @param readShard gives the bytes of one of the files in `paths`, each once: relative paths, none of which leads out of
 * the folder of the model.json. More than `most` bytes are more than the weights need, and need not be read
 * @param file what to call the model in messages: the path of its model.json
 * @throws StriateError `data` that names the weight or the shard
 */
export async function readTfjsWeights(
  manifest: TfjsManifest,
  readShard: ReadShard,
  file: string,
): Promise<Map<string, Tensor>> {
  const seen = new Set<string>();
  for (const { paths } of manifest) {
    for (const path of paths) {
      checkPath(path, file);
      if (seen.has(path)) throw dataError(file, `names the shard ${quoted(path)} twice`);
      seen.add(path);
    }
  }
  const weights = new Map<string, Tensor>();
  for (const { paths, weights: specs } of manifest) {
    const sized = specs.map((spec) => ({ spec, ...encoding(spec, weightName(spec, file)) }));
    const total = sized.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const bytes = await readGroup(paths, total, readShard, file);
    let place = 0;
    for (const { spec, byteLength, ...how } of sized) {
      if (weights.has(spec.name)) throw dataError(weightName(spec, file), "is there twice");
      weights.set(spec.name, decode(spec, how, bytes.subarray(place, place + byteLength), weightName(spec, file)));
      place += byteLength;
    }
  }
  return weights;
}

function weightName({ name }: TfjsWeight, file: string): string {
  return `${file}: weight ${quoted(name)}`;
}

/** A shard's path is given to whoever reads files or fetches them: it must stay below the model.json. */
function checkPath(path: string, file: string): void {
  const parts = path.split("/");
  const outside = parts.some((part) => part === "" || part === "." || part === "..");
  // A backslash is a separator on Windows, a colon ends a drive or the scheme of a URL.
  if (outside || /[\\:?#%]/.test(path) || [...path].some((character) => character < " ")) {
    throw dataError(file, `names the shard ${quoted(path)}, which is no plain path below its folder`);
  }
}

/** All shards of a group as one stretch of memory, without a copy where there is one shard. */
async function readGroup(
  paths: readonly string[],
  total: number,
  readShard: ReadShard,
  file: string,
): Promise<Uint8Array> {
  const [only = ""] = paths;
  const shards: Uint8Array[] = [];
  let found = 0;
  for (const path of paths) {
    const shard = await readShard(path, total - found);
    found += shard.length;
    if (found > total) break;
    shards.push(shard);
  }
  if (found !== total) {
    const which = paths.length === 1 ? quoted(only) : `the ${paths.length} shards from ${quoted(only)} on`;
    const what = found > total ? `has more than the ${total} bytes` : `has ${found} of the ${total} bytes`;
    throw dataError(file, `${which} ${what} that the manifest tells of. Fetch the shards again`);
  }
  const [single] = shards;
  if (shards.length === 1 && single) return single;
  const bytes = new Uint8Array(total);
  let place = 0;
  for (const shard of shards) {
    bytes.set(shard, place);
    place += shard.length;
  }
  return bytes;
}

const DTYPES: ReadonlyMap<string, DType> = new Map([
  ["float32", "float32"],
  ["float16", "float32"],
  ["int32", "int32"],
  ["uint8", "uint8"],
  ["bool", "bool"],
]);

interface Encoding {
  readonly dtype: DType;
  /** How the bytes are to be read, before the scale. */
  readonly format: ElementFormat;
}

const WIDTHS = { float32: 4, int32: 4, uint16: 2, float16: 2, uint8: 1, bool: 1 } as const;

function encoding(spec: TfjsWeight, where: string): Encoding & { readonly byteLength: number } {
  const dtype = DTYPES.get(spec.dtype);
  if (!dtype) {
    const known = [...DTYPES.keys()].join(", ");
    throw dataError(where, `has type ${quoted(spec.dtype)}; ${known} can be read`);
  }
  const quantized = spec.quantization?.dtype;
  if (quantized && dtype !== "float32" && !(dtype === "int32" && quantized !== "float16")) {
    throw dataError(where, `is ${spec.dtype} quantized to ${quantized}, which TensorFlow.js does not know either`);
  }
  const format = (quantized ?? spec.dtype) as keyof typeof WIDTHS;
  const byteLength = spec.shape.reduce((product, size) => product * size, WIDTHS[format]);
  if (!Number.isSafeInteger(byteLength))
    throw dataError(where, `has a shape, ${shapeText(spec.shape)}, that is too large`);
  return { dtype, format, byteLength };
}

function decode(spec: TfjsWeight, { dtype, format }: Encoding, bytes: Uint8Array, where: string): Tensor {
  const { shape, quantization } = spec;
  return tensor<DType>(dtype, shape, elements());

  function elements(): ElementArray {
    if (!quantization || quantization.dtype === "float16") return decodeElements(bytes, format, where);
    const { scale, min } = quantization;
    if (scale === undefined || min === undefined) throw dataError(where, "is quantized, but has no scale or no min");
    const steps = decodeElements(bytes, format, where);
    if (steps instanceof BigInt64Array) throw internalError(`${format} decodes to int64`);
    return dtype === "int32" ? rounded(steps, scale, min) : scaled(steps, scale, min);
  }
}

/** step * scale + min in float64, rounded once to float32: TensorFlow.js's numbers to the last bit. */
function scaled(steps: ArrayLike<number>, scale: number, min: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(steps.length);
  for (let i = 0; i < steps.length; i++) result[i] = (steps[i] as number) * scale + min;
  return result;
}

function rounded(steps: ArrayLike<number>, scale: number, min: number): Int32Array<ArrayBuffer> {
  const result = new Int32Array(steps.length);
  for (let i = 0; i < steps.length; i++) result[i] = Math.round((steps[i] as number) * scale + min);
  return result;
}
