import { availableParallelism } from "node:os";
import { StriateError } from "../../../errors.ts";
import { type OptimizerName, optimizerNamed } from "../../../training/index.ts";
import { optionName, type Values } from "../../command.ts";
import { type DataOptions, dataSource, type LabelledData } from "../../data/labelledData.ts";
import { defined } from "../../defined.ts";
import type { RunConfig, TrainOptions } from "../../runs/config.ts";
import type { TrainFlags } from "./flags.ts";

type Given = Values<TrainFlags>;

/** What is kept of data that has no part of its own for it. */
const DEFAULT_SPLIT = 0.1;

/** How data is read for a new run. */
export function dataOptions(given: Given): DataOptions {
  return {
    ...given,
    validationSplit: given.validationSplit ?? DEFAULT_SPLIT,
    testSplit: given.testSplit ?? DEFAULT_SPLIT,
  };
}

/**
 * Checks options against the data that there is.
 * @throws StriateError `usage` for a split that the data has a part of its own for, and for what needs a validation without one
 */
export function checkSplits(given: Given, { ownParts, hasPictures, validation }: LabelledData, source: string): void {
  for (const part of hasPictures ? ownParts : ownParts.filter((own) => own === "test")) {
    const option = `${part}Split` as const;
    if (given[option] === undefined) continue;
    throw new StriateError("usage", `${source} has ${part} pictures of its own; leave out ${optionName(option)}`);
  }
  for (const option of ["earlyStopping", "reduceOnPlateau"] as const) {
    if (given[option] === undefined || validation) continue;
    const why = `it watches the validation loss, and ${source} gives no pictures to validate`;
    throw new StriateError("usage", `${optionName(option)} has no use here: ${why}; give a --validation-split`);
  }
}

/** With a rate that falls to 0 the last epoch is the best one, and a run of a few epochs ends well. */
const DEFAULT_SCHEDULE = "cosine";

/**
 * Checks options that depend on each other, before anything is read.
 * @throws StriateError `usage` that says which option has no use, or which one is missing
 */
export function checkTogether(given: Given): void {
  const { optimizer = "adam", schedule = DEFAULT_SCHEDULE } = given;
  const rules: readonly (readonly [keyof Given, boolean, string])[] = [
    ["momentum", ["sgd", "rmsprop"].includes(optimizer), `optimizer ${optimizer} has none; sgd and rmsprop do`],
    ["nesterov", optimizer === "sgd", `optimizer ${optimizer} has none; sgd does`],
    ["nesterov", (given.momentum ?? 0) > 0, "it needs --momentum greater than 0"],
    ["decaySteps", schedule !== "constant", "it needs --schedule step, exponential or cosine"],
    ["decayRate", ["step", "exponential"].includes(schedule), "it needs --schedule step or exponential"],
    ["earlyStopping", given.validationSplit !== 0, "it watches the validation loss; give a --validation-split"],
    ["reduceOnPlateau", given.validationSplit !== 0, "it watches the validation loss; give a --validation-split"],
  ];
  const broken = rules.find(([option, isGood]) => given[option] !== undefined && !isGood);
  if (broken) throw new StriateError("usage", `${optionName(broken[0])} has no use here: ${broken[2]}`);
  optimizerNamed(optimizer as OptimizerName);
}

/** The options of a new run, each with its default where it was not given. */
export function resolveOptions(given: Given, { classes, ownParts }: LabelledData, engine: string): TrainOptions {
  const { validationSplit = DEFAULT_SPLIT, testSplit = DEFAULT_SPLIT } = dataOptions(given);
  const { epochs = 5, batchSize = 64, schedule = DEFAULT_SCHEDULE, warmupSteps = 0 } = given;
  const optimizer = (given.optimizer ?? "adam") as OptimizerName;
  const { model, kernelSize, filters, activation, momentum, nesterov } = given;
  const { decaySteps, decayRate, earlyStopping, reduceOnPlateau, checkpointEvery, imageSize, augment, onError } = given;
  const { maxPixels } = given;
  const { batchNormMomentum } = given;
  return {
    model: model ?? "lenet",
    data: dataSource(given.data ?? "fashion-mnist"),
    classes,
    validationSplit: ownParts.includes("validation") ? 0 : validationSplit,
    testSplit: ownParts.includes("test") ? 0 : testSplit,
    epochs,
    batchSize,
    optimizer,
    learningRate: given.learningRate ?? ownRate(optimizer),
    schedule,
    warmupSteps,
    seed: given.seed ?? 0,
    engine,
    threads: given.threads ?? availableParallelism(),
    ...(defined({
      kernelSize,
      filters,
      activation,
      momentum,
      nesterov,
      decaySteps,
      decayRate,
      earlyStopping,
      reduceOnPlateau,
      checkpointEvery,
      imageSize,
      augment,
      onError,
      maxPixels,
      batchNormMomentum,
    }) as Partial<TrainOptions>),
  };
}

function ownRate(optimizer: OptimizerName): number {
  const { learningRate } = optimizerNamed(optimizer)();
  return typeof learningRate === "number" ? learningRate : learningRate.rateAt(0);
}

/**
 * The configuration with which a run goes on: the one that it was started with, except that it may last longer.
 * @throws StriateError `usage` that names every option that was given and differs
 */
export function resumeConfig(given: Given, config: RunConfig, folder: string): RunConfig {
  const { out: _, resume: __, workers: ___, epochs = config.options.epochs, data, ...others } = given;
  const wanted: Readonly<Record<string, unknown>> = defined({ ...others, data: data && dataSource(data) });
  const started: Readonly<Record<string, unknown>> = config.options;
  const differences = Object.entries(wanted)
    .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(started[key]))
    .map(([key, value]) => `${optionName(key)} is ${textOf(value)} and was ${textOf(started[key])}`);
  if (epochs < config.options.epochs) {
    differences.push(`--epochs is ${epochs} and was ${config.options.epochs}, which can only grow`);
  }
  if (differences.length > 0) {
    const advice = "leave these options out, or start another run with --out";
    throw new StriateError("usage", `${folder} was started with other options: ${differences.join("; ")}; ${advice}`);
  }
  return { ...config, options: { ...config.options, epochs } };
}

function textOf(value: unknown): string {
  return value === undefined ? "not given" : String(value);
}
