import { checkOptions, type OptionNames, wholeNumber } from "../checks/index.ts";
import type { Dataset } from "../data/index.ts";
import type { Executable, Tensors } from "../engine/index.ts";
import { StriateError } from "../errors.ts";
import { freeze } from "../graph/index.ts";
import type { Model } from "../model/index.ts";
import { type Tensor, zeros } from "../tensor/index.ts";
import { checkFits, copyFeeds, type ReadExamples, readExamples } from "./feeding.ts";
import { OBJECTIVE_OPTIONS, type Objective, type ObjectiveOptions, objectivesOf } from "./objective.ts";
import { checkAborted, checkRun, RUN_OPTIONS, type RunOptions, withEngine } from "./running.ts";
import { evaluationGraph } from "./step/index.ts";

/** The loss, the number of examples, and every metric by its name. */
export interface Evaluation {
  readonly loss: number;
  /** Examples that were measured: all but those whose pictures could not be read. */
  readonly count: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** The options of `evaluate`. */
export interface EvaluateOptions extends RunOptions, ObjectiveOptions {
  /** Examples at a time: no gradients are kept, so it needs less memory than a step of as many. Default 32. */
  readonly batchSize?: number;
  /** Told after every batch how many examples are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

const EVALUATE_OPTIONS: OptionNames<EvaluateOptions> = {
  ...RUN_OPTIONS,
  ...OBJECTIVE_OPTIONS,
  batchSize: true,
  onProgress: true,
};

/**
 * The mean loss and the metrics of a model over a data set.
 * @throws StriateError `shape` when the data does not fit the model, `usage` for options that cannot be meant, `data` where
 * no example could be read.
 */
export async function evaluate(model: Model, data: Dataset, options: EvaluateOptions = {}): Promise<Evaluation> {
  checkOptions("evaluate", options, EVALUATE_OPTIONS);
  checkRun("evaluate", options);
  const batchSize = wholeNumber("evaluate", "batchSize", options.batchSize ?? model.batchSize ?? 32);
  const objectives = objectivesOf(model, options);
  checkFits(model, data, objectives);
  const size = Math.min(batchSize, data.length);
  return withEngine(options, async (engine) => {
    const { weighted = false } = data;
    const graph = evaluationGraph(model, options, size, { weighted });
    const executable = await engine.compile(freeze(graph, model.toStates(model.weights)));
    try {
      return await evaluateWith(executable, model, data, objectives, { ...options, batchSize: size });
    } finally {
      await executable.close();
    }
  });
}

/** Runs an executable of `evaluationGraph` over a data set, in batches of exactly `batchSize`, the last one filled up. */
export async function evaluateWith(
  executable: Executable,
  model: Model,
  data: Dataset,
  objectives: readonly Objective[],
  options: Pick<EvaluateOptions, "signal" | "onProgress"> & {
    readonly batchSize: number;
    /** How examples are read; default: from the data set. */
    readonly read?: ReadExamples;
  },
): Promise<Evaluation> {
  const { batchSize, signal, onProgress } = options;
  const read: ReadExamples = options.read ?? ((...how) => readExamples(model, data, objectives, ...how));
  const fetch = ["losses", ...measuredOutputs(objectives)];
  const metrics: Record<string, number> = {};
  let loss = 0;
  let measured = 0;
  // The last batch is filled up with its last example, which nobody counts.
  const batchAt = (start: number) => Array.from({ length: batchSize }, (_, i) => Math.min(start + i, data.length - 1));
  for (let start = 0; start < data.length; start += batchSize) {
    checkAborted(signal, "the evaluation");
    const count = Math.min(batchSize, data.length - start);
    const upcoming = [start + batchSize, start + 2 * batchSize].filter((next) => next < data.length).map(batchAt);
    const examples = await read(batchAt(start), batchSize, { upcoming });
    const { inputs, targets, weights, standIns } = examples;
    const kept = copyFeeds(targets);
    const outputs = await executable.run({ ...inputs, ...targets, ...weights }, { fetch });
    // A picture that stands in for one that cannot be read has a place of its own, where it is counted.
    const rows = Array.from({ length: count }, (_, row) => row).filter((row) => !standIns.includes(row));
    const isWhole = rows.length === count;
    const counted = isWhole ? outputs : rowsOf(outputs, rows);
    const sums = measure(objectives, counted, isWhole ? kept : rowsOf(kept, rows), rows.length);
    loss += sumOfFirst(counted.losses, rows.length);
    for (const [name, sum] of sums) metrics[name] = (metrics[name] ?? 0) + sum;
    measured += rows.length;
    onProgress?.(start + count, data.length);
  }
  if (measured === 0) {
    throw new StriateError("data", `none of the ${data.length} examples could be read, so there is nothing to measure`);
  }
  return {
    loss: loss / measured,
    count: measured,
    metrics: Object.fromEntries(Object.entries(metrics).map(([name, sum]) => [name, sum / measured])),
  };
}

/** Some rows of tensors, in tensors of their own. */
function rowsOf(tensors: Tensors, rows: readonly number[]): Tensors {
  const picked = Object.entries(tensors).map(([name, given]) => {
    const [count = 1, ...rest] = given.shape;
    const size = given.data.length / count;
    const { data } = zeros(given.dtype, [rows.length, ...rest]);
    for (const [to, from] of rows.entries()) {
      (data as Float32Array).set((given.data as Float32Array).subarray(from * size, (from + 1) * size), to * size);
    }
    return [name, { ...given, shape: [rows.length, ...rest], data }];
  });
  return Object.fromEntries(picked);
}

/** The outputs that `measure` reads: predictions only where there is a metric of them, each loss only where there are several. */
export function measuredOutputs(objectives: readonly Objective[]): string[] {
  return objectives.flatMap(({ losses, predictions, metrics }) => [
    ...(objectives.length > 1 ? [losses] : []),
    ...(metrics.length === 0 ? [] : [predictions]),
  ]);
}

/** The sums of all objectives' metrics over the first `count` examples; with several outputs, of their losses too. */
export function measure(
  objectives: readonly Objective[],
  outputs: Tensors,
  targets: Tensors,
  count: number,
): [string, number][] {
  return objectives.flatMap(({ prefix, losses, predictions, target, metrics }): [string, number][] => {
    const [predicted, expected, given] = [outputs[predictions], targets[target], outputs[losses]];
    // In a training step it is the batch's mean, in an evaluation one for each example.
    const loss = given && (given.shape.length === 0 ? Number(given.data[0]) * count : sumOfFirst(given, count));
    return [
      ...(loss === undefined || prefix === "" ? [] : [[`${prefix}loss`, loss] as [string, number]]),
      ...metrics.flatMap((metric): [string, number][] =>
        predicted && expected ? [[`${prefix}${metric.name}`, metric.sum(predicted, expected, count)]] : [],
      ),
    ];
  });
}

function sumOfFirst(numbers: Tensor | undefined, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Number(numbers?.data[i]);
  return sum;
}
