import { didYouMean, finiteNumber, listed, type OptionNames, quoted, valueText } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { Model } from "../model/index.ts";
import { at, type Shape } from "../tensor/index.ts";
import {
  type ClassWeight,
  classWeightList,
  isLoss,
  type Loss,
  type LossName,
  lossOf,
  lossText,
} from "./losses/index.ts";
import { type Metric, type MetricName, metricOf } from "./metrics.ts";

/** What a model should become good at. */
export interface ObjectiveOptions {
  /**
   * A loss or its name, for every output, or for each by its name (`model.outputNames`); an output without one is not
   * trained. Default `sparseCategoricalCrossentropy`.
   *
   * A cross-entropy of a softmax or sigmoid that the model ends in is computed from its logits, exactly, with gradients where
   * Keras's are 0. Keras computes it from the probabilities and keeps them between 1e-7 and 1 - 1e-7, so no loss of an example
   * is more than 16.1; ours is that only where the probabilities come from something else.
   */
  readonly loss?: Loss | LossName | Readonly<Record<string, Loss | LossName>>;
  /**
   * Whether the predictions are logits, which no softmax or sigmoid has made probabilities of: Keras's from_logits, for losses
   * that are given by name. For all outputs, or for each by its name. Default false.
   */
  readonly fromLogits?: boolean | Readonly<Record<string, boolean>>;
  /** What each output's loss counts in the sum that is trained. Default 1. */
  readonly lossWeights?: Readonly<Record<string, number>>;
  /**
   * What an example of each class counts in training, as Keras's class_weight: a list of one number a class, or an object such
   * as { 0: 1, 1: 3 }; for labels, one-hot rows, and a single yes or no. `classWeights` of striate/data makes rare classes
   * count as much as common ones. Default: 1 each.
   */
  readonly classWeight?: ClassWeight;
  /** Metrics or their names, for every output, or for each by its name. Default: accuracy for classes, none for numbers. */
  readonly metrics?: Metrics | Readonly<Record<string, Metrics>>;
}

type Metrics = readonly (Metric | MetricName)[];

export const OBJECTIVE_OPTIONS: OptionNames<ObjectiveOptions> = {
  loss: true,
  fromLogits: true,
  lossWeights: true,
  classWeight: true,
  metrics: true,
};

/** What one output should become good at, and what graphs and logs call it. */
export interface Objective {
  /** Which of the model's outputs. */
  readonly index: number;
  readonly output: string;
  readonly shape: Shape;
  readonly loss: Loss;
  readonly weight: number;
  /** By class, where classes count differently. */
  readonly classWeight: readonly number[] | undefined;
  readonly metrics: readonly Metric[];
  /** The input of a graph with the targets, and its outputs with the predictions and the losses. */
  readonly target: string;
  readonly predictions: string;
  readonly losses: string;
  /** Before a metric's name in logs: nothing when there is one output. */
  readonly prefix: string;
}

/**
 * The objectives of a model, one for each output that has a loss.
 * @throws StriateError `usage` for an unknown loss, or a name that is none of the outputs.
 */
export function objectivesOf(model: Model, given: ObjectiveOptions | LossName): readonly Objective[] {
  const options: ObjectiveOptions = typeof given === "string" ? { loss: given } : given;
  const {
    loss = "sparseCategoricalCrossentropy",
    fromLogits = false,
    lossWeights = {},
    metrics,
    classWeight,
  } = options;
  const losses = byOutput(loss, (each) => typeof each !== "object" || isLoss(each));
  const logits = byOutput(fromLogits, (each) => typeof each === "boolean");
  const measured = byOutput(metrics, (each) => typeof each !== "object" || each === null || Array.isArray(each));
  checkNames(model, { loss: losses.named, fromLogits: logits.named, lossWeights, metrics: measured.named });
  const single = model.outputs.length === 1;
  const objectives = model.outputNames.flatMap((output, index): Objective[] => {
    const lossGiven = losses.of(output);
    if (lossGiven === undefined) return [];
    const objectiveLoss = lossOf(lossGiven, logits.of(output) ?? false);
    const { shape } = at(model.outputs, index);
    const usual = measured.named ? [] : usualMetrics(objectiveLoss);
    const end = single ? "" : `/${output}`;
    return [
      {
        index,
        output,
        shape,
        loss: objectiveLoss,
        weight: finiteNumber("lossWeights", output, lossWeights[output] ?? 1),
        classWeight: classWeight && classWeightList(classWeight, objectiveLoss, shape),
        metrics: listOf(measured.of(output) ?? usual).map((metric) => metricOf(metric, objectiveLoss.threshold)),
        target: `target${end}`,
        predictions: `predictions${end}`,
        losses: `losses${end}`,
        prefix: single ? "" : `${output}_`,
      },
    ];
  });
  if (objectives.length > 0) return objectives;
  throw new StriateError(
    "usage",
    `model ${model.name}: no output has a loss; give one for ${model.outputNames.join(", ")}`,
  );
}

/** What makes two objectives train differently, as text. */
export function objectiveText(objectives: readonly Objective[]): string {
  const [first] = objectives;
  const weighted = first?.classWeight ? ` with class weights ${first.classWeight.join(", ")}` : "";
  if (first && objectives.length === 1 && first.prefix === "" && first.weight === 1) {
    return `${lossText(first.loss)}${weighted}`;
  }
  return objectives.map(({ output, weight, loss }) => `${output}: ${weight} ${lossText(loss)}`).join(", ") + weighted;
}

/** An option that is given for all outputs alike, or for each by its name. */
interface ByOutput<T> {
  /** Where it is given by name. */
  readonly named: Readonly<Record<string, T>> | undefined;
  of(output: string): T | undefined;
}

function byOutput<T>(
  given: T | Readonly<Record<string, T>> | undefined,
  isOne: (given: unknown) => boolean,
): ByOutput<T> {
  if (isOne(given)) return { named: undefined, of: () => given as T | undefined };
  const named = given as Readonly<Record<string, T>>;
  return { named, of: (output) => named?.[output] };
}

/** What is measured where nobody says what: a loss of numbers has no right and wrong. */
function usualMetrics({ metric }: Loss): Metrics {
  return metric === undefined ? [] : [metric];
}

function listOf(metrics: unknown): Metrics {
  if (Array.isArray(metrics)) return metrics;
  throw new StriateError("usage", `metrics is a list, such as ["accuracy"]; received ${valueText(metrics)}`);
}

function checkNames(model: Model, named: Readonly<Record<string, object | undefined>>): void {
  for (const [option, record] of Object.entries(named)) {
    if (record !== undefined && (typeof record !== "object" || record === null)) {
      throw new StriateError("usage", `${option} is of no kind that there is: received ${valueText(record)}`);
    }
    const unknown = Object.keys(record ?? {}).find((name) => !model.outputNames.includes(name));
    if (unknown === undefined) continue;
    const hint = didYouMean(unknown, model.outputNames);
    const outputs = listed(model.outputNames);
    throw new StriateError(
      "usage",
      `model ${model.name} has no output ${quoted(unknown)}${hint}; its outputs are ${outputs}`,
    );
  }
}
