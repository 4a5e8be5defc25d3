import type { Dataset, Named, ReadOptions } from "../data/index.ts";
import { StriateError } from "../errors.ts";
import type { Model } from "../model/index.ts";
import { at, copyTensor, type Shape, sameShape, shapeText, sizeOf, type Tensor, typeText } from "../tensor/index.ts";
import type { Objective } from "./objective.ts";
import { SAMPLE_WEIGHTS } from "./step/index.ts";
import { conformTargets } from "./targets.ts";

/**
 * @throws StriateError `shape` when the examples do not fit the model's inputs, or the classes its output; says what
 * to change.
 */
export function checkFits(model: Model, data: Dataset, objectives: readonly Objective[]): void {
  for (const [i, { shape }] of model.inputs.entries()) checkInput(model, data.inputShape, i, shape);
  if (data.length === 0) throw new StriateError("data", "the data has no examples");
  for (const { loss, index, shape } of objectives) {
    const units = shape.at(-1);
    // A single output that says yes or no has two classes and one unit.
    const hasUnitForEach = units !== undefined && loss.classes(shape) === units;
    if (!hasUnitForEach || data.classes === undefined || data.classes === units) continue;
    const { layer } = at(model.outputs, index).call;
    const last = model.layers.find((placed) => placed.layer === layer);
    throw new StriateError(
      "shape",
      `the data has ${data.classes} classes, but the last layer of model ${model.name}, ${last?.name} (${layer.type}), ` +
        `has ${units} units; give it units: ${data.classes}`,
    );
  }
}

function checkInput(model: Model, given: Dataset["inputShape"], index: number, expected: Shape): void {
  if (isShape(given)) {
    if (model.inputs.length > 1) {
      throw new StriateError(
        "shape",
        `model ${model.name} takes inputs ${model.inputNames.join(", ")}, but the data has one; give them by name`,
      );
    }
    if (sameShape(expected, given)) return;
    throw new StriateError(
      "shape",
      `the data has examples of shape ${shapeText(given)}, but model ${model.name} takes ` +
        `${shapeText(expected)}; build the model with inputShape ${shapeText(given)}, or resize the data`,
    );
  }
  const name = at(model.inputNames, index);
  const received = given[name];
  if (received && sameShape(expected, received)) return;
  const found = received ? shapeText(received) : `${Object.keys(given).join(", ")} alone`;
  throw new StriateError(
    "shape",
    `input ${name} of model ${model.name} takes ${shapeText(expected)}, but the data has ${found}`,
  );
}

/** Tensors by the names of a graph's inputs. */
export type Feeds = Record<string, Tensor>;

/** Examples and targets for a graph, the targets in the types and shapes of the losses, labels checked. */
export interface Examples {
  readonly count: number;
  readonly inputs: Feeds;
  readonly targets: Feeds;
  /** What the examples count, where they count differently. */
  readonly weights: Feeds;
  /** The rows that hold another picture than was asked for. */
  readonly standIns: readonly number[];
}

/** Reads the examples at indices, filled up to a size: see `readExamples`. */
export type ReadExamples = (indices: ArrayLike<number>, size: number, options?: ReadOptions) => Promise<Examples>;

/**
 * Reads examples, the last of them repeated until there are `size`. The buffers are nobody else's: an engine may take them.
 * @throws StriateError `data` for a label outside the classes, `shape` when inputs or targets do not fit.
 */
export async function readExamples(
  model: Model,
  data: Dataset,
  objectives: readonly Objective[],
  indices: ArrayLike<number>,
  size = indices.length,
  options: ReadOptions = {},
): Promise<Examples> {
  const padded = Array.from({ length: size }, (_, i) => indices[Math.min(i, indices.length - 1)] ?? 0);
  const { inputs, targets, sampleWeights, standIns = [] } = await data.read(padded, options);
  // A data set that does not say so may give the same memory again, or memory that threads share.
  const taken = new Set<ArrayBufferLike>();
  const unshared = (tensor: Tensor): Tensor => {
    const isFree = data.fresh === true && !taken.has(tensor.data.buffer);
    taken.add(tensor.data.buffer);
    return isFree ? tensor : copyTensor(tensor);
  };
  const conformed: Feeds = {};
  for (const objective of objectives) {
    const given = isTensor(targets) ? targets : targets[objective.output];
    conformed[objective.target] = unshared(conformTargets(model, objective, given, padded));
  }
  const named = Object.entries(namedInputs(model, inputs, size)).map(([name, tensor]) => [name, unshared(tensor)]);
  return {
    count: size,
    inputs: Object.fromEntries(named),
    targets: conformed,
    weights: data.weighted ? { [SAMPLE_WEIGHTS]: unshared(checkedWeights(sampleWeights, size)) } : {},
    standIns,
  };
}

/** @throws StriateError `data` unless there is a weight for each example */
function checkedWeights(weights: Tensor | undefined, size: number): Tensor {
  if (weights?.dtype === "float32" && weights.data.length === size) return weights;
  throw new StriateError(
    "data",
    `the data says that it is weighted, so its batches have sampleWeights float32[${size}]; received ` +
      `${weights ? typeText(weights) : "none"}`,
  );
}

/**
 * The inputs of a model by their names.
 * @throws StriateError `shape` when one is missing or has another shape.
 */
export function namedInputs(model: Model, given: Tensor<"float32"> | Named<Tensor<"float32">>, size: number): Feeds {
  const named: Feeds = {};
  for (const [i, { shape }] of model.inputs.entries()) {
    const name = at(model.inputNames, i);
    const tensor = isTensor(given) ? (model.inputs.length === 1 ? given : undefined) : given[name];
    if (!tensor) {
      const received = isTensor(given) ? "one tensor" : Object.keys(given).join(", ");
      throw new StriateError(
        "shape",
        `model ${model.name} takes inputs ${model.inputNames.join(", ")} by their names, received ${received}`,
      );
    }
    const expected = [size, ...shape];
    if (!sameShape(expected, tensor.shape)) {
      const what = model.inputs.length === 1 ? `model ${model.name}` : `input ${name} of model ${model.name}`;
      throw new StriateError("shape", `${what} takes [n,${shape.join(",")}], received ${shapeText(tensor.shape)}`);
    }
    if (!(tensor.data instanceof Float32Array) || tensor.data.length !== sizeOf(expected)) {
      const found =
        tensor.dtype === "float32" ? `${tensor.data.length} numbers for ${typeText(tensor)}` : typeText(tensor);
      throw new StriateError(
        "shape",
        `model ${model.name} takes float32${shapeText(expected)}, received ${found}; pictures in bytes become float32 by ` +
          "asFloat32, or scaled to 0..1 as the data sets do",
      );
    }
    named[name] = tensor;
  }
  return named;
}

/** Copies for whoever needs the numbers after an engine has taken them over. */
export function copyFeeds(feeds: Feeds): Feeds {
  return Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, copyTensor(feed)]));
}

function isTensor<T extends Tensor>(value: T | Named<T>): value is T {
  return "dtype" in value && typeof value.dtype === "string";
}

function isShape(value: Shape | Named<Shape>): value is Shape {
  return Array.isArray(value);
}
