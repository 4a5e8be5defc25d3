import { StriateError } from "../errors.ts";
import type { Layer } from "../layers/index.ts";
import { Model, type ModelOptions } from "./model.ts";

/**
 * Layers one after the other.
 * @example sequential({ inputShape: [28, 28, 1] }, [flatten(), dense({ units: 10, activation: "softmax" })])
 * @throws StriateError `shape` that names the layer whose input does not fit it, `usage` for a wrong option.
 */
export function sequential(options: ModelOptions, layers: readonly Layer[]): Model;
/** Layers one after the other, the first being an `input`. */
export function sequential(layers: readonly Layer[]): Model;
export function sequential(first: ModelOptions | readonly Layer[], layers?: readonly Layer[]): Model {
  if (isLayers(first)) {
    const [input] = first;
    if (input?.type !== "input") {
      throw new StriateError(
        "usage",
        "sequential: say the shape of an input, by inputShape or by a first layer input({ shape })",
      );
    }
    return new Model({ inputShape: input.outputShape([]) }, first);
  }
  return new Model(first, layers ?? []);
}

function isLayers(value: ModelOptions | readonly Layer[]): value is readonly Layer[] {
  return Array.isArray(value);
}
