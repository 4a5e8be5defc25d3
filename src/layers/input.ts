import { StriateError } from "../errors.ts";
import { type Shape, sameShape, shapeText } from "../tensor/index.ts";
import { defineLayer, type Layer, type LayerOptions } from "./layer.ts";
import { wholeNumber } from "./options.ts";

/**
 * Says the shape of one input, without the batch, as Keras's Input: the first of a `sequential` that has no
 * `inputShape`.
 * @example sequential([input({ shape: [28, 28, 1] }), flatten(), dense({ units: 10 })])
 */
export function input(options: LayerOptions & { readonly shape: Shape }): Layer {
  const shape = options.shape.map((size) => wholeNumber("input", "shape", size));
  return defineLayer({
    type: "input",
    options,
    outputShape: (given) => {
      if (given.length > 0 && !sameShape(given, shape)) {
        throw new StriateError("shape", `it says that an input has shape ${shapeText(shape)}`);
      }
      return shape;
    },
    build: (_context, feature) => feature,
  });
}
