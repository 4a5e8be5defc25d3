import * as z from "zod";
import { itemized, parseJson } from "../checks/index.ts";
import { asError, StriateError } from "../errors.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { readRegular } from "../files/regularFile.ts";
import { decodeSafetensors, streamSafetensors, type TensorType } from "../formats/safetensors/safetensors.ts";
import type { Model } from "../model/index.ts";
import { copyTensor, sameShape, shapeText, type Tensor } from "../tensor/index.ts";
import type { EpochLog } from "./callbacks/index.ts";

const count = z.int().nonnegative();
/** NaN and infinities have no JSON; they are written as null. */
const real = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

/** An epoch's log. A record keeps its keys in their order, where an object would put those that it names first. */
const epochSchema = z
  .record(z.string(), real)
  .refine((log) => ["epoch", "loss", "learningRate"].every((key) => key in log))
  .transform((log) => log as EpochLog);

/** The part of a checkpoint that is not tensors: where the run stands, and what it was started with. */
const progressSchema = z.object({
  format: z.literal(1),
  model: z.string(),
  /** What must be the same when the run goes on. */
  setup: z.object({
    seed: count,
    batchSize: count.positive(),
    examples: count.positive(),
    shuffle: z.boolean(),
    loss: z.string(),
    optimizer: z.string(),
    learningRate: z.string().optional(),
    metrics: z.array(z.string()).optional(),
    /** Keys of weights that training does not change. */
    frozen: z.array(z.string()).optional(),
    /** Examples of the validation. */
    validation: count.optional(),
  }),
  /** Finished epochs, and finished steps of the current one and of all. */
  epoch: count,
  batch: count,
  step: count,
  /** Sums over the examples of the current epoch. */
  sums: z.object({ examples: count, loss: real, metrics: z.record(z.string(), real) }),
  rateFactor: z.number(),
  history: z.array(epochSchema),
  /** Pictures that could not be read. */
  problems: z.array(z.object({ path: z.string(), reason: z.string() })).default([]),
  callbacks: z.record(z.string(), z.unknown()),
});

export type Progress = z.infer<typeof progressSchema>;

/** A checkpoint: everything that the next step depends on. */
export interface Checkpoint {
  readonly progress: Progress;
  /** The model's weights in Keras's shapes under their keys, the optimizer's states, and the tensors of callbacks. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

const METADATA_KEY = "striate";

/**
 * Writes a checkpoint as one safetensors file, atomically: at any moment there is the old one or the new one.
 * @param types of all its tensors, which are read when their turn comes
 */
export async function writeCheckpoint(
  path: string,
  progress: Progress,
  types: ReadonlyMap<string, TensorType>,
  read: (names: readonly string[]) => Promise<ReadonlyMap<string, Tensor>>,
): Promise<void> {
  await writeFileAtomic(path, streamSafetensors(types, read, { [METADATA_KEY]: JSON.stringify(progress) }));
}

/**
 * Reads a checkpoint and checks that it is whole and belongs to the model.
 * @throws StriateError `checkpoint` when it is damaged, of another kind or of another model; `io` when it cannot be read.
 */
export async function readCheckpoint(path: string, model: Model): Promise<Checkpoint> {
  const { tensors, metadata } = decodeSafetensors(await readBytes(path), path);
  const text = metadata[METADATA_KEY];
  if (text === undefined) {
    throw new StriateError(
      "checkpoint",
      `${path} is a safetensors file, but not a checkpoint of Striate: it has no progress in its metadata`,
    );
  }
  const progress = parseProgress(path, text);
  checkModel(path, model, progress, tensors);
  // Tensors of a file share its buffer; what goes to a worker must stand alone.
  return { progress, tensors: new Map([...tensors].map(([name, tensor]) => [name, copyTensor(tensor)])) };
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readRegular(path);
  } catch (error) {
    throw new StriateError("io", `cannot read checkpoint ${path}: ${asError(error).message}`, { cause: error });
  }
}

function parseProgress(path: string, text: string): Progress {
  try {
    return progressSchema.parse(parseJson(text, (what) => new Error(`it ${what}`)));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : asError(error).message;
    throw new StriateError("checkpoint", `${path}: its progress is not what Striate writes: ${reason}`, {
      cause: error,
    });
  }
}

function checkModel(path: string, model: Model, progress: Progress, tensors: ReadonlyMap<string, Tensor>): void {
  const misfits = model.weightSpecs.flatMap(({ key, spec }) => {
    const found = tensors.get(key);
    if (!found) return [`${key} is missing`];
    if (found.dtype === "float32" && sameShape(found.shape, spec.shape)) return [];
    return [`${key} is ${found.dtype}${shapeText(found.shape)} there and float32${shapeText(spec.shape)} here`];
  });
  if (misfits.length === 0) return;
  throw new StriateError(
    "checkpoint",
    `checkpoint ${path} is of model ${progress.model} and does not fit model ${model.name}:${itemized(misfits)}`,
  );
}
