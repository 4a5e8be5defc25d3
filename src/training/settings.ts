import { checkOptions, finiteNumber, type OptionNames, valueText, wholeNumber } from "../checks/index.ts";
import { type Dataset, split, weighted } from "../data/index.ts";
import { StriateError } from "../errors.ts";
import type { Model } from "../model/index.ts";
import type { Callback } from "./callbacks/index.ts";
import type { Verbose } from "./callbacks/terminal.ts";
import { checkFits } from "./feeding.ts";
import type { FitOptions } from "./fit.ts";
import { type FrozenCacheSettings, frozenCacheOptions } from "./frozen/options.ts";
import { OBJECTIVE_OPTIONS, type Objective, type ObjectiveOptions, objectivesOf } from "./objective.ts";
import { adam, type Optimizer, optimizerNamed } from "./optimizers/index.ts";
import { checkRun, RUN_OPTIONS } from "./running.ts";
import type { ResumeChange } from "./setup.ts";

/** The options of a fit with their defaults. */
export interface FitSettings {
  readonly train: Dataset;
  readonly validation: Dataset | undefined;
  readonly epochs: number;
  readonly batchSize: number;
  readonly validationBatchSize: number;
  readonly optimizer: Optimizer;
  readonly objectives: readonly Objective[];
  readonly objective: ObjectiveOptions;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly callbacks: readonly Callback[];
  readonly verbose: Verbose;
  readonly signal: AbortSignal | undefined;
  readonly resume: string | undefined;
  readonly resumeChanges: readonly ResumeChange[];
  /** Nothing where the frozen part is not to be kept. */
  readonly cacheFrozen: FrozenCacheSettings | undefined;
}

const FIT_OPTIONS: OptionNames<FitOptions> = {
  ...RUN_OPTIONS,
  ...OBJECTIVE_OPTIONS,
  validation: true,
  validationSplit: true,
  validationBatchSize: true,
  sampleWeight: true,
  epochs: true,
  batchSize: true,
  optimizer: true,
  seed: true,
  shuffle: true,
  callbacks: true,
  verbose: true,
  resume: true,
  resumeChanges: true,
  cacheFrozen: true,
};

/**
 * @throws StriateError `usage` for options that cannot be meant or do not go together, `shape` and `data` where the data does
 * not fit the model
 */
export function fitSettings(model: Model, data: Dataset, options: FitOptions): FitSettings {
  checkOptions("fit", options, FIT_OPTIONS);
  checkRun("fit", options);
  const { optimizer = adam(), callbacks = [], verbose = "auto", resumeChanges = [], ...rest } = options;
  const epochs = wholeNumber("fit", "epochs", rest.epochs ?? 1, { least: 0 });
  const batchSize = wholeNumber("fit", "batchSize", rest.batchSize ?? model.batchSize ?? 32);
  const validationBatchSize = wholeNumber("fit", "validationBatchSize", rest.validationBatchSize ?? batchSize);
  const seed = wholeNumber("fit", "seed", rest.seed ?? 0, { least: 0 });
  if (!["auto", 0, 1, 2].includes(verbose)) {
    throw new StriateError("usage", `fit: verbose is "auto", 0, 1 or 2, received ${valueText(verbose)}`);
  }
  checkCallbacks(callbacks);
  const objective: ObjectiveOptions = Object.fromEntries(
    Object.entries(rest).filter(([name, value]) => Object.hasOwn(OBJECTIVE_OPTIONS, name) && value !== undefined),
  );
  const objectives = objectivesOf(model, objective);
  const { train, validation } = partsOf(data, rest, seed);
  checkFits(model, train, objectives);
  if (validation) checkFits(model, validation, objectives);
  return {
    train,
    validation,
    epochs,
    batchSize: Math.min(batchSize, train.length),
    validationBatchSize,
    optimizer: typeof optimizer === "string" ? optimizerNamed(optimizer)() : optimizer,
    objectives,
    objective,
    seed,
    shuffle: rest.shuffle ?? true,
    callbacks,
    verbose,
    signal: rest.signal,
    resume: rest.resume,
    resumeChanges,
    cacheFrozen: frozenCacheOptions("fit: cacheFrozen", rest.cacheFrozen),
  };
}

type PartOptions = Pick<FitOptions, "validation" | "validationSplit" | "sampleWeight">;

/** @throws StriateError `usage` for two validations, `data` for sample weights that are not one for each example */
function partsOf(data: Dataset, options: PartOptions, seed: number): Pick<FitSettings, "train" | "validation"> {
  const { validation, validationSplit, sampleWeight } = options;
  const whole = sampleWeight === undefined ? data : weighted(data, sampleWeight);
  if (validationSplit === undefined) return { train: whole, validation };
  finiteNumber("fit", "validationSplit", validationSplit, { above: 0, below: 1 });
  if (validation) {
    throw new StriateError(
      "usage",
      "fit: validation and validationSplit are two ways to say what to validate on; give one of them",
    );
  }
  return split(whole, validationSplit, { seed });
}

function checkCallbacks(callbacks: readonly Callback[]): void {
  const wrong = Array.isArray(callbacks)
    ? callbacks.find((callback) => typeof callback !== "object" || typeof callback?.name !== "string")
    : callbacks;
  if (Array.isArray(callbacks) && !callbacks.some((callback) => callback === wrong)) return;
  const called = typeof wrong === "function" ? "; call it: earlyStopping()" : "";
  throw new StriateError(
    "usage",
    `fit: callbacks is a list of objects with a name and hooks; received ${valueText(wrong)}${called}`,
  );
}
