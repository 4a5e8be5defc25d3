import { StriateError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import { type Shape, shapeText } from "../tensor/index.ts";
import { apiAxis, apiShape, axisInGraph, type Feature } from "./feature.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import { oneOf } from "./options.ts";

const OPERATIONS = {
  mean: ops.reduceMean,
  sum: ops.reduceSum,
  max: ops.reduceMax,
  min: ops.reduceMin,
  prod: ops.reduceProd,
  logSumExp: ops.reduceLogSumExp,
};

/** The name of a reduction. */
export type ReduceOperation = keyof typeof OPERATIONS;

/** The options of `reduce`. */
export interface ReduceOptions extends LayerOptions {
  readonly operation: ReduceOperation;
  /** One axis or several, counted with the batch as 0, negative from the end. Default: all but the batch. */
  readonly axis?: number | readonly number[];
  /** The reduced axes stay, with size 1. Default false. */
  readonly keepdims?: boolean;
}

/**
 * The mean, the sum, the largest or smallest, the product, or the logarithm of the sum of exponentials along axes, as
 * `keras.ops.mean` and its like.
 * @example reduce({ operation: "mean", axis: [1, 2] }) // what globalAveragePooling2d does
 * @throws StriateError `shape` when the input has no such axis, or nothing would be left beside the batch and keepdims.
 */
export function reduce(options: ReduceOptions): Layer {
  const type = "reduce";
  const checked = layerOptions(type, options, { operation: true, axis: true, keepdims: true });
  const { axis, keepdims = false } = options;
  const names = Object.keys(OPERATIONS) as ReduceOperation[];
  const op = OPERATIONS[oneOf(type, "operation", options.operation, names)];
  const reducedAxes = (input: Shape): ReadonlySet<number> => {
    const given = axis === undefined ? input.map((_, i) => i + 1) : typeof axis === "number" ? [axis] : axis;
    const axes = new Set(given.map((one) => apiAxis(one, input)));
    if (axes.size === given.length) return axes;
    throw new StriateError("shape", `its axes ${shapeText(given)} name one of ${shapeText(input)} twice`);
  };
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      const axes = reducedAxes(input);
      const shape = input.map((size, i) => (axes.has(i + 1) ? 1 : size));
      return keepdims ? shape : shape.filter((_, i) => !axes.has(i + 1));
    },
    build: ({ g }, input) => {
      const shape = apiShape(input);
      const axes = reducedAxes(shape);
      const inGraph = (given: Feature) => [...axes].map((one) => axisInGraph(given, one)).sort((a, b) => a - b);
      if (keepdims) {
        const value = g.op(op, [input.value, g.int64s(...inGraph(input))], { keepdims: 1 });
        return { value, moved: input.moved };
      }
      const value = g.op(op, [input.value, g.int64s(...inGraph(input))], { keepdims: 0 });
      // What is left stands in the graph's order, and goes back to the API's.
      const left = shape.flatMap((_, i) => (axes.has(i + 1) ? [] : [axisInGraph(input, i + 1)]));
      const order = left.toSorted((a, b) => a - b);
      return { value: ops.transposeBy(g, value, [0, ...left.map((one) => order.indexOf(one) + 1)]), moved: false };
    },
  });
}
