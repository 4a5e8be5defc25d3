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
  type Axes,
  type Constraint,
  type ConstraintName,
  constrained,
  type ForeignConstraint,
  type MaxNorm,
  type MinMaxNorm,
  maxNorm,
  minMaxNorm,
  nonNeg,
  type UnitNorm,
  unitNorm,
} from "./constraints.ts";
export { type Conv2dOptions, conv2d } from "./conv2d.ts";
export { type Conv2dTransposeOptions, conv2dTranspose } from "./conv2dTranspose.ts";
export type { ConvolutionOptions, KernelOptions } from "./convolution.ts";
export { type Cropping2dOptions, cropping2d } from "./cropping2d.ts";
export {
  imageDataFormat,
  inImageDataFormat,
  setImageDataFormat,
  WITH_DATA_FORMAT,
} from "./dataFormat.ts";
export { defineLayer, type LayerBuildContext, type LayerDefinition, type LayerWeight } from "./defineLayer.ts";
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
  type NormalOptions,
  randomNormal,
  randomUniform,
  truncated,
  type VarianceScalingOptions,
  varianceScaling,
} from "./initializers.ts";
export { input } from "./input.ts";
export { type BuildContext, completeLayer, type Layer } from "./layer.ts";
export { type LayerNormalizationOptions, layerNormalization } from "./layerNormalization.ts";
export { type LayerOptions, layerOptions } from "./layerOptions.ts";
export { type LayerScaleOptions, layerScale } from "./layerScale.ts";
export { LAYER_TYPES, type LayerType } from "./layerTypes.ts";
export { type PartialConv2dOptions, partialConv2d, type Subsampling2dOptions, subsampling2d } from "./lecun.ts";
export { type LocalResponseNormalizationOptions, localResponseNormalization } from "./localResponseNormalization.ts";
export {
  add,
  average,
  type ConcatenateOptions,
  concatenate,
  divide,
  maximum,
  minimum,
  multiply,
  type ScaledAddOptions,
  scaledAdd,
  subtract,
} from "./merging.ts";
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
export {
  type ElasticNet,
  type ForeignRegularizer,
  l1,
  l1L2,
  l2,
  type Orthogonality,
  orthogonal,
  penalty,
  type Regularizer,
  type RegularizerName,
} from "./regularizers.ts";
export { type Numbers, type RescalingOptions, rescaling } from "./rescaling.ts";
export type { PictureInterpolation } from "./resizePicture.ts";
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
