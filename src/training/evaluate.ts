import type { Dataset, Named } from "../data/index.ts";
import { type Engine, type Executable, type SelectOptions, selectEngine, type Tensors } from "../engine/index.ts";
import { StriateError } from "../errors.ts";
import { freeze } from "../graph/index.ts";
import type { Model } from "../model/index.ts";
import { at, sizeOf, type Tensor, tensor } from "../tensor/index.ts";
import { checkFits, copyFeeds, namedInputs, readExamples } from "./feeding.ts";
import { type Goal, goalsOf, type Objective } from "./objective.ts";
import { evaluationGraph } from "./step.ts";

/** Where something runs: an engine that is there already, or how to select one. */
export interface RunOptions extends Omit<SelectOptions, "engine"> {
  /** An engine, which stays open, or the name of one. Default: the best that is available. */
  readonly engine?: Engine | string;
  readonly signal?: AbortSignal;
}

/** Runs something on the engine that the options say, and closes it if it was started here. */
export async function withEngine<T>(
  { engine, inline, threads }: RunOptions,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  if (engine !== undefined && typeof engine !== "string") return use(engine);
  const started = await selectEngine({
    ...(engine !== undefined && { engine }),
    ...(inline !== undefined && { inline }),
    ...(threads !== undefined && { threads }),
  });
  try {
    return await use(started);
  } finally {
    await started.close();
  }
}

/** @throws StriateError `interrupted` when the signal says stop. */
export function checkAborted(signal: AbortSignal | undefined, doing: string): void {
  if (signal?.aborted) throw new StriateError("interrupted", `${doing} was interrupted`, { cause: signal.reason });
}

/** The loss, the number of examples, and every metric by its name. */
export interface Evaluation {
  readonly loss: number;
  readonly count: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface EvaluateOptions extends RunOptions, Objective {
  /** Default 128. */
  readonly batchSize?: number;
  /** Told after every batch how many examples are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * The mean loss and the metrics of a model over a data set.
 * @throws StriateError `shape` when the data does not fit the model.
 */
export async function evaluate(model: Model, data: Dataset, options: EvaluateOptions = {}): Promise<Evaluation> {
  const { batchSize = model.batchSize ?? 128 } = options;
  const goals = goalsOf(model, options);
  checkFits(model, data, goals);
  const size = Math.min(batchSize, data.length);
  return withEngine(options, async (engine) => {
    const graph = freeze(evaluationGraph(model, options, size), model.toStates(model.weights));
    const executable = await engine.compile(graph);
    try {
      return await evaluateWith(executable, model, data, goals, { ...options, batchSize: size });
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
  goals: readonly Goal[],
  options: Pick<EvaluateOptions, "signal" | "onProgress"> & { readonly batchSize: number },
): Promise<Evaluation> {
  const { batchSize, signal, onProgress } = options;
  const metrics: Record<string, number> = {};
  let loss = 0;
  // The last batch is filled up with its last example, which nobody counts.
  const batchAt = (start: number) => Array.from({ length: batchSize }, (_, i) => Math.min(start + i, data.length - 1));
  for (let start = 0; start < data.length; start += batchSize) {
    checkAborted(signal, "the evaluation");
    const count = Math.min(batchSize, data.length - start);
    const upcoming = [start + batchSize, start + 2 * batchSize].filter((next) => next < data.length).map(batchAt);
    const { inputs, targets } = await readExamples(model, data, goals, batchAt(start), batchSize, { upcoming });
    const kept = copyFeeds(targets);
    const outputs = await executable.run({ ...inputs, ...targets });
    loss += sumOfFirst(outputs.losses, count);
    for (const [name, sum] of measure(goals, outputs, kept, count)) metrics[name] = (metrics[name] ?? 0) + sum;
    onProgress?.(start + count, data.length);
  }
  return {
    loss: loss / data.length,
    count: data.length,
    metrics: Object.fromEntries(Object.entries(metrics).map(([name, sum]) => [name, sum / data.length])),
  };
}

/** The sums of all goals' metrics over the first `count` examples; with several outputs, of their losses too. */
export function measure(goals: readonly Goal[], outputs: Tensors, targets: Tensors, count: number): [string, number][] {
  return goals.flatMap(({ prefix, losses, predictions, target, metrics }): [string, number][] => {
    const [said, wanted, own] = [outputs[predictions], targets[target], outputs[losses]];
    if (!said || !wanted) return [];
    // In a training step it is the batch's mean, in an evaluation one for each example.
    const loss = own && (own.shape.length === 0 ? Number(own.data[0]) * count : sumOfFirst(own, count));
    return [
      ...(loss === undefined || prefix === "" ? [] : [[`${prefix}loss`, loss] as [string, number]]),
      ...metrics.map((metric): [string, number] => [`${prefix}${metric.name}`, metric.sum(said, wanted, count)]),
    ];
  });
}

function sumOfFirst(numbers: Tensor | undefined, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Number(numbers?.data[i]);
  return sum;
}

export interface PredictOptions extends RunOptions {
  /** Default 32. */
  readonly batchSize?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * What a model says about examples.
 * @param inputs float32 [n, ...inputShape]; for a model with several inputs, by their names
 * @returns float32 [n, ...outputShape]
 * @throws StriateError `usage` when the model has several outputs: `predictOutputs` gives them all.
 */
export async function predict(
  model: Model,
  inputs: Tensor<"float32"> | Named<Tensor<"float32">>,
  options: PredictOptions = {},
): Promise<Tensor<"float32">> {
  if (model.outputs.length > 1) {
    const names = model.outputNames.join(", ");
    throw new StriateError("usage", `model ${model.name} has outputs ${names}; predictOutputs gives all of them`);
  }
  const outputs = await predictOutputs(model, inputs, options);
  return outputs[at(model.outputNames, 0)] as Tensor<"float32">;
}

/** All outputs of a model by their names (`model.outputNames`); else as `predict`. */
export async function predictOutputs(
  model: Model,
  inputs: Tensor<"float32"> | Named<Tensor<"float32">>,
  options: PredictOptions = {},
): Promise<Named<Tensor<"float32">>> {
  const { batchSize = model.batchSize ?? 32, signal, onProgress } = options;
  const count = countOf(inputs);
  const named = namedInputs(model, inputs, count);
  const size = Math.max(1, Math.min(batchSize, count));
  const results = model.outputs.map(({ shape }, i) => ({
    name: at(model.outputNames, i),
    shape: [count, ...shape],
    row: sizeOf(shape),
    data: new Float32Array(count * sizeOf(shape)),
  }));
  if (count > 0) {
    await withEngine(options, async (engine) => {
      const executable = await engine.compile(freeze(model.inferenceGraph(size), model.toStates(model.weights)));
      try {
        for (let start = 0; start < count; start += size) {
          checkAborted(signal, "the prediction");
          const used = Math.min(size, count - start);
          const feeds = Object.entries(named).map(([name, input]) => [name, rowsOf(input, start, size)] as const);
          const outputs = await executable.run(Object.fromEntries(feeds));
          for (const { name, row, data } of results) {
            const output = outputs[name] as Tensor<"float32"> | undefined;
            if (output) data.set(output.data.subarray(0, used * row), start * row);
          }
          onProgress?.(start + used, count);
        }
      } finally {
        await executable.close();
      }
    });
  }
  return Object.fromEntries(results.map(({ name, shape, data }) => [name, tensor("float32", shape, data)]));
}

function countOf(inputs: Tensor<"float32"> | Named<Tensor<"float32">>): number {
  const [first] = "dtype" in inputs && typeof inputs.dtype === "string" ? [inputs] : Object.values(inputs);
  return (first as Tensor | undefined)?.shape[0] ?? 0;
}

/** Some rows in a buffer of their own, filled up with zeros, which nobody reads. */
function rowsOf({ shape, data }: Tensor, start: number, size: number): Tensor {
  const row = sizeOf(shape.slice(1));
  const rows = new Float32Array(size * row);
  rows.set((data as Float32Array).subarray(start * row, (start + size) * row));
  return tensor("float32", [size, ...shape.slice(1)], rows);
}
