import type { Dataset } from "../data/index.ts";
import { StriateError } from "../errors.ts";
import type { Graph } from "../graph/index.ts";
import type { Model } from "../model/index.ts";
import { sameShape, shapeText, type Tensor, tensor, uniform } from "../tensor/index.ts";
import { type LossName, lossNamed } from "./losses.ts";

/**
 * @throws StriateError `shape` when the examples do not fit the model's input, or the classes its output; says what
 * to change.
 */
export function checkFits(model: Model, data: Dataset, loss: LossName): void {
  if (!sameShape(model.inputShape, data.inputShape)) {
    throw new StriateError(
      "shape",
      `the data has examples of shape ${shapeText(data.inputShape)}, but model ${model.name} takes ` +
        `${shapeText(model.inputShape)}; build the model with inputShape ${shapeText(data.inputShape)}, or resize the data`,
    );
  }
  if (data.length === 0) throw new StriateError("data", "the data has no examples");
  const outputs = model.outputShape.at(-1);
  const isClassification = lossNamed(loss).targets === "int32" || loss === "categoricalCrossentropy";
  if (isClassification && data.classes !== undefined && data.classes !== outputs) {
    const last = model.layers.at(-1);
    throw new StriateError(
      "shape",
      `the data has ${data.classes} classes, but the last layer of model ${model.name}, ${last?.name} (${last?.layer.type}), ` +
        `has ${outputs} units; give it units: ${data.classes}`,
    );
  }
}

/** An example and its target for a graph: the targets in the type of the loss, labels checked. */
export interface Examples {
  readonly inputs: Tensor<"float32">;
  readonly targets: Tensor;
}

/**
 * Reads examples, the last of them repeated until there are `size`.
 * @throws StriateError `data` for a label outside the classes, `shape` when targets do not fit the loss.
 */
export async function readExamples(
  model: Model,
  data: Dataset,
  loss: LossName,
  indices: ArrayLike<number>,
  size = indices.length,
): Promise<Examples> {
  const padded = Array.from({ length: size }, (_, i) => indices[Math.min(i, indices.length - 1)] ?? 0);
  const { inputs, targets } = await data.read(padded);
  const rule = lossNamed(loss);
  const wanted = rule.targetShape([size, ...model.outputShape]);
  if (!sameShape(targets.shape, wanted) || targets.dtype !== rule.targets) {
    throw new StriateError(
      "shape",
      `loss ${loss} on model ${model.name} needs targets ${rule.targets}${shapeText(wanted)}, but the data gives ` +
        `${targets.dtype}${shapeText(targets.shape)}`,
    );
  }
  if (rule.targets === "int32") checkLabels(targets, padded, model.outputShape.at(-1) ?? 1);
  return { inputs, targets };
}

function checkLabels(targets: Tensor, indices: readonly number[], classes: number): void {
  const wrong = (targets.data as Int32Array).findIndex((label) => label < 0 || label >= classes);
  if (wrong < 0) return;
  throw new StriateError(
    "data",
    `example ${indices[wrong]} has label ${targets.data[wrong]}, but the model has ${classes} classes, 0 to ${classes - 1}`,
  );
}

/** The numbers for a graph's random inputs at a step: the same for every engine, and for a resumed run. */
export function randomFeeds(graph: Graph, seed: number, step: number): Record<string, Tensor> {
  return Object.fromEntries(
    graph.randoms.map(({ value, stream }) => {
      const count = value.shape.reduce((product, size) => product * size, 1);
      const numbers = uniform({ seed, stream: `random/${stream}`, counter: step }, count);
      return [value.name, tensor("float32", value.shape, numbers)];
    }),
  );
}
