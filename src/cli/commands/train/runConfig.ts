import { availableParallelism } from "node:os";
import type { StepDescription } from "../../../data/index.ts";
import { chooseEngine } from "../../../engine/index.ts";
import { StriateError } from "../../../errors.ts";
import { type OptimizerName, optimizerNamed } from "../../../training/index.ts";
import type { LabelledData } from "../../data/labelledData.ts";
import type { Given, Values } from "../../flags/flag.ts";
import { continuedRecord, newRecord } from "../../flags/record.ts";
import type { TrainingConfig } from "../../runFolder/config.ts";
import { type TrainFlags, trainFlags } from "./flags.ts";

/** The configuration of a new run on some data from `source`, with what happens to each picture. */
export async function newConfig(
  flags: Values<TrainFlags>,
  source: string,
  data: LabelledData,
  steps: readonly StepDescription[],
): Promise<TrainingConfig> {
  const { classes, classNames, ownParts, train } = data;
  const options = newRecord(trainFlags, flags, {
    model: flags.model ?? "lenet",
    data: source,
    classes,
    ...(ownParts.includes("validation") && { validationSplit: 0 }),
    ...(ownParts.includes("test") && { testSplit: 0 }),
    learningRate: flags.learningRate ?? defaultRate(flags.optimizer),
    engine: flags.engine ?? (await chooseEngine()),
    threads: flags.threads ?? availableParallelism(),
  });
  const augmentation = steps.length > 0 ? { steps: steps.map((step) => ({ ...step })) } : {};
  return { format: 1, options, inputShape: [...train.inputShape], classNames: [...classNames], ...augmentation };
}

function defaultRate(optimizer: OptimizerName): number {
  const { learningRate } = optimizerNamed(optimizer)();
  return typeof learningRate === "number" ? learningRate : learningRate.rateAt(0);
}

/**
 * The configuration with which the run in a folder goes on: the one that it was started with, except for what may grow.
 * @throws StriateError `usage` that names every option that was given and differs
 */
export function continuedConfig(given: Given<TrainFlags>, config: TrainingConfig, folder: string): TrainingConfig {
  const { options, differences } = continuedRecord(trainFlags, config.options, given);
  if (differences.length === 0) return { ...config, options };
  const advice = "leave these options out, or start another run with --out";
  throw new StriateError("usage", `${folder} was started with other options: ${differences.join("; ")}; ${advice}`);
}
