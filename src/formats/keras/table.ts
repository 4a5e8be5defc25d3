import { StriateError } from "../../errors.ts";
import * as layers from "../../layers/index.ts";
import { activationCodec } from "./activations.ts";
import {
  axes,
  axesOrNone,
  axis,
  dataFormat,
  flag,
  interpolation,
  nestedNumbers,
  number,
  numberList,
  numbers,
  padding,
  pair,
  sides,
  sizesOrNull,
  tableOfNumbers,
  withDefault,
  words,
} from "./codec.ts";
import { constraint } from "./constraints.ts";
import { initializer } from "./initializers.ts";
import { isRecord } from "./json.ts";
import { entry, type LayerEntry } from "./layerEntry.ts";
import { regularizer } from "./regularizers.ts";
import { OPERATION_TYPES } from "./writtenOperations.ts";

const activation = activationCodec({
  read: ({ class_name, config }) =>
    typeof class_name === "string" ? entryOfClass(class_name)?.read(isRecord(config) ? config : {}) : undefined,
  write: (layer) => {
    const known = entryOfType(layer.type);
    if (!known || known.ours) throw new StriateError("usage", `the activation ${layer.type} is no layer of Keras's`);
    const { module, className } = known;
    return { module, class_name: className, config: known.write(layer.config), registered_name: null };
  },
});

const convolution = {
  kernelSize: pair,
  strides: pair,
  padding,
  dataFormat,
  dilationRate: pair,
  activation,
  useBias: flag,
  biasInitializer: initializer,
  biasRegularizer: regularizer,
  biasConstraint: constraint,
};
const affine = {
  center: flag,
  scale: flag,
  betaInitializer: initializer,
  gammaInitializer: initializer,
  betaRegularizer: regularizer,
  gammaRegularizer: regularizer,
  betaConstraint: constraint,
  gammaConstraint: constraint,
};
const pooling = { poolSize: withDefault(pair, 2), strides: pair, padding, dataFormat };
const ours = { ours: true };
const merges = { merges: true };
const convNeXt = { module: "keras.src.applications.convnext" };

/** Every layer in Keras's language and in ours. */
const ENTRIES: readonly LayerEntry[] = [
  entry("conv2d", "Conv2D", layers.conv2d, {
    filters: number,
    groups: number,
    kernelInitializer: initializer,
    kernelRegularizer: regularizer,
    kernelConstraint: constraint,
    ...convolution,
  }),
  entry(
    "depthwiseConv2d",
    "DepthwiseConv2D",
    layers.depthwiseConv2d,
    {
      depthMultiplier: number,
      depthwiseInitializer: initializer,
      depthwiseRegularizer: regularizer,
      depthwiseConstraint: constraint,
      ...convolution,
    },
    { only: { groups: 1 } },
  ),
  entry(
    "separableConv2d",
    "SeparableConv2D",
    layers.separableConv2d,
    {
      filters: number,
      depthMultiplier: number,
      depthwiseInitializer: initializer,
      pointwiseInitializer: initializer,
      depthwiseRegularizer: regularizer,
      depthwiseConstraint: constraint,
      pointwiseRegularizer: regularizer,
      pointwiseConstraint: constraint,
      ...convolution,
    },
    { only: { groups: 1 } },
  ),
  entry(
    "conv2dTranspose",
    "Conv2DTranspose",
    layers.conv2dTranspose,
    {
      filters: number,
      outputPadding: pair,
      kernelInitializer: initializer,
      kernelRegularizer: regularizer,
      kernelConstraint: constraint,
      ...convolution,
    },
    { only: { groups: 1 } },
  ),
  entry("dense", "Dense", layers.dense, {
    units: number,
    activation,
    useBias: flag,
    kernelInitializer: initializer,
    biasInitializer: initializer,
    kernelRegularizer: regularizer,
    kernelConstraint: constraint,
    biasRegularizer: regularizer,
    biasConstraint: constraint,
  }),
  entry("maxPooling2d", "MaxPooling2D", layers.maxPooling2d, pooling),
  entry("averagePooling2d", "AveragePooling2D", layers.averagePooling2d, pooling),
  entry("globalAveragePooling2d", "GlobalAveragePooling2D", layers.globalAveragePooling2d, {
    keepdims: flag,
    dataFormat,
  }),
  entry("globalMaxPooling2d", "GlobalMaxPooling2D", layers.globalMaxPooling2d, { keepdims: flag, dataFormat }),
  entry("batchNormalization", "BatchNormalization", layers.batchNormalization, {
    axis,
    momentum: number,
    epsilon: number,
    ...affine,
    movingMeanInitializer: initializer,
    movingVarianceInitializer: initializer,
  }),
  entry("layerNormalization", "LayerNormalization", layers.layerNormalization, {
    axis: axes,
    epsilon: number,
    ...affine,
  }),
  entry("groupNormalization", "GroupNormalization", layers.groupNormalization, {
    groups: number,
    axis,
    epsilon: number,
    ...affine,
  }),
  entry("unitNormalization", "UnitNormalization", layers.unitNormalization, { axis: axes }),
  entry("identity", "Identity", layers.identity, {}),
  entry("activityRegularization", "ActivityRegularization", layers.activityRegularization, { l1: number, l2: number }),
  entry("dropout", "Dropout", layers.dropout, { rate: number, noiseShape: sizesOrNull }),
  entry("spatialDropout2d", "SpatialDropout2D", layers.spatialDropout2d, { rate: number, dataFormat }),
  entry("gaussianNoise", "GaussianNoise", layers.gaussianNoise, { stddev: number }),
  entry("flatten", "Flatten", layers.flatten, { dataFormat }),
  entry("reshape", "Reshape", layers.reshape, { targetShape: numberList }),
  entry("permute", "Permute", layers.permute, { dims: numberList }),
  entry("zeroPadding2d", "ZeroPadding2D", layers.zeroPadding2d, { padding: sides, dataFormat }),
  entry("cropping2d", "Cropping2D", layers.cropping2d, { cropping: sides, dataFormat }),
  entry("resizing", "Resizing", layers.resizing, {
    height: number,
    width: number,
    interpolation,
    cropToAspectRatio: flag,
    padToAspectRatio: flag,
    fillMode: words({ constant: "constant" }),
    fillValue: number,
    antialias: flag,
    dataFormat,
  }),
  entry("randomFlip", "RandomFlip", layers.randomFlip, {
    mode: words({
      horizontal: "horizontal",
      vertical: "vertical",
      horizontal_and_vertical: "horizontalAndVertical",
    }),
    dataFormat,
  }),
  entry("upSampling2d", "UpSampling2D", layers.upSampling2d, { size: pair, dataFormat, interpolation }),
  entry("reLU", "ReLU", layers.reLU, { maxValue: number, negativeSlope: number, threshold: number }),
  entry(
    "leakyReLU",
    "LeakyReLU",
    layers.leakyReLU,
    { negativeSlope: number },
    { formerly: { alpha: "negative_slope" } },
  ),
  entry("elu", "ELU", layers.elu, { alpha: number }),
  entry("pReLU", "PReLU", layers.pReLU, {
    alphaInitializer: initializer,
    alphaRegularizer: regularizer,
    alphaConstraint: constraint,
    sharedAxes: numberList,
  }),
  entry("softmax", "Softmax", layers.softmax, { axis: axes }),
  entry("activation", "Activation", layers.activation, { activation }),
  entry("rescaling", "Rescaling", layers.rescaling, { scale: numbers, offset: withDefault(numbers, 0) }),
  entry("normalization", "Normalization", layers.normalization, {
    axis: axesOrNone,
    mean: nestedNumbers,
    variance: nestedNumbers,
    invert: flag,
  }),
  entry("add", "Add", layers.add, {}, merges),
  entry("subtract", "Subtract", layers.subtract, {}, merges),
  entry("multiply", "Multiply", layers.multiply, {}, merges),
  entry("average", "Average", layers.average, {}, merges),
  entry("maximum", "Maximum", layers.maximum, {}, merges),
  entry("minimum", "Minimum", layers.minimum, {}, merges),
  entry(
    "scaledAdd",
    "CustomScaleLayer",
    layers.scaledAdd,
    { scale: number },
    { ...merges, module: "keras.src.applications.inception_resnet_v2" },
  ),
  entry("layerScale", "LayerScale", layers.layerScale, { initValues: number, projectionDim: number }, convNeXt),
  entry("stochasticDepth", "StochasticDepth", layers.stochasticDepth, { dropPathRate: number }, convNeXt),
  entry("concatenate", "Concatenate", layers.concatenate, { axis }, merges),
  entry(
    "localResponseNormalization",
    "LocalResponseNormalization",
    layers.localResponseNormalization,
    { depthRadius: number, bias: number, alpha: number, beta: number, dataFormat },
    ours,
  ),
  entry(
    "partialConv2d",
    "PartialConv2D",
    layers.partialConv2d,
    { connections: tableOfNumbers, kernelSize: pair, activation },
    ours,
  ),
  entry("subsampling2d", "Subsampling2D", layers.subsampling2d, { poolSize: pair, activation }, ours),
];

/** What a registered class of ours is called in a file: `Striate>PartialConv2D`. */
export const PACKAGE = "Striate";

const BY_TYPE = new Map(ENTRIES.map((known) => [known.type, known]));
const BY_CLASS = new Map(
  ENTRIES.map((known) => [known.ours ? `${PACKAGE}>${known.className}` : known.className, known]),
);
/** Other names of the same classes in Keras. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  Convolution2D: "Conv2D",
  SeparableConvolution2D: "SeparableConv2D",
  DepthwiseConvolution2D: "DepthwiseConv2D",
  Convolution2DTranspose: "Conv2DTranspose",
  MaxPool2D: "MaxPooling2D",
  AvgPool2D: "AveragePooling2D",
  GlobalAvgPool2D: "GlobalAveragePooling2D",
  GlobalMaxPool2D: "GlobalMaxPooling2D",
  BatchNormalizationV1: "BatchNormalization",
  BatchNormalizationV2: "BatchNormalization",
  SyncBatchNormalization: "BatchNormalization",
};

export function entryOfType(type: string): LayerEntry | undefined {
  return BY_TYPE.get(type);
}

/** By the class's name, of ours the registered one. */
export function entryOfClass(name: string): LayerEntry | undefined {
  return BY_CLASS.get(Object.hasOwn(OTHER_NAMES, name) ? (OTHER_NAMES[name] ?? name) : name);
}

/** The functions that a file can hold: a test compares them with those that there are. */
export const LAYER_TYPES: readonly string[] = [...ENTRIES.map(({ type }) => type), ...OPERATION_TYPES];
