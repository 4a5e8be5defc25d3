import { checkOptions } from "../checks/index.ts";
import {
  activation,
  batchNormalization,
  concatenate,
  conv2d,
  inImageDataFormat,
  input,
  maxPooling2d,
  type SymbolicTensor,
} from "../layers/index.ts";
import { type Model, model } from "../model/index.ts";
import type { Shape } from "../tensor/index.ts";
import { chain } from "./net.ts";

/** A convolution with its nonlinearity, as the modules of a net have it. */
export type ConvolutionUnit = (
  x: SymbolicTensor,
  options: { readonly name: string; readonly filters: number; readonly kernelSize: number; readonly strides?: number },
) => SymbolicTensor;

/** A convolution that keeps the size (or divides it by its strides), and ReLU. */
export const convRelu: ConvolutionUnit = (x, options) => conv2d({ ...options, padding: "same", activation: "relu" })(x);

/** The same with batch normalization between the two, and so without bias: `NAME`, `NAME_bn`, `NAME_relu`. */
export const convNormRelu: ConvolutionUnit = (x, options) =>
  chain(
    x,
    conv2d({ ...options, padding: "same", useBias: false }),
    batchNormalization({ name: `${options.name}_bn` }),
    activation({ name: `${options.name}_relu`, activation: "relu" }),
  );

const pool = (x: SymbolicTensor, name: string) =>
  maxPooling2d({ name: `${name}_pool`, poolSize: 3, strides: 1, padding: "same" })(x);

/** The kernels of the 1x1, 3x3 and 5x5 convolutions of a naive module. */
export type NaiveSizes = readonly [one: number, three: number, five: number];

/**
 * The inception module without reductions (Szegedy et al. 2015, "Going deeper with convolutions", figure 2a): 1x1, 3x3 and
 * 5x5 convolutions and a 3x3 max pooling side by side, their channels one after the other. The pooling keeps all channels,
 * so that the maps grow from module to module.
 */
export function naiveInceptionModule(
  x: SymbolicTensor,
  name: string,
  [one, three, five]: NaiveSizes,
  convolution: ConvolutionUnit = convRelu,
): SymbolicTensor {
  return concatenate({ name: `${name}_output` })([
    convolution(x, { name: `${name}_1x1`, filters: one, kernelSize: 1 }),
    convolution(x, { name: `${name}_3x3`, filters: three, kernelSize: 3 }),
    convolution(x, { name: `${name}_5x5`, filters: five, kernelSize: 5 }),
    pool(x, name),
  ]);
}

/** The columns of table 1: #1x1, #3x3 reduce, #3x3, #5x5 reduce, #5x5, pool proj. */
export type InceptionSizes = readonly [
  one: number,
  threeReduce: number,
  three: number,
  fiveReduce: number,
  five: number,
  pool: number,
];

/**
 * The inception module (Szegedy et al. 2015, figure 2b): before the large kernels a 1x1 convolution reduces the channels,
 * behind the pooling too. Layers `NAME_1x1`, `NAME_3x3_reduce`, `NAME_3x3`, `NAME_5x5_reduce`, `NAME_5x5`, `NAME_pool`,
 * `NAME_pool_proj`, `NAME_output`.
 */
export function inceptionModule(
  x: SymbolicTensor,
  name: string,
  [one, threeReduce, three, fiveReduce, five, poolProjection]: InceptionSizes,
  convolution: ConvolutionUnit = convRelu,
): SymbolicTensor {
  const reduced = (size: string, reduction: number) =>
    convolution(x, { name: `${name}_${size}_reduce`, filters: reduction, kernelSize: 1 });
  return concatenate({ name: `${name}_output` })([
    convolution(x, { name: `${name}_1x1`, filters: one, kernelSize: 1 }),
    convolution(reduced("3x3", threeReduce), { name: `${name}_3x3`, filters: three, kernelSize: 3 }),
    convolution(reduced("5x5", fiveReduce), { name: `${name}_5x5`, filters: five, kernelSize: 5 }),
    convolution(pool(x, name), { name: `${name}_pool_proj`, filters: poolProjection, kernelSize: 1 }),
  ]);
}

/** The options of `inceptionNaive` and `inceptionBottleneck`. */
export interface InceptionOptions {
  /** Default [28, 28, 192]. */
  readonly inputShape?: Shape;
  readonly seed?: number;
}

/**
 * One naive inception module as a model, to be compared with `inceptionBottleneck`: on 28x28x192 its 5x5 convolution of
 * 32 kernels takes 120,422,400 multiplications.
 */
export function inceptionNaive(options: InceptionOptions = {}): Model {
  checkOptions("inceptionNaive", options, { inputShape: true, seed: true });
  const { inputShape = [28, 28, 192], seed = 0 } = options;
  const x = input({ shape: inputShape });
  const outputs = inImageDataFormat("channelsLast", () => naiveInceptionModule(x, "inception", [64, 128, 32]));
  return model({ name: "inception-naive", inputs: x, outputs, seed });
}

/**
 * One inception module as a model, 3a of GoogLeNet: behind a 1x1 convolution of 16 kernels the 5x5 convolution takes
 * 12,443,648 multiplications together with it.
 */
export function inceptionBottleneck(options: InceptionOptions = {}): Model {
  checkOptions("inceptionBottleneck", options, { inputShape: true, seed: true });
  const { inputShape = [28, 28, 192], seed = 0 } = options;
  const x = input({ shape: inputShape });
  const outputs = inImageDataFormat("channelsLast", () => inceptionModule(x, "inception", [64, 96, 128, 16, 32, 32]));
  return model({ name: "inception-bottleneck", inputs: x, outputs, seed });
}
