import type { Layer, SymbolicTensor } from "../layers/index.ts";
import { at } from "../tensor/index.ts";
import type { Model } from "./model.ts";
import { networkBetween } from "./network.ts";
import { isModel } from "./weights.ts";

/**
 * How deep each weight lies below the outputs: the number of layers with a kernel that come after its layer, on the longest
 * way to an output. Weights of a layer that is used several times have the depth of the deepest use.
 * @returns by key
 */
export function weightDepths(model: Model): ReadonlyMap<string, number> {
  const layerDepths = new Map<string, number>();
  addDepths(
    model,
    "",
    model.outputs.map(() => 0),
    layerDepths,
  );
  return new Map(
    model.weightSpecs.map(({ key }) => {
      const path = prefixesOf(key).find((prefix) => layerDepths.has(prefix));
      return [key, (path !== undefined && layerDepths.get(path)) || 0];
    }),
  );
}

/**
 * Adds the depths of a model's layers, and of those of the models in it, by their paths.
 * @param below the depth at each of its outputs
 * @returns the depth at each of its inputs
 */
function addDepths(
  model: Model,
  prefix: string,
  below: readonly number[],
  depths: Map<string, number>,
): readonly number[] {
  const names = new Map<Layer, string>(model.layers.map(({ layer, name }) => [layer, name]));
  const reached = new Map<SymbolicTensor, number>();
  const reach = (tensor: SymbolicTensor, depth: number) =>
    reached.set(tensor, Math.max(reached.get(tensor) ?? 0, depth));
  for (const [i, output] of model.outputs.entries()) reach(output, at(below, i));
  for (const { layer, inputs, outputs } of networkBetween(model.inputs, model.outputs).calls.toReversed()) {
    const path = `${prefix}${names.get(layer)}`;
    const after = outputs.map((output) => reached.get(output) ?? 0);
    const depth = Math.max(0, ...after);
    depths.set(path, Math.max(depths.get(path) ?? 0, depth));
    const before = isModel(layer) ? addDepths(layer, `${path}/`, after, depths) : [];
    const kernels = hasKernel(layer, inputs) ? 1 : 0;
    for (const [i, input] of inputs.entries()) reach(input, before[i] ?? depth + kernels);
  }
  return model.inputs.map((input) => reached.get(input) ?? 0);
}

function hasKernel(layer: Layer, inputs: readonly SymbolicTensor[]): boolean {
  const variables = layer.variables(inputs.map(({ shape }) => shape));
  return [...variables.values()].some(({ spec }) => spec.trainable !== false && spec.shape.length > 1);
}

/** `a/b/c`: `a/b/c`, `a/b`, `a`. */
function prefixesOf(key: string): string[] {
  const parts = key.split("/");
  return parts.map((_, i) => parts.slice(0, parts.length - i).join("/"));
}
