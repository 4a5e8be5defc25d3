import { checkOptions, wholeNumber } from "../checks/index.ts";
import type { Named } from "../data/index.ts";
import { StriateError } from "../errors.ts";
import { freeze } from "../graph/index.ts";
import type { Model } from "../model/index.ts";
import { at, sizeOf, type Tensor, tensor } from "../tensor/index.ts";
import { namedInputs } from "./feeding.ts";
import { checkAborted, checkRun, RUN_OPTIONS, type RunOptions, withEngine } from "./running.ts";

/** The options of `predict`. */
export interface PredictOptions extends RunOptions {
  /** Default 32. */
  readonly batchSize?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * What a model says about examples.
 * @param inputs float32 [n, ...inputShape]; for a model with several inputs, by their names
 * @returns float32 [n, ...outputShape]
 * @throws StriateError `usage` when the model has several outputs (`predictOutputs` gives them all) and for options that
 * cannot be meant, `shape` for other inputs
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
  checkOptions("predict", options, { ...RUN_OPTIONS, batchSize: true, onProgress: true });
  checkRun("predict", options);
  const { signal, onProgress } = options;
  const batchSize = wholeNumber("predict", "batchSize", options.batchSize ?? model.batchSize ?? 32);
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
