import { StriateError } from "../errors.ts";
import { reshapeTo, transposeBy } from "../ops/index.ts";
import { type Shape, shapeText, sizeOf } from "../tensor/index.ts";
import { type DataFormat, inApiOrder } from "./feature.ts";
import { defineLayer, type Layer, type LayerOptions } from "./layer.ts";
import { dataFormatOf } from "./options.ts";

/**
 * Everything but the batch on one axis, as Keras's Flatten: in the API's order, with `channelsFirst` after moving the
 * channels to the end.
 */
export function flatten(options: LayerOptions & { readonly dataFormat?: DataFormat } = {}): Layer {
  const dataFormat = dataFormatOf("flatten", options.dataFormat);
  return defineLayer({
    type: "flatten",
    options,
    outputShape: (input) => [sizeOf(input)],
    build: ({ g }, input) => {
      const value = inApiOrder(g, input);
      const axes = [...value.shape.keys()];
      const last =
        dataFormat === "channelsFirst" && axes.length > 2 ? transposeBy(g, value, [0, ...axes.slice(2), 1]) : value;
      return { value: reshapeTo(g, last, [value.shape[0] ?? 1, sizeOf(value.shape.slice(1))]), moved: false };
    },
  });
}

/** Another shape for the same elements in the API's order, as Keras's Reshape; one size may be -1. */
export function reshape(options: LayerOptions & { readonly targetShape: Shape }): Layer {
  const { targetShape } = options;
  const wildcards = targetShape.filter((size) => size === -1).length;
  if (wildcards > 1 || !targetShape.every((size) => Number.isSafeInteger(size) && (size > 0 || size === -1))) {
    throw new StriateError(
      "usage",
      `reshape: targetShape takes sizes of at least 1 and at most one -1, received ${shapeText(targetShape)}`,
    );
  }
  const resolve = (input: Shape) => {
    const known = sizeOf(targetShape.filter((size) => size !== -1));
    const shape = targetShape.map((size) => (size === -1 ? sizeOf(input) / known : size));
    if (sizeOf(shape) !== sizeOf(input) || !shape.every(Number.isInteger)) {
      throw new StriateError(
        "shape",
        `its input ${shapeText(input)} has ${sizeOf(input)} elements, which do not fit into ${shapeText(targetShape)}`,
      );
    }
    return shape;
  };
  return defineLayer({
    type: "reshape",
    options,
    outputShape: resolve,
    build: ({ g }, input) => {
      const value = inApiOrder(g, input);
      return { value: reshapeTo(g, value, [value.shape[0] ?? 1, ...resolve(value.shape.slice(1))]), moved: false };
    },
  });
}
