import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { asError, StriateError } from "../../errors.ts";
import { decodeSafetensors, encodeSafetensors, writeFileAtomic } from "../../formats/index.ts";
import type { Tensor } from "../../tensor/index.ts";

/** One picture as a model's file takes it, and what the model says of it. */
export interface Sample {
  readonly name: string;
  /** [1, ...one input]. */
  readonly input: Tensor;
  readonly output: Tensor<"float32">;
}

/** What a file of samples holds. */
export interface Samples {
  readonly samples: readonly Sample[];
  /** By how much an output may differ from the expected one. */
  readonly tolerance: number;
  /** The SHA-256 of the model's file, in hexadecimal digits. */
  readonly sha256: string;
}

const KEY = "striate.samples";

const schema = z.strictObject({
  format: z.literal(1),
  sha256: z.string(),
  tolerance: z.number().positive(),
  names: z.array(z.string()).min(1),
});

/** Where the samples of a model's file are. */
export function samplesPathOf(modelPath: string): string {
  return `${modelPath.replace(/\.onnx$/i, "")}.samples.safetensors`;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Writes samples: tensors `input/N` and `output/N`, and all else as JSON in the metadata. */
export async function writeSamples(path: string, { samples, tolerance, sha256 }: Samples): Promise<void> {
  const tensors = samples.flatMap(({ input, output }, i): [string, Tensor][] => [
    [`input/${i}`, input],
    [`output/${i}`, output],
  ]);
  const text = JSON.stringify({ format: 1, sha256, tolerance, names: samples.map(({ name }) => name) });
  await writeFileAtomic(path, Buffer.concat(encodeSafetensors(new Map(tensors), { [KEY]: text })));
}

/**
 * Reads samples.
 * @throws StriateError `io` where there are none, `data` for a file that `writeSamples` did not write
 */
export async function readSamples(path: string, modelPath: string): Promise<Samples> {
  const { tensors, metadata } = decodeSafetensors(await bytesOf(path, modelPath), path);
  const text = metadata[KEY];
  if (text === undefined) throw notSamples(path, `its metadata has no ${KEY}`);
  const { names, tolerance, sha256 } = parsed(text, path);
  const samples = names.map((name, i): Sample => {
    const [input, output] = [tensors.get(`input/${i}`), tensors.get(`output/${i}`)];
    if (!input || output?.dtype !== "float32") throw notSamples(path, `sample ${i} is not in it`);
    return { name, input, output: output as Tensor<"float32"> };
  });
  return { samples, tolerance, sha256 };
}

async function bytesOf(path: string, modelPath: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (thrown) {
    const error: NodeJS.ErrnoException = asError(thrown);
    const reason = error.code === "ENOENT" ? "are not there" : `cannot be read (${error.message})`;
    throw new StriateError(
      "io",
      `${path}: the samples of ${modelPath} ${reason}. striate export writes them beside its file; if they are elsewhere, ` +
        "name them by --samples",
      { cause: thrown },
    );
  }
}

function parsed(text: string, path: string): z.infer<typeof schema> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (thrown) {
    throw notSamples(path, thrown instanceof z.ZodError ? z.prettifyError(thrown) : asError(thrown).message);
  }
}

function notSamples(path: string, reason: string): StriateError {
  return new StriateError("data", `${path} is no file of samples as striate export writes it: ${reason}`);
}
