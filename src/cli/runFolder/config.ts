import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { stepOf } from "../../data/index.ts";
import { asError, StriateError } from "../../errors.ts";
import { writeFileAtomic } from "../../formats/index.ts";
import { trainFlags } from "../commands/train/flags.ts";
import { transferFlags } from "../commands/transfer/flags.ts";
import { stepsSchema } from "../data/augmentation.ts";
import { checkStepOptions } from "../data/augmentationSchema.ts";
import { recordSchema } from "../flags/record.ts";

const positive = z.int().positive();

const common = {
  format: z.literal(1),
  /** Of a picture: [height, width, channels]. */
  inputShape: z.array(positive),
  classNames: z.array(z.string()),
  /** What happens to every picture before it is learned from. */
  steps: stepsSchema.exactOptional(),
};

const trainingSchema = z.strictObject({
  ...common,
  kind: z.literal("training").exactOptional(),
  options: recordSchema(trainFlags),
});

const transferSchema = z.strictObject({
  ...common,
  kind: z.literal("transfer"),
  options: recordSchema(transferFlags),
  /** The copy of the backbone's file in the folder of the run; none of a net of the zoo. */
  backboneFile: z.string().exactOptional(),
  /** What was decided before the training: by it the net is built again. */
  decided: z.strictObject({ strategy: z.string(), stage: z.string() }).exactOptional(),
});

/** What a run that trains a net was started with: all that it takes to build its model again, and to go on with it. */
export type TrainingConfig = z.infer<typeof trainingSchema>;

/** The same of a run that makes a classifier of a backbone. */
export type TransferConfig = z.infer<typeof transferSchema>;

export type RunConfig = TrainingConfig | TransferConfig;

/** By what it says of itself, so that an error is about the kind that it is. */
function parsed(json: unknown): RunConfig {
  const isTransfer = typeof json === "object" && json !== null && "kind" in json && json.kind === "transfer";
  return isTransfer ? transferSchema.parse(json) : trainingSchema.parse(json);
}

export const CONFIG_FILE = "config.json";

export async function writeConfig(folder: string, config: RunConfig): Promise<void> {
  // In the order of the schema, so that a run that goes on leaves the file as it is.
  const json = `${JSON.stringify(parsed(config), null, 2)}\n`;
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
    const config = parsed(JSON.parse(text));
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
