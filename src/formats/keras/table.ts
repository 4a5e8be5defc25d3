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
import { OPERATION_TYPES, type OperationType } from "./writtenOperations.ts";

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

/** Keras has a class for these; `input` stands in the graph of a file, and a network of ONNX in none. */
type ClassType = Exclude<layers.LayerType, OperationType | "input" | "onnxGraph">;

/** Every layer in Keras's language and in ours. */
const ENTRIES: Readonly<Record<ClassType, (type: string) => LayerEntry>> = {
  conv2d: entry("Conv2D", layers.conv2d, {
    filters: number,
    groups: number,
    kernelInitializer: initializer,
    kernelRegularizer: regularizer,
    kernelConstraint: constraint,
    ...convolution,
  }),
  depthwiseConv2d: entry(
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
  separableConv2d: entry(
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
  conv2dTranspose: entry(
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
  dense: entry("Dense", layers.dense, {
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
  maxPooling2d: entry("MaxPooling2D", layers.maxPooling2d, pooling),
  averagePooling2d: entry("AveragePooling2D", layers.averagePooling2d, pooling),
  globalAveragePooling2d: entry("GlobalAveragePooling2D", layers.globalAveragePooling2d, {
    keepdims: flag,
    dataFormat,
  }),
  globalMaxPooling2d: entry("GlobalMaxPooling2D", layers.globalMaxPooling2d, { keepdims: flag, dataFormat }),
  batchNormalization: entry("BatchNormalization", layers.batchNormalization, {
    axis,
    momentum: number,
    epsilon: number,
    ...affine,
    movingMeanInitializer: initializer,
    movingVarianceInitializer: initializer,
  }),
  layerNormalization: entry("LayerNormalization", layers.layerNormalization, {
    axis: axes,
    epsilon: number,
    ...affine,
  }),
  groupNormalization: entry("GroupNormalization", layers.groupNormalization, {
    groups: number,
    axis,
    epsilon: number,
    ...affine,
  }),
  unitNormalization: entry("UnitNormalization", layers.unitNormalization, { axis: axes }),
  identity: entry("Identity", layers.identity, {}),
  activityRegularization: entry("ActivityRegularization", layers.activityRegularization, { l1: number, l2: number }),
  dropout: entry("Dropout", layers.dropout, { rate: number, noiseShape: sizesOrNull }),
  spatialDropout2d: entry("SpatialDropout2D", layers.spatialDropout2d, { rate: number, dataFormat }),
  gaussianNoise: entry("GaussianNoise", layers.gaussianNoise, { stddev: number }),
  flatten: entry("Flatten", layers.flatten, { dataFormat }),
  reshape: entry("Reshape", layers.reshape, { targetShape: numberList }),
  permute: entry("Permute", layers.permute, { dims: numberList }),
  zeroPadding2d: entry("ZeroPadding2D", layers.zeroPadding2d, { padding: sides, dataFormat }),
  cropping2d: entry("Cropping2D", layers.cropping2d, { cropping: sides, dataFormat }),
  resizing: entry("Resizing", layers.resizing, {
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
  randomFlip: entry("RandomFlip", layers.randomFlip, {
    mode: words({
      horizontal: "horizontal",
      vertical: "vertical",
      horizontal_and_vertical: "horizontalAndVertical",
    }),
    dataFormat,
  }),
  upSampling2d: entry("UpSampling2D", layers.upSampling2d, { size: pair, dataFormat, interpolation }),
  reLU: entry("ReLU", layers.reLU, { maxValue: number, negativeSlope: number, threshold: number }),
  leakyReLU: entry("LeakyReLU", layers.leakyReLU, { negativeSlope: number }, { formerly: { alpha: "negative_slope" } }),
  elu: entry("ELU", layers.elu, { alpha: number }),
  pReLU: entry("PReLU", layers.pReLU, {
    alphaInitializer: initializer,
    alphaRegularizer: regularizer,
    alphaConstraint: constraint,
    sharedAxes: numberList,
  }),
  softmax: entry("Softmax", layers.softmax, { axis: axes }),
  activation: entry("Activation", layers.activation, { activation }),
  rescaling: entry("Rescaling", layers.rescaling, { scale: numbers, offset: withDefault(numbers, 0) }),
  normalization: entry("Normalization", layers.normalization, {
    axis: axesOrNone,
    mean: nestedNumbers,
    variance: nestedNumbers,
    invert: flag,
  }),
  add: entry("Add", layers.add, {}, merges),
  subtract: entry("Subtract", layers.subtract, {}, merges),
  multiply: entry("Multiply", layers.multiply, {}, merges),
  average: entry("Average", layers.average, {}, merges),
  maximum: entry("Maximum", layers.maximum, {}, merges),
  minimum: entry("Minimum", layers.minimum, {}, merges),
  scaledAdd: entry(
    "CustomScaleLayer",
    layers.scaledAdd,
    { scale: number },
    { ...merges, module: "keras.src.applications.inception_resnet_v2" },
  ),
  layerScale: entry("LayerScale", layers.layerScale, { initValues: number, projectionDim: number }, convNeXt),
  stochasticDepth: entry("StochasticDepth", layers.stochasticDepth, { dropPathRate: number }, convNeXt),
  concatenate: entry("Concatenate", layers.concatenate, { axis }, merges),
  localResponseNormalization: entry(
    "LocalResponseNormalization",
    layers.localResponseNormalization,
    { depthRadius: number, bias: number, alpha: number, beta: number, dataFormat },
    ours,
  ),
  partialConv2d: entry(
    "PartialConv2D",
    layers.partialConv2d,
    { connections: tableOfNumbers, kernelSize: pair, activation },
    ours,
  ),
  subsampling2d: entry("Subsampling2D", layers.subsampling2d, { poolSize: pair, activation }, ours),
};

/** What a registered class of ours is called in a file: `Striate>PartialConv2D`. */
export const PACKAGE = "Striate";

const BY_TYPE = new Map(Object.entries(ENTRIES).map(([type, typed]) => [type, typed(type)]));
const BY_CLASS = new Map(
  [...BY_TYPE.values()].map((known) => [known.ours ? `${PACKAGE}>${known.className}` : known.className, known]),
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

/** The types of the layers that a file can hold. */
export const SAVED_TYPES: readonly string[] = [...BY_TYPE.keys(), ...OPERATION_TYPES];
