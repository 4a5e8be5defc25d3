export { type ActivationName, activation } from "./activation.ts";
export { type Conv2dOptions, conv2d } from "./conv2d.ts";
export { type DenseOptions, dense } from "./dense.ts";
export { dropout } from "./dropout.ts";
export { apiShape, type DataFormat, type Feature, inApiOrder } from "./feature.ts";
export {
  constant,
  type Initializer,
  type InitializerName,
  randomNormal,
  randomUniform,
  truncated,
  varianceScaling,
} from "./initializers.ts";
export { input } from "./input.ts";
export type { BuildContext, Layer, LayerOptions, WeightSpec } from "./layer.ts";
export { type PartialConv2dOptions, partialConv2d, type Subsampling2dOptions, subsampling2d } from "./lecun.ts";
export type { Pair } from "./options.ts";
export {
  averagePooling2d,
  type GlobalPooling2dOptions,
  globalAveragePooling2d,
  maxPooling2d,
  type Pooling2dOptions,
} from "./pooling2d.ts";
export { flatten, reshape } from "./shaping.ts";
export type { Padding } from "./spatial.ts";
export { type ZeroPadding2dOptions, zeroPadding2d } from "./zeroPadding2d.ts";
