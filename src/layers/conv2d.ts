import { wholeNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { conv } from "../ops/index.ts";
import {
  CONVOLUTION,
  type ConvolutionOptions,
  convolution,
  KERNEL,
  KERNEL_TO_GRAPH,
  type KernelOptions,
  kernelOf,
} from "./convolution.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { layerOptions } from "./layerOptions.ts";
import { convAttributes } from "./spatial.ts";

/** The options of `conv2d`. */
export interface Conv2dOptions extends ConvolutionOptions, KernelOptions {
  /** Number of kernels, which is the number of output channels. */
  readonly filters: number;
  /** The input's channels are split into so many groups with kernels of their own. Default 1. */
  readonly groups?: number;
}

/**
 * 2-D convolution, as Keras's Conv2D.
 *
 * Input [batch, height, width, channels]; output [batch, height', width', filters] with, for `valid`,
 * height' = floor((height - k') / stride) + 1, k' = (k - 1) dilation + 1. Weights: kernel
 * [kernel height, kernel width, channels / groups, filters] and bias [filters].
 * @throws StriateError `usage` for an option that cannot be, `shape` for an input that does not fit.
 */
export function conv2d(options: Conv2dOptions): Layer {
  const type = "conv2d";
  const checked = layerOptions(type, options, { ...CONVOLUTION, ...KERNEL, filters: true, groups: true });
  const filters = wholeNumber(type, "filters", options.filters);
  const group = wholeNumber(type, "groups", options.groups ?? 1);
  const { placement, picture, outputShape, bias, build } = convolution(type, options);
  const kernel = kernelOf(type, options);
  if (filters % group !== 0) {
    throw new StriateError(
      "usage",
      `${type}: ${filters} filters cannot be split into ${group} groups of the same size`,
    );
  }
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      const { channels } = picture(input);
      if (channels % group === 0) return outputShape(input, filters);
      throw new StriateError("shape", `the ${channels} channels of its input cannot be split into ${group} groups`);
    },
    weights: (input) => {
      const shape = [...placement.kernel, picture(input).channels / group, filters];
      return [kernel(shape, KERNEL_TO_GRAPH), ...bias(filters)];
    },
    build: (context, input) => {
      const { g, weight } = context;
      const attributes = { ...convAttributes(placement), group };
      return build(context, input, (x, b) => g.op(conv, [x, weight("kernel"), b], attributes));
    },
  });
}
