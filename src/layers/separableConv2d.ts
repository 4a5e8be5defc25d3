import { wholeNumber } from "../checks/index.ts";
import { conv } from "../ops/index.ts";
import type { Constraint, ConstraintName } from "./constraints.ts";
import { convolution, KERNEL_TO_GRAPH } from "./convolution.ts";
import {
  convolveDepthwise,
  DEPTHWISE,
  DEPTHWISE_TO_GRAPH,
  type DepthwiseConv2dOptions,
  depthwiseKernelOf,
} from "./depthwiseConv2d.ts";
import type { Initializer, InitializerName } from "./initializers.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { layerOptions } from "./layerOptions.ts";
import type { Regularizer, RegularizerName } from "./regularizers.ts";
import { weightOf } from "./weights.ts";

/** The options of `separableConv2d`. */
export interface SeparableConv2dOptions extends DepthwiseConv2dOptions {
  /** Number of output channels. */
  readonly filters: number;
  /** Default `glorotUniform`. */
  readonly pointwiseInitializer?: InitializerName | Initializer;
  /** What large weights of the 1x1 convolution cost in training. Default: none. */
  readonly pointwiseRegularizer?: RegularizerName | Regularizer;
  /** What weights of the 1x1 convolution are made to fulfil after each step of training. Default: nothing. */
  readonly pointwiseConstraint?: ConstraintName | Constraint;
}

/**
 * A depthwise convolution and then a 1x1 convolution that mixes its channels, as Keras's SeparableConv2D: nearly what
 * `conv2d` can do, for far fewer multiplications.
 *
 * Input [batch, height, width, channels]; output [batch, height', width', filters] with the sizes of `conv2d`. Weights:
 * depthwise_kernel [kernel height, kernel width, channels, depthMultiplier], pointwise_kernel
 * [1, 1, channels * depthMultiplier, filters] and bias [filters].
 * @throws StriateError `usage` for an option that cannot be, `shape` for an input that does not fit.
 */
export function separableConv2d(options: SeparableConv2dOptions): Layer {
  const type = "separableConv2d";
  const checked = layerOptions(type, options, {
    ...DEPTHWISE,
    filters: true,
    pointwiseInitializer: true,
    pointwiseRegularizer: true,
    pointwiseConstraint: true,
  });
  const filters = wholeNumber(type, "filters", options.filters);
  const multiplier = wholeNumber(type, "depthMultiplier", options.depthMultiplier ?? 1);
  const { placement, picture, outputShape, bias, build } = convolution(type, options);
  const depthwise = depthwiseKernelOf(type, "depthwise_kernel", options);
  const pointwise = weightOf(type, "pointwise_kernel", {
    initializer: options.pointwiseInitializer ?? "glorotUniform",
    regularizer: options.pointwiseRegularizer,
    constraint: options.pointwiseConstraint,
  });
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => outputShape(input, filters),
    weights: (input) => {
      const { channels } = picture(input);
      return [
        depthwise([...placement.kernel, channels, multiplier], DEPTHWISE_TO_GRAPH),
        pointwise([1, 1, channels * multiplier, filters], KERNEL_TO_GRAPH),
        ...bias(filters),
      ];
    },
    build: (context, input) => {
      const { g, weight } = context;
      return build(context, input, (x, b) => {
        const filtered = convolveDepthwise(g, x, weight("depthwise_kernel"), undefined, placement);
        return g.op(conv, [filtered, weight("pointwise_kernel"), b]);
      });
    },
  });
}
