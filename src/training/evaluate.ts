import type { Dataset } from "../data/index.ts";
import { type Engine, type Executable, type SelectOptions, selectEngine } from "../engine/index.ts";
import { StriateError } from "../errors.ts";
import { freeze } from "../graph/index.ts";
import type { Model } from "../model/index.ts";
import { shapeText, sizeOf, type Tensor, tensor } from "../tensor/index.ts";
import { checkFits, readExamples } from "./feeding.ts";
import type { LossName } from "./losses.ts";
import { accuracy, type Metric } from "./metrics.ts";
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

export interface EvaluateOptions extends RunOptions {
  /** Default `sparseCategoricalCrossentropy`. */
  readonly loss?: LossName;
  /** Default: accuracy. */
  readonly metrics?: readonly Metric[];
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
  const { loss = "sparseCategoricalCrossentropy", metrics = [accuracy()], batchSize = 128 } = options;
  checkFits(model, data, loss);
  const size = Math.min(batchSize, data.length);
  return withEngine(options, async (engine) => {
    const graph = freeze(evaluationGraph(model, loss, size), model.toStates(model.weights));
    const executable = await engine.compile(graph);
    try {
      return await evaluateWith(executable, model, data, { ...options, loss, metrics, batchSize: size });
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
  options: EvaluateOptions & {
    readonly loss: LossName;
    readonly metrics: readonly Metric[];
    readonly batchSize: number;
  },
): Promise<Evaluation> {
  const { loss, metrics, batchSize, signal, onProgress } = options;
  const sums = { loss: 0, metrics: metrics.map(() => 0) };
  for (let start = 0; start < data.length; start += batchSize) {
    checkAborted(signal, "the evaluation");
    const count = Math.min(batchSize, data.length - start);
    const indices = Array.from({ length: count }, (_, i) => start + i);
    const { inputs, targets } = await readExamples(model, data, loss, indices, batchSize);
    const kept = { ...targets, data: targets.data.slice() } as Tensor;
    const { losses, predictions } = await executable.run({ input: inputs, target: targets });
    for (let i = 0; i < count; i++) sums.loss += Number(losses?.data[i]);
    if (predictions)
      sums.metrics = metrics.map((metric, i) => (sums.metrics[i] ?? 0) + metric.sum(predictions, kept, count));
    onProgress?.(start + count, data.length);
  }
  return {
    loss: sums.loss / data.length,
    count: data.length,
    metrics: Object.fromEntries(metrics.map(({ name }, i) => [name, (sums.metrics[i] ?? 0) / data.length])),
  };
}

export interface PredictOptions extends RunOptions {
  /** Default 32. */
  readonly batchSize?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * What a model says about examples.
 * @param inputs float32 [n, ...inputShape]
 * @returns float32 [n, ...outputShape]
 */
export async function predict(
  model: Model,
  inputs: Tensor<"float32">,
  options: PredictOptions = {},
): Promise<Tensor<"float32">> {
  const [count = 0, ...shape] = inputs.shape;
  const { batchSize = 32, signal, onProgress } = options;
  if (shapeText(shape) !== shapeText(model.inputShape)) {
    throw new StriateError(
      "shape",
      `model ${model.name} takes [n,${model.inputShape.join(",")}], received ${shapeText(inputs.shape)}`,
    );
  }
  const size = Math.max(1, Math.min(batchSize, count));
  const [example, answer] = [sizeOf(model.inputShape), sizeOf(model.outputShape)];
  const results = new Float32Array(count * answer);
  if (count > 0) {
    await withEngine(options, async (engine) => {
      const executable = await engine.compile(freeze(model.inferenceGraph(size), model.toStates(model.weights)));
      try {
        for (let start = 0; start < count; start += size) {
          checkAborted(signal, "the prediction");
          // The last batch is filled up with zeros, which nobody reads.
          const batch = new Float32Array(size * example);
          batch.set(inputs.data.subarray(start * example, (start + size) * example));
          const { output } = await executable.run({ input: tensor("float32", [size, ...shape], batch) });
          const used = Math.min(size, count - start) * answer;
          if (output) results.set((output.data as Float32Array).subarray(0, used), start * answer);
          onProgress?.(Math.min(start + size, count), count);
        }
      } finally {
        await executable.close();
      }
    });
  }
  return tensor("float32", [count, ...model.outputShape], results);
}
