import { didYouMean, finiteNumber, listed, type OptionNames, quoted, valueText } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { Model } from "../model/index.ts";
import { at, type Shape } from "../tensor/index.ts";
import { type ClassWeight, classWeightList } from "./classWeight.ts";
import { type LossName, lossNamed } from "./losses.ts";
import { type Metric, type MetricName, metricOf } from "./metrics.ts";

/** What a model should become good at. */
export interface Objective {
  /**
   * One for every output, or one for each by its name (`model.outputNames`); an output without one is not trained.
   * Default `sparseCategoricalCrossentropy`.
   *
   * A cross-entropy of a softmax or sigmoid that the model ends in is computed from its logits, exactly, with gradients where
   * Keras's are 0. Keras computes it from the probabilities and keeps them between 1e-7 and 1 - 1e-7, so no loss of an example
   * is more than 16.1; ours is that only where the probabilities come from something else.
   */
  readonly loss?: LossName | Readonly<Record<string, LossName>>;
  /**
   * Whether the predictions are logits, which no softmax or sigmoid has made probabilities of: Keras's from_logits. For all
   * outputs, or for each by its name. Default false.
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

export const OBJECTIVE_OPTIONS: OptionNames<Objective> = {
  loss: true,
  fromLogits: true,
  lossWeights: true,
  classWeight: true,
  metrics: true,
};

/** What one output should become good at, and what graphs and logs call it. */
export interface Goal {
  /** Which of the model's outputs. */
  readonly index: number;
  readonly output: string;
  readonly shape: Shape;
  readonly loss: LossName;
  readonly fromLogits: boolean;
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
 * The goals of a model, one for each output that has a loss.
 * @throws StriateError `usage` for an unknown loss, or a name that is none of the outputs.
 */
export function goalsOf(model: Model, objective: Objective | LossName): readonly Goal[] {
  const given = asObjective(objective);
  const { loss = "sparseCategoricalCrossentropy", fromLogits = false, lossWeights = {}, metrics, classWeight } = given;
  const losses = typeof loss === "string" ? undefined : loss;
  const byOutput = typeof metrics === "object" && metrics !== null && !isList(metrics) ? metrics : undefined;
  const logits = typeof fromLogits === "boolean" ? undefined : fromLogits;
  checkNames(model, { loss: losses, fromLogits: logits, lossWeights, metrics: byOutput });
  const single = model.outputs.length === 1;
  const goals = model.outputNames.flatMap((output, index): Goal[] => {
    const own = typeof loss === "string" ? loss : losses?.[output];
    if (own === undefined) return [];
    const { shape } = at(model.outputs, index);
    const isLogits = typeof fromLogits === "boolean" ? fromLogits : (fromLogits[output] ?? false);
    const measured = byOutput ? (byOutput[output] ?? []) : (metrics ?? usualMetrics(own));
    const end = single ? "" : `/${output}`;
    return [
      {
        index,
        output,
        shape,
        loss: own,
        fromLogits: isLogits,
        weight: finiteNumber("lossWeights", output, lossWeights[output] ?? 1),
        classWeight: classWeight && classWeightList(classWeight, own, shape),
        // A logit above 0 is a probability above a half.
        metrics: listOf(measured).map((metric) => metricOf(metric, isLogits ? 0 : 0.5)),
        target: `target${end}`,
        predictions: `predictions${end}`,
        losses: `losses${end}`,
        prefix: single ? "" : `${output}_`,
      },
    ];
  });
  if (goals.length > 0) return goals;
  throw new StriateError(
    "usage",
    `model ${model.name}: no output has a loss; give one for ${model.outputNames.join(", ")}`,
  );
}

/** What makes two objectives train differently, as text. */
export function objectiveText(goals: readonly Goal[]): string {
  const [first] = goals;
  const weighted = first?.classWeight ? ` with class weights ${first.classWeight.join(", ")}` : "";
  const textOf = ({ loss, fromLogits }: Goal) => `${loss}${fromLogits ? " of logits" : ""}`;
  if (first && goals.length === 1 && first.prefix === "" && first.weight === 1) return `${textOf(first)}${weighted}`;
  return goals.map((goal) => `${goal.output}: ${goal.weight} ${textOf(goal)}`).join(", ") + weighted;
}

/** What is measured where nobody says what: a loss of numbers has no right and wrong. */
function usualMetrics(loss: LossName): Metrics {
  return lossNamed(loss).activation === undefined ? [] : ["accuracy"];
}

function listOf(metrics: unknown): Metrics {
  if (Array.isArray(metrics)) return metrics;
  throw new StriateError("usage", `metrics is a list, such as ["accuracy"]; received ${valueText(metrics)}`);
}

function asObjective(objective: Objective | LossName): Objective {
  return typeof objective === "string" ? { loss: objective } : objective;
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

function isList<T>(value: readonly T[] | Readonly<Record<string, readonly T[]>>): value is readonly T[] {
  return Array.isArray(value);
}
