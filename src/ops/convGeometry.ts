import { StriateError } from "../errors.ts";
import { int } from "../graph/index.ts";
import { type Shape, shapeText } from "../tensor/index.ts";
import { placeWindows, WINDOW_ATTRIBUTES, type WindowAttributes, type Windows } from "./windows.ts";

export const CONV_ATTRIBUTES = { ...WINDOW_ATTRIBUTES, group: int(1) };

/** A convolution resolved: channels, groups, and where its windows lie. */
export interface ConvGeometry {
  readonly batch: number;
  readonly groups: number;
  /** Input and output channels of one group. */
  readonly inputs: number;
  readonly outputs: number;
  readonly windows: Windows;
}

/** @throws StriateError `shape` when input, weights and attributes do not fit together. */
export function convGeometry(
  X: Shape,
  W: Shape,
  attributes: WindowAttributes & { readonly group: number },
): ConvGeometry {
  const [batch, channels, ...input] = X;
  const [filters, inputs, ...kernel] = W;
  const { group } = attributes;
  if (
    batch === undefined ||
    channels === undefined ||
    filters === undefined ||
    inputs === undefined ||
    X.length !== W.length
  ) {
    throw new StriateError("shape", `Conv: weights of ${shapeText(W)} do not fit an input of ${shapeText(X)}`);
  }
  if (group < 1 || channels !== inputs * group || filters % group !== 0) {
    throw new StriateError(
      "shape",
      `Conv: weights of ${shapeText(W)} in ${group} groups do not fit the ${channels} channels of ${shapeText(X)}`,
    );
  }
  const windows = placeWindows("Conv", input, kernel, attributes);
  return { batch, groups: group, inputs, outputs: filters / group, windows };
}
