import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";

/** Its input as it is, as Keras's Identity. */
export function identity(options: LayerOptions = {}): Layer {
  return defineUnaryLayer({
    type: "identity",
    options: layerOptions("identity", options, {}),
    outputShape: (input) => input,
    build: (_context, input) => input,
  });
}
