export { type ActivationName, activation } from "./activation.ts";
export {
  type BatchNormalizationOptions,
  batchNormalization,
  batchNormMomentum,
  setBatchNormMomentum,
} from "./batchNormalization.ts";
export { type Conv2dOptions, conv2d } from "./conv2d.ts";
export { type Conv2dTransposeOptions, conv2dTranspose } from "./conv2dTranspose.ts";
export { type Cropping2dOptions, cropping2d } from "./cropping2d.ts";
export { type DenseOptions, dense } from "./dense.ts";
export { type DepthwiseConv2dOptions, depthwiseConv2d } from "./depthwiseConv2d.ts";
export { dropout, spatialDropout2d } from "./dropout.ts";
export { type ClipOptions, clip, type ElementwiseOperation, elementwise, power } from "./elementwise.ts";
export { apiShape, type DataFormat, type Feature, inApiOrder } from "./feature.ts";
export { gaussianNoise } from "./gaussianNoise.ts";
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
export { type BuildContext, completeLayer, type Layer, type LayerOptions } from "./layer.ts";
export { type PartialConv2dOptions, partialConv2d, type Subsampling2dOptions, subsampling2d } from "./lecun.ts";
export { type LocalResponseNormalizationOptions, localResponseNormalization } from "./localResponseNormalization.ts";
export { add, average, concatenate, divide, maximum, minimum, multiply, subtract } from "./merging.ts";
export { type NormalizationLayer, type NormalizationOptions, normalization } from "./normalization.ts";
export { onnxGraph } from "./onnxGraph.ts";
export type { Pair, Sides } from "./options.ts";
export {
  averagePooling2d,
  type GlobalPooling2dOptions,
  globalAveragePooling2d,
  globalMaxPooling2d,
  maxPooling2d,
  type Pooling2dOptions,
} from "./pooling2d.ts";
export { elu, leakyReLU, type PReLUOptions, pReLU, type ReLUOptions, reLU } from "./rectifiers.ts";
export { type ReduceOperation, type ReduceOptions, reduce } from "./reduce.ts";
export { l1, l1L2, l2, penalty, type Regularizer, type RegularizerName } from "./regularizers.ts";
export { type RescalingOptions, rescaling } from "./rescaling.ts";
export { type SeparableConv2dOptions, separableConv2d } from "./separableConv2d.ts";
export { flatten, permute, reshape } from "./shaping.ts";
export { type SliceOptions, slice } from "./slice.ts";
export { softmax } from "./softmax.ts";
export type { Padding } from "./spatial.ts";
export { callForOutput, callLayer, type LayerCall, type LayerInputs, listOf, SymbolicTensor } from "./symbolic.ts";
export { type UpSampling2dOptions, upSampling2d } from "./upSampling2d.ts";
export { Variable, type WeightSpec } from "./variable.ts";
export { type ZeroPadding2dOptions, zeroPadding2d } from "./zeroPadding2d.ts";
