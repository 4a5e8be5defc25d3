import { StriateError } from "../errors.ts";
import { reshapeTo, transposeBy } from "../ops/index.ts";
import { type Shape, shapeText, sizeOf } from "../tensor/index.ts";
import { axisInGraph, type DataFormat, inApiOrder } from "./feature.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import { dataFormatOf } from "./options.ts";

/**
 * Everything but the batch on one axis, as Keras's Flatten: in the API's order, with `channelsFirst` after moving the
 * channels to the end.
 */
export function flatten(options: LayerOptions & { readonly dataFormat?: DataFormat } = {}): Layer {
  const checked = layerOptions("flatten", options, { dataFormat: true });
  const dataFormat = dataFormatOf("flatten", options.dataFormat);
  return defineUnaryLayer({
    type: "flatten",
    options: checked,
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
  const checked = layerOptions("reshape", options, { targetShape: true });
  const { targetShape } = checked;
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
  return defineUnaryLayer({
    type: "reshape",
    options: checked,
    outputShape: resolve,
    build: ({ g }, input) => {
      const value = inApiOrder(g, input);
      return { value: reshapeTo(g, value, [value.shape[0] ?? 1, ...resolve(value.shape.slice(1))]), moved: false };
    },
  });
}

/**
 * The axes in another order, as Keras's Permute.
 * @param options.dims for each axis of the output the one of the input, the first after the batch being 1: [2, 1] swaps
 * two axes
 * @throws StriateError `usage` unless each axis is named once, `shape` when the input has another number of axes.
 */
export function permute(options: LayerOptions & { readonly dims: readonly number[] }): Layer {
  const checked = layerOptions("permute", options, { dims: true });
  const { dims } = checked;
  if (dims.length === 0 || dims.toSorted((a, b) => a - b).some((axis, i) => axis !== i + 1)) {
    throw new StriateError(
      "usage",
      `permute: dims must name each axis from 1 to their number once, received ${shapeText(dims)}`,
    );
  }
  return defineUnaryLayer({
    type: "permute",
    options: checked,
    outputShape: (input) => {
      if (input.length !== dims.length) {
        throw new StriateError("shape", `its dims ${shapeText(dims)} do not fit the ${input.length} axes of its input`);
      }
      return dims.map((axis) => input[axis - 1] ?? 1);
    },
    build: ({ g }, input) => {
      const perm = [0, ...dims.map((axis) => axisInGraph(input, axis))];
      return { value: transposeBy(g, input.value, perm), moved: false };
    },
  });
}
