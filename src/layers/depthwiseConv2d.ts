import { wholeNumber } from "../checks/index.ts";
import type { GraphBuilder, Value } from "../graph/index.ts";
import { conv, reshapeTo } from "../ops/index.ts";
import type { Constraint, ConstraintName } from "./constraints.ts";
import { CONVOLUTION, type ConvolutionOptions, convolution } from "./convolution.ts";
import type { Initializer, InitializerName } from "./initializers.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { layerOptions, type OwnOptions } from "./layerOptions.ts";
import type { Regularizer, RegularizerName } from "./regularizers.ts";
import { convAttributes, type Placement } from "./spatial.ts";
import { weightOf } from "./weights.ts";

/** The options of `depthwiseConv2d`. */
export interface DepthwiseConv2dOptions extends ConvolutionOptions {
  /** Number of output channels for each input channel. Default 1. */
  readonly depthMultiplier?: number;
  /** Default `glorotUniform`. */
  readonly depthwiseInitializer?: InitializerName | Initializer;
  /** What large kernel weights cost in training: `l1`, `l2`, `l1L2`, or one of these functions' results. Default: none. */
  readonly depthwiseRegularizer?: RegularizerName | Regularizer;
  /** What kernels are made to fulfil after each step of training: `maxNorm`, `nonNeg`, ... Default: nothing. */
  readonly depthwiseConstraint?: ConstraintName | Constraint;
}

export const DEPTHWISE: OwnOptions<DepthwiseConv2dOptions> = {
  ...CONVOLUTION,
  depthMultiplier: true,
  depthwiseInitializer: true,
  depthwiseRegularizer: true,
  depthwiseConstraint: true,
};

export function depthwiseKernelOf(type: string, name: string, options: DepthwiseConv2dOptions) {
  return weightOf(type, name, {
    initializer: options.depthwiseInitializer ?? "glorotUniform",
    regularizer: options.depthwiseRegularizer,
    constraint: options.depthwiseConstraint,
  });
}

/** The axes of Keras's [height, width, channels, multiplier] as [channels, multiplier, height, width]. */
export const DEPTHWISE_TO_GRAPH = [2, 3, 0, 1];

/** A convolution of every channel by kernels of its own, [channels, multiplier, height, width]. */
export function convolveDepthwise(g: GraphBuilder, x: Value, kernel: Value, bias: Value | undefined, at: Placement) {
  const [channels = 1, multiplier = 1, ...size] = kernel.shape;
  const grouped = reshapeTo(g, kernel, [channels * multiplier, 1, ...size]);
  return g.op(conv, [x, grouped, bias], { ...convAttributes(at), group: channels });
}

/**
 * Convolution in which each input channel has kernels of its own, as Keras's DepthwiseConv2D.
 *
 * Input [batch, height, width, channels]; output [batch, height', width', channels * depthMultiplier] with the sizes of
 * `conv2d`; the outputs of one channel stand beside each other. Weights: kernel
 * [kernel height, kernel width, channels, depthMultiplier] and bias [channels * depthMultiplier].
 * @throws StriateError `usage` for an option that cannot be, `shape` for an input that does not fit.
 */
export function depthwiseConv2d(options: DepthwiseConv2dOptions): Layer {
  const type = "depthwiseConv2d";
  const checked = layerOptions(type, options, DEPTHWISE);
  const multiplier = wholeNumber(type, "depthMultiplier", options.depthMultiplier ?? 1);
  const { placement, picture, outputShape, bias, build } = convolution(type, options);
  const kernel = depthwiseKernelOf(type, "kernel", options);
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => outputShape(input, picture(input).channels * multiplier),
    weights: (input) => {
      const { channels } = picture(input);
      return [kernel([...placement.kernel, channels, multiplier], DEPTHWISE_TO_GRAPH), ...bias(channels * multiplier)];
    },
    build: (context, input) => {
      const { g, weight } = context;
      return build(context, input, (x, b) => convolveDepthwise(g, x, weight("kernel"), b, placement));
    },
  });
}
