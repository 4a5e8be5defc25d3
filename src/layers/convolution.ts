import type { OptionNames } from "../checks/index.ts";
import type { Value } from "../graph/index.ts";
import type { Shape } from "../tensor/index.ts";
import { type Activation, activate, activatedShape, activationOf } from "./activation.ts";
import type { Constraint, ConstraintName } from "./constraints.ts";
import {
  channelsFirst,
  type DataFormat,
  type Feature,
  fromChannelsFirst,
  type Picture,
  pictureOf,
  pictureShape,
} from "./feature.ts";
import type { Initializer, InitializerName } from "./initializers.ts";
import type { BuildContext } from "./layer.ts";
import type { LayerOptions, OwnOptions } from "./layerOptions.ts";
import { dataFormatOf, type Pair, wholePair } from "./options.ts";
import type { Regularizer, RegularizerName } from "./regularizers.ts";
import { checkKernelFits, type Padding, type Placement, paddingOf, spatialSize } from "./spatial.ts";
import type { WeightSpec } from "./variable.ts";
import { weightOf } from "./weights.ts";

/** What every layer takes that moves kernels over a picture. */
export interface ConvolutionOptions extends LayerOptions {
  readonly kernelSize: Pair;
  /** Default 1. */
  readonly strides?: Pair;
  /** `valid` (default): no padding; `same`: zeros so that the output has ceil(size / stride). */
  readonly padding?: Padding;
  /** Default `channelsLast`: [batch, height, width, channels]. */
  readonly dataFormat?: DataFormat;
  /** Distance between the kernel's taps. Default 1. */
  readonly dilationRate?: Pair;
  /** Default `linear`. */
  readonly activation?: Activation;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default `zeros`. */
  readonly biasInitializer?: InitializerName | Initializer;
  /** What large biases cost in training: `l1`, `l2`, `l1L2`, or one of these functions' results. Default: none. */
  readonly biasRegularizer?: RegularizerName | Regularizer;
  /** What biases are made to fulfil after each step of training: `maxNorm`, `nonNeg`, ... Default: nothing. */
  readonly biasConstraint?: ConstraintName | Constraint;
}

export const CONVOLUTION: OwnOptions<ConvolutionOptions> = {
  kernelSize: true,
  strides: true,
  padding: true,
  dataFormat: true,
  dilationRate: true,
  activation: true,
  useBias: true,
  biasInitializer: true,
  biasRegularizer: true,
  biasConstraint: true,
};

/** What layers take that have one kernel. */
export interface KernelOptions {
  /** Default `glorotUniform`. */
  readonly kernelInitializer?: InitializerName | Initializer;
  /** What large kernel weights cost in training: `l1`, `l2`, `l1L2`, or one of these functions' results. Default: none. */
  readonly kernelRegularizer?: RegularizerName | Regularizer;
  /** What kernels are made to fulfil after each step of training: `maxNorm`, `nonNeg`, ... Default: nothing. */
  readonly kernelConstraint?: ConstraintName | Constraint;
}

export const KERNEL: OptionNames<KernelOptions> = {
  kernelInitializer: true,
  kernelRegularizer: true,
  kernelConstraint: true,
};

export function kernelOf(type: string, options: KernelOptions) {
  return weightOf(type, "kernel", {
    initializer: options.kernelInitializer ?? "glorotUniform",
    regularizer: options.kernelRegularizer,
    constraint: options.kernelConstraint,
  });
}

/** What such layers have in common. */
interface Convolution {
  readonly placement: Placement;
  picture(input: Shape): Picture;
  shapeOf(picture: Picture): Shape;
  /** The output for so many channels. @throws StriateError `shape` when the kernel is larger than the picture */
  outputShape(input: Shape, channels: number): Shape;
  /** The bias of so many channels, or nothing where there is none. */
  bias(channels: number): readonly WeightSpec[];
  /** Convolves channels first, and activates. */
  build(context: BuildContext, input: Feature, convolve: (x: Value, bias: Value | undefined) => Value): Feature;
}

/** @throws StriateError `usage` for an option that cannot be */
export function convolution(type: string, options: ConvolutionOptions): Convolution {
  const placement = {
    kernel: wholePair(type, "kernelSize", options.kernelSize),
    strides: wholePair(type, "strides", options.strides ?? 1),
    dilations: wholePair(type, "dilationRate", options.dilationRate ?? 1),
    padding: paddingOf(type, options.padding),
  };
  const dataFormat = dataFormatOf(type, options.dataFormat);
  const activation = activationOf(type, options.activation);
  const { useBias = true } = options;
  const bias = weightOf(type, "bias", {
    initializer: options.biasInitializer ?? "zeros",
    regularizer: options.biasRegularizer,
    constraint: options.biasConstraint,
  });
  return {
    placement,
    picture: (input) => pictureOf(input, dataFormat),
    shapeOf: (picture) => activatedShape(activation, pictureShape(picture, dataFormat)),
    outputShape: (input, channels) => {
      const { height, width } = pictureOf(input, dataFormat);
      checkKernelFits("kernelSize", [height, width], placement);
      const [h, w] = spatialSize([height, width], placement);
      return activatedShape(activation, pictureShape({ height: h, width: w, channels }, dataFormat));
    },
    bias: (channels) => (useBias ? [bias([channels])] : []),
    build: (context, input, convolve) => {
      const { g, weight } = context;
      const y = convolve(channelsFirst(g, input, dataFormat), useBias ? weight("bias") : undefined);
      return activate(context, activation, fromChannelsFirst(y, dataFormat));
    },
  };
}

/** The axes of Keras's kernel [height, width, in, out] as ONNX's [out, in, height, width]. */
export const KERNEL_TO_GRAPH = [3, 2, 0, 1];
