import { finiteNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { GraphBuilder, Value } from "../graph/index.ts";
import * as ops from "../ops/index.ts";
import { reshapeTo, transposeBy } from "../ops/index.ts";
import { type Shape, shapeText } from "../tensor/index.ts";
import { apiAxis, apiShape, axisInGraph, type Feature, inApiOrder } from "./feature.ts";
import { defineMergeLayer, type Layer } from "./layer.ts";
import { type CheckedOptions, type LayerOptions, layerOptions } from "./layerOptions.ts";
import type { LayerType } from "./layerTypes.ts";

/**
 * The features with their values in one order, as the graph moved them if all pictures are moved, else the API's. One with
 * fewer axes gets axes of size 1 after the batch, as in Keras.
 */
function aligned(g: GraphBuilder, features: readonly Feature[]): { values: readonly Value[]; moved: boolean } {
  const rank = Math.max(...features.map(({ value }) => value.shape.length));
  const full = features.filter(({ value }) => value.shape.length === rank);
  const moved = full.every((feature) => feature.moved);
  const values = features.map((feature) => {
    const { value } = feature;
    if (value.shape.length === rank) return moved ? value : inApiOrder(g, feature);
    const [batch = 1, ...sizes] = value.shape;
    const shape = [batch, ...new Array<number>(rank - value.shape.length).fill(1), ...sizes];
    return moved ? transposeBy(g, reshapeTo(g, value, shape), [0, 3, 1, 2]) : reshapeTo(g, value, shape);
  });
  return { values, moved };
}

function checkCount(inputs: readonly unknown[], least: number): void {
  if (inputs.length >= least) return;
  throw new StriateError("shape", `it merges at least ${least} inputs, received ${inputs.length}`);
}

/** The shape that all inputs broadcast to, as Keras merges them: from the last axis on, sizes are equal or 1. */
function broadcastShape(inputs: readonly Shape[]): Shape {
  const rank = Math.max(...inputs.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = new Set(inputs.map((shape) => shape[axis + shape.length - rank] ?? 1).filter((size) => size !== 1));
    const [size = 1, ...others] = sizes;
    if (others.length === 0) return size;
    throw new StriateError(
      "shape",
      `its inputs have shapes ${inputs.map(shapeText).join(", ")}; counted from the last axis, sizes must be equal, or 1`,
    );
  });
}

type Combine = (g: GraphBuilder, values: readonly Value[]) => Value;

function elementwise(type: LayerType, options: CheckedOptions, least: number, most: number, combine: Combine): Layer {
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

/** The sum of its inputs, as Keras's Add: add()([x, y]). Shapes broadcast: sizes equal or 1, from the last axis on. */
export function add(options: LayerOptions = {}): Layer {
  return elementwise(
    "add",
    layerOptions("add", options, {}),
    2,
    ANY,
    pairwise((g, a, b) => g.op(ops.add, [a, b])),
  );
}

/** The first input less the second, as Keras's Subtract. */
export function subtract(options: LayerOptions = {}): Layer {
  return elementwise(
    "subtract",
    layerOptions("subtract", options, {}),
    2,
    2,
    pairwise((g, a, b) => g.op(ops.sub, [a, b])),
  );
}

/** The first input divided by the second, element by element, as `keras.ops.divide`. */
export function divide(options: LayerOptions = {}): Layer {
  return elementwise(
    "divide",
    layerOptions("divide", options, {}),
    2,
    2,
    pairwise((g, a, b) => g.op(ops.div, [a, b])),
  );
}

/** The product of its inputs, element by element, as Keras's Multiply. */
export function multiply(options: LayerOptions = {}): Layer {
  return elementwise(
    "multiply",
    layerOptions("multiply", options, {}),
    2,
    ANY,
    pairwise((g, a, b) => g.op(ops.mul, [a, b])),
  );
}

/** The mean of its inputs, element by element, as Keras's Average. */
export function average(options: LayerOptions = {}): Layer {
  return elementwise("average", layerOptions("average", options, {}), 2, ANY, (g, values) => {
    const sum = values.reduce((a, b) => g.op(ops.add, [a, b]));
    return g.op(ops.mul, [sum, g.scalar(sum, 1 / values.length)]);
  });
}

/** The largest of its inputs, element by element, as Keras's Maximum. */
export function maximum(options: LayerOptions = {}): Layer {
  return elementwise("maximum", layerOptions("maximum", options, {}), 2, ANY, (g, values) => g.op(ops.max, values));
}

/** The smallest of its inputs, element by element, as Keras's Minimum. */
export function minimum(options: LayerOptions = {}): Layer {
  return elementwise("minimum", layerOptions("minimum", options, {}), 2, ANY, (g, values) => g.op(ops.min, values));
}

/** The options of `concatenate`. */
export interface ConcatenateOptions extends LayerOptions {
  /** Counted with the batch as 0, negative from the end. Default -1: the channels of pictures. */
  readonly axis?: number;
}

/**
 * Its inputs one after the other along an axis, as Keras's Concatenate: concatenate()([x, y]).
 * @throws StriateError `shape` when the inputs differ along another axis.
 */
export function concatenate(options: ConcatenateOptions = {}): Layer {
  const checked = layerOptions("concatenate", options, { axis: true });
  const { axis = -1 } = checked;
  return defineMergeLayer({
    type: "concatenate",
    options: checked,
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

/** The options of `scaledAdd`. */
export interface ScaledAddOptions extends LayerOptions {
  /** What the second input is multiplied by. */
  readonly scale: number;
}

/** The first input plus `scale` times the second, as the layer CustomScaleLayer of Keras's Inception-ResNet-v2. */
export function scaledAdd(options: ScaledAddOptions): Layer {
  const type = "scaledAdd";
  const checked = layerOptions(type, options, { scale: true });
  const scale = finiteNumber(type, "scale", options.scale);
  return elementwise(type, checked, 2, 2, (g, [x, y]) => {
    const part = y && g.op(ops.mul, [y, g.scalar(y, scale)]);
    return g.op(ops.add, [x, part]);
  });
}
