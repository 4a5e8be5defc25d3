import { softmax as softmaxOp } from "../ops/index.ts";
import { apiAxis, apiShape, axisInGraph } from "./feature.ts";
import { defineLayer, type Layer, type LayerOptions } from "./layer.ts";

/**
 * exp(x) / sum of exp(x) along an axis, as Keras's Softmax. Any shape.
 * @param options.axis counted with the batch as 0, negative from the end. Default -1.
 * @throws StriateError `shape` when the input has no such axis.
 */
export function softmax(options: LayerOptions & { readonly axis?: number } = {}): Layer {
  const { axis = -1 } = options;
  return defineLayer({
    type: "softmax",
    options,
    outputShape: (input) => {
      apiAxis(axis, input);
      return input;
    },
    build: ({ g }, input) => {
      const along = axisInGraph(input, apiAxis(axis, apiShape(input)));
      return { ...input, value: g.op(softmaxOp, [input.value], { axis: along }) };
    },
  });
}
