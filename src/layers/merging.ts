import { StriateError } from "../errors.ts";
import type { GraphBuilder, Value } from "../graph/index.ts";
import * as ops from "../ops/index.ts";
import { type Shape, shapeText } from "../tensor/index.ts";
import { apiAxis, apiShape, axisInGraph, type Feature, inApiOrder } from "./feature.ts";
import { defineMergeLayer, type Layer, type LayerOptions } from "./layer.ts";

/** The features with their values in one order: as the graph moved them if all are moved, else the API's. */
function aligned(g: GraphBuilder, features: readonly Feature[]): { values: readonly Value[]; moved: boolean } {
  const moved = features.every((feature) => feature.moved);
  return { values: features.map((feature) => (moved ? feature.value : inApiOrder(g, feature))), moved };
}

function checkCount(inputs: readonly unknown[], least: number): void {
  if (inputs.length >= least) return;
  throw new StriateError("shape", `it merges at least ${least} inputs, received ${inputs.length}`);
}

/** The shape that all inputs broadcast to, as Keras merges them: the same number of axes, sizes equal or 1. */
function broadcastShape(inputs: readonly Shape[]): Shape {
  const [first = []] = inputs;
  return first.map((_, axis) => {
    const sizes = new Set(inputs.map((shape) => shape[axis]).filter((size) => size !== 1));
    const [size = 1, ...others] = sizes;
    if (others.length === 0 && inputs.every(({ length }) => length === first.length)) return size ?? 1;
    throw new StriateError(
      "shape",
      `its inputs have shapes ${inputs.map(shapeText).join(", ")}; they must be equal, or 1 along an axis`,
    );
  });
}

type Combine = (g: GraphBuilder, values: readonly Value[]) => Value;

function elementwise(type: string, options: LayerOptions, least: number, most: number, combine: Combine): Layer {
  return defineMergeLayer({
    type,
    options,
    outputShape: (inputs) => {
      checkCount(inputs, least);
      if (inputs.length > most) throw new StriateError("shape", `it takes ${most} inputs, received ${inputs.length}`);
      return broadcastShape(inputs);
    },
    build: ({ g }, features) => {
      const { values, moved } = aligned(g, features);
      return { value: combine(g, values), moved };
    },
  });
}

const ANY = Number.POSITIVE_INFINITY;

const pairwise =
  (combine: (g: GraphBuilder, a: Value, b: Value) => Value): Combine =>
  (g, values) =>
    values.reduce((sum, value) => combine(g, sum, value));

/** The sum of its inputs, as Keras's Add: add()([x, y]). Shapes equal, or 1 along an axis. */
export function add(options: LayerOptions = {}): Layer {
  return elementwise(
    "add",
    options,
    2,
    ANY,
    pairwise((g, a, b) => g.op(ops.add, [a, b])),
  );
}

/** The first input less the second, as Keras's Subtract. */
export function subtract(options: LayerOptions = {}): Layer {
  return elementwise(
    "subtract",
    options,
    2,
    2,
    pairwise((g, a, b) => g.op(ops.sub, [a, b])),
  );
}

/** The first input divided by the second, element by element, as `keras.ops.divide`. */
export function divide(options: LayerOptions = {}): Layer {
  return elementwise(
    "divide",
    options,
    2,
    2,
    pairwise((g, a, b) => g.op(ops.div, [a, b])),
  );
}

/** The product of its inputs, element by element, as Keras's Multiply. */
export function multiply(options: LayerOptions = {}): Layer {
  return elementwise(
    "multiply",
    options,
    2,
    ANY,
    pairwise((g, a, b) => g.op(ops.mul, [a, b])),
  );
}

/** The mean of its inputs, element by element, as Keras's Average. */
export function average(options: LayerOptions = {}): Layer {
  return elementwise("average", options, 2, ANY, (g, values) => {
    const sum = values.reduce((a, b) => g.op(ops.add, [a, b]));
    return g.op(ops.mul, [sum, g.scalar(sum, 1 / values.length)]);
  });
}

/** The largest of its inputs, element by element, as Keras's Maximum. */
export function maximum(options: LayerOptions = {}): Layer {
  return elementwise("maximum", options, 2, ANY, (g, values) => g.op(ops.max, values));
}

/** The smallest of its inputs, element by element, as Keras's Minimum. */
export function minimum(options: LayerOptions = {}): Layer {
  return elementwise("minimum", options, 2, ANY, (g, values) => g.op(ops.min, values));
}

/**
 * Its inputs one after the other along an axis, as Keras's Concatenate: concatenate()([x, y]).
 * @param options.axis counted with the batch as 0, negative from the end. Default -1: the channels of pictures.
 * @throws StriateError `shape` when the inputs differ along another axis.
 */
export function concatenate(options: LayerOptions & { readonly axis?: number } = {}): Layer {
  const { axis = -1 } = options;
  return defineMergeLayer({
    type: "concatenate",
    options,
    outputShape: (inputs) => {
      checkCount(inputs, 1);
      const [first = []] = inputs;
      const along = apiAxis(axis, first) - 1;
      const differs = inputs.some(
        (shape) => shape.length !== first.length || shape.some((size, i) => i !== along && size !== first[i]),
      );
      if (differs) {
        throw new StriateError(
          "shape",
          `its inputs have shapes ${inputs.map(shapeText).join(", ")}; they may differ along axis ${axis} alone`,
        );
      }
      const size = inputs.reduce((sum, shape) => sum + (shape[along] ?? 0), 0);
      return first.map((other, i) => (i === along ? size : other));
    },
    build: ({ g }, features) => {
      const { values, moved } = aligned(g, features);
      const [first] = features;
      const along = apiAxis(axis, first ? apiShape(first) : []);
      const [value] = values;
      if (value && values.length === 1) return { value, moved };
      return { value: g.op(ops.concat, values, { axis: moved ? axisInGraph({ moved }, along) : along }), moved };
    },
  });
}
