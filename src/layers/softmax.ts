import { inversePermutation, reshapeTo, softmax as softmaxOp, transposeBy } from "../ops/index.ts";
import { sizeOf } from "../tensor/index.ts";
import { apiAxes, apiShape, axisInGraph } from "./feature.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";

/** The options of `softmax`. */
export interface SoftmaxOptions extends LayerOptions {
  /** Counted with the batch as 0, negative from the end; several are one sum. Default -1. */
  readonly axis?: number | readonly number[];
}

/**
 * exp(x) / sum of exp(x) along one or several axes, as Keras's Softmax. Any shape.
 * @throws StriateError `shape` when the input has no such axis.
 */
export function softmax(options: SoftmaxOptions = {}): Layer {
  const checked = layerOptions("softmax", options, { axis: true });
  const { axis = -1 } = checked;
  return defineUnaryLayer({
    type: "softmax",
    options: checked,
    outputShape: (input) => {
      apiAxes(axis, input);
      return input;
    },
    build: ({ g }, input) => {
      const { value } = input;
      const places = apiAxes(axis, apiShape(input)).map((one) => axisInGraph(input, one));
      const [only = -1, ...others] = places;
      if (others.length === 0) return { ...input, value: g.op(softmaxOp, [value], { axis: only }) };
      const kept = [...value.shape.keys()].filter((place) => !places.includes(place));
      const order = [...kept, ...places];
      const moved = transposeBy(g, value, order);
      const flat = reshapeTo(g, moved, [...moved.shape.slice(0, kept.length), sizeOf(moved.shape.slice(kept.length))]);
      const result = reshapeTo(g, g.op(softmaxOp, [flat], { axis: -1 }), moved.shape);
      return { ...input, value: transposeBy(g, result, inversePermutation(order)) };
    },
  });
}
