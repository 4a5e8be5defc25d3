import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { stepOf } from "../../data/index.ts";
import { MOST_THREADS } from "../../engine/limits.ts";
import { asError, StriateError } from "../../errors.ts";
import { writeFileAtomic } from "../../formats/index.ts";
import type { ActivationName } from "../../layers/index.ts";
import type { OptimizerName } from "../../training/index.ts";
import { stepsSchema } from "../data/augmentation.ts";
import { checkStepOptions } from "../data/augmentationSchema.ts";

const count = z.int().nonnegative();
const positive = z.int().positive();

/** The options of a run, with their defaults filled in; those that have no use in it are left out. */
const optionsSchema = z.strictObject({
  model: z.string(),
  kernelSize: z.union([z.tuple([positive]), z.tuple([positive, positive])]).exactOptional(),
  filters: z.tuple([positive, positive]).exactOptional(),
  activation: z.custom<ActivationName>((value) => typeof value === "string").exactOptional(),
  /** `fashion-mnist`, or the path of a folder. */
  data: z.string(),
  /** Height and width that pictures in folders get. */
  imageSize: z.union([z.tuple([positive]), z.tuple([positive, positive])]).exactOptional(),
  /** As it was given; what it means is in `steps`. */
  augment: z.string().exactOptional(),
  /** What is done about a picture that cannot be read; default `skip`. */
  onError: z.enum(["skip", "fail"]).exactOptional(),
  /** Pixels above which a picture counts as unreadable. */
  maxPixels: positive.exactOptional(),
  classes: positive,
  /** 0 where the data has a folder for it. */
  validationSplit: z.number(),
  /** The same for the test; runs of before 0.2 have none, and kept no test pictures of folders without a part for them. */
  testSplit: z.number().exactOptional(),
  epochs: positive,
  batchSize: positive,
  optimizer: z.custom<OptimizerName>((value) => typeof value === "string"),
  momentum: z.number().exactOptional(),
  nesterov: z.boolean().exactOptional(),
  learningRate: z.number(),
  schedule: z.enum(["constant", "step", "exponential", "cosine"]),
  decaySteps: positive.exactOptional(),
  decayRate: z.number().exactOptional(),
  warmupSteps: count,
  earlyStopping: positive.exactOptional(),
  reduceOnPlateau: positive.exactOptional(),
  checkpointEvery: positive.exactOptional(),
  /** The most that the momentum of batch normalizations is; default: each its own. */
  batchNormMomentum: z.number().exactOptional(),
  seed: count,
  engine: z.string(),
  threads: positive.max(MOST_THREADS),
});

const configSchema = z.strictObject({
  format: z.literal(1),
  options: optionsSchema,
  /** Of a picture: [height, width, channels]. */
  inputShape: z.array(positive),
  classNames: z.array(z.string()),
  /** What happens to every picture before it is learned from. */
  steps: stepsSchema.exactOptional(),
});

export type TrainOptions = z.infer<typeof optionsSchema>;

/** What a run was started with: all that it takes to build its model again, and to go on with it. */
export type RunConfig = z.infer<typeof configSchema>;

export const CONFIG_FILE = "config.json";

export async function writeConfig(folder: string, config: RunConfig): Promise<void> {
  // In the order of the schema, so that a run that goes on leaves the file as it is.
  const json = `${JSON.stringify(configSchema.parse(config), null, 2)}\n`;
  await writeFileAtomic(join(folder, CONFIG_FILE), new TextEncoder().encode(json));
}

/**
 * The configuration of the run in a folder; undefined when there is no run.
 * @throws StriateError `data` when the file is not what `writeConfig` writes, `io` when it cannot be read
 */
export async function readConfig(folder: string): Promise<RunConfig | undefined> {
  const path = join(folder, CONFIG_FILE);
  const text = await readText(path);
  if (text === undefined) return undefined;
  try {
    const config = configSchema.parse(JSON.parse(text));
    for (const step of config.steps ?? []) {
      checkStepOptions(step);
      stepOf(step);
    }
    return config;
  } catch (thrown) {
    const reason = thrown instanceof z.ZodError ? problems(thrown) : asError(thrown).message;
    const message = `${path} is not what a run of Striate is started with: ${reason}. Train in another folder`;
    throw new StriateError("data", message, { cause: thrown });
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    const error: NodeJS.ErrnoException = asError(thrown);
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw new StriateError("io", `${path}: cannot be read (${error.message})`, { cause: thrown });
  }
}

function problems({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`).join("; ");
}
