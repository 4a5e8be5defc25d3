import { apiAxes, apiShape, axisInGraph } from "./feature.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import { unitVectors } from "./unitVectors.ts";

/** The options of `unitNormalization`. */
export interface UnitNormalizationOptions extends LayerOptions {
  /** The axes over which the norm is taken, the batch being 0. Default -1. */
  readonly axis?: number | readonly number[];
}

/**
 * x / |x|, so that the vectors along one or several axes have length 1, as Keras's UnitNormalization. Any shape.
 * @throws StriateError `shape` when the input has no such axis.
 */
export function unitNormalization(options: UnitNormalizationOptions = {}): Layer {
  const checked = layerOptions("unitNormalization", options, { axis: true });
  const { axis = -1 } = checked;
  return defineUnaryLayer({
    type: "unitNormalization",
    options: checked,
    outputShape: (input) => {
      apiAxes(axis, input);
      return input;
    },
    build: ({ g }, input) => {
      const places = apiAxes(axis, apiShape(input)).map((one) => axisInGraph(input, one));
      return { ...input, value: unitVectors(g, input.value, places, 1e-12) };
    },
  });
}
