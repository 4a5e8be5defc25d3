import { checkOptions, valueText, wholeNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { type Shape, sameShape, shapeText } from "../tensor/index.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import { makeCall, type SymbolicTensor } from "./symbolic.ts";

/**
 * Where a model begins, as Keras's Input: a symbolic tensor of a shape, without the batch.
 * @param options.name what a model with several inputs calls it. Default: `input`, with a number from the second on.
 * @example const x = input({ shape: [28, 28, 1] }); const y = dense({ units: 10 })(flatten()(x));
 * @throws StriateError `usage` for a size that is not a whole number of at least 1.
 */
export function input(options: { readonly shape: Shape; readonly name?: string }): SymbolicTensor {
  checkOptions("input", options, { shape: true, name: true });
  const shape = listShape(options.shape).map((size) => wholeNumber("input", "shape", size));
  const [output] = makeCall(inputLayer({ ...options, shape }), [], [shape]);
  return output as SymbolicTensor;
}

function listShape(shape: unknown): Shape {
  if (Array.isArray(shape)) return shape;
  throw new StriateError(
    "usage",
    `input: shape must be a list of sizes, such as [28, 28, 1], received ${valueText(shape)}`,
  );
}

interface InputOptions extends LayerOptions {
  readonly shape: Shape;
}

function inputLayer(options: InputOptions): Layer {
  const { shape } = options;
  return defineUnaryLayer({
    type: "input",
    options: layerOptions("input", options, { shape: true }),
    outputShape: (given) => {
      if (sameShape(given, shape)) return shape;
      throw new StriateError("shape", `it says that an input has shape ${shapeText(shape)}`);
    },
    build: (_context, feature) => feature,
  });
}
