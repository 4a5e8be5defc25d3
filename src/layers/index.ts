export { type Activation, type ActivationName, type ActivationOptions, activation } from "./activation.ts";
export { type ActivityRegularizationOptions, activityRegularization } from "./activityRegularization.ts";
export type { AffineOptions } from "./affine.ts";
export {
  type BatchNormalizationOptions,
  batchNormalization,
  batchNormMomentum,
  setBatchNormMomentum,
} from "./batchNormalization.ts";
export {
  type Constraint,
  type ConstraintName,
  constrained,
  maxNorm,
  minMaxNorm,
  nonNeg,
  unitNorm,
} from "./constraints.ts";
export { type Conv2dOptions, conv2d } from "./conv2d.ts";
export { type Conv2dTransposeOptions, conv2dTranspose } from "./conv2dTranspose.ts";
export { type Cropping2dOptions, cropping2d } from "./cropping2d.ts";
export {
  imageDataFormat,
  inImageDataFormat,
  setImageDataFormat,
  WITH_DATA_FORMAT,
} from "./dataFormat.ts";
export { type DenseOptions, dense } from "./dense.ts";
export { type DepthwiseConv2dOptions, depthwiseConv2d } from "./depthwiseConv2d.ts";
export { type DropoutOptions, dropout, type SpatialDropout2dOptions, spatialDropout2d } from "./dropout.ts";
export { type ClipOptions, clip, type ElementwiseOperation, elementwise, power } from "./elementwise.ts";
export { apiShape, type DataFormat, type Feature, inApiOrder } from "./feature.ts";
export { gaussianNoise } from "./gaussianNoise.ts";
export { type GroupNormalizationOptions, groupNormalization } from "./groupNormalization.ts";
export { identity } from "./identity.ts";
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
export { type BuildContext, completeLayer, type Layer } from "./layer.ts";
export { type LayerNormalizationOptions, layerNormalization } from "./layerNormalization.ts";
export { type LayerOptions, layerOptions } from "./layerOptions.ts";
export { type LayerScaleOptions, layerScale } from "./layerScale.ts";
export { type PartialConv2dOptions, partialConv2d, type Subsampling2dOptions, subsampling2d } from "./lecun.ts";
export { type LocalResponseNormalizationOptions, localResponseNormalization } from "./localResponseNormalization.ts";
export { add, average, concatenate, divide, maximum, minimum, multiply, scaledAdd, subtract } from "./merging.ts";
export {
  type Nested,
  type NormalizationLayer,
  type NormalizationOptions,
  nested,
  normalization,
} from "./normalization.ts";
export type { Pair, Sides } from "./options.ts";
export {
  averagePooling2d,
  type GlobalPooling2dOptions,
  globalAveragePooling2d,
  globalMaxPooling2d,
  maxPooling2d,
  type Pooling2dOptions,
} from "./pooling2d.ts";
export { type RandomFlipOptions, randomFlip } from "./randomFlip.ts";
export { elu, leakyReLU, type PReLUOptions, pReLU, type ReLUOptions, reLU } from "./rectifiers.ts";
export { type ReduceOperation, type ReduceOptions, reduce } from "./reduce.ts";
export { l1, l1L2, l2, orthogonal, penalty, type Regularizer, type RegularizerName } from "./regularizers.ts";
export { type RescalingOptions, rescaling } from "./rescaling.ts";
export { type ResizingOptions, resizing } from "./resizing.ts";
export { type SeparableConv2dOptions, separableConv2d } from "./separableConv2d.ts";
export { flatten, permute, reshape } from "./shaping.ts";
export { type SliceOptions, slice } from "./slice.ts";
export { type SoftmaxOptions, softmax } from "./softmax.ts";
export type { Padding } from "./spatial.ts";
export { type StochasticDepthOptions, stochasticDepth } from "./stochasticDepth.ts";
export { callForOutput, callLayer, type LayerCall, type LayerInputs, listOf, SymbolicTensor } from "./symbolic.ts";
export { type UnitNormalizationOptions, unitNormalization } from "./unitNormalization.ts";
export { type UpSampling2dOptions, upSampling2d } from "./upSampling2d.ts";
export { Variable, type WeightSpec } from "./variable.ts";
export { type ZeroPadding2dOptions, zeroPadding2d } from "./zeroPadding2d.ts";
