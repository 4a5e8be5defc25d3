// Models that have between them every layer that Keras files can hold, with no option left at its default.
import * as layers from "#striate/layers/index";
import { type Model, model, sequential } from "#striate/model/index";
import { pattern } from "./pattern.ts";

const { input } = layers;

/** Layers with weights, normalizations, rectifiers. */
function weighted(): Model {
  const x = input({ shape: [10, 9, 6], name: "picture" });
  const steps = [
    layers.rescaling({ scale: 0.5, offset: [0.1, 0, 0, 0.2, 0, -0.1] }),
    layers.normalization({ mean: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], variance: [1, 2, 3, 4, 5, 0.5] }),
    layers.conv2d({ filters: 8, kernelSize: [3, 2], padding: "same", groups: 2, dilationRate: 2, activation: "silu" }),
    layers.batchNormalization({ momentum: 0.9, epsilon: 0.01, name: "norm" }),
    layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, useBias: false, activation: "relu6" }),
    layers.batchNormalization({ scale: false, axis: 3, trainable: false }),
    layers.separableConv2d({ filters: 6, kernelSize: 2, depthMultiplier: 2, strides: 2, activation: "gelu" }),
    layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, outputPadding: 1, activation: "softplus" }),
    layers.leakyReLU({ negativeSlope: 0.1 }),
    layers.pReLU({ sharedAxes: [1, 2], alphaInitializer: layers.constant(0.2) }),
    layers.elu({ alpha: 0.7 }),
    layers.reLU({ maxValue: 2, negativeSlope: 0.1, threshold: 0.05 }),
    layers.dropout({ rate: 0.3 }),
    layers.spatialDropout2d({ rate: 0.2 }),
    layers.gaussianNoise({ stddev: 0.4 }),
    layers.permute({ dims: [2, 1, 3] }),
    layers.reshape({ targetShape: [-1, 4] }),
    layers.dense({ units: 5, kernelInitializer: layers.randomNormal({ stddev: 0.2 }), activation: "tanh" }),
    layers.softmax({ axis: 1 }),
    layers.flatten(),
    layers.activation({ activation: "exponential" }),
  ];
  return model({ inputs: x, outputs: steps.reduce((y, layer) => layer(y), x), name: "weighted" });
}

/** Poolings, paddings and merges, in channels-first and channels-last order, with a nested model and two outputs. */
function merged(): Model {
  const x = input({ shape: [8, 8, 4] });
  const small = layers.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" })(x);
  const even = layers.averagePooling2d({ poolSize: [2, 2] })(x);
  const inner = sequential({ inputShape: [4, 4, 4], name: "inner" }, [
    layers.conv2d({ filters: 4, kernelSize: 3, padding: "same", kernelInitializer: "heNormal" }),
    layers.zeroPadding2d({
      padding: [
        [1, 0],
        [0, 2],
      ],
    }),
    layers.cropping2d({
      cropping: [
        [0, 1],
        [2, 0],
      ],
    }),
  ]);
  const sum = layers.add()([inner(small), inner(even), small]);
  const product = layers.multiply()([layers.subtract()([sum, even]), layers.average()([sum, small, even])]);
  const most = layers.maximum()([product, sum, layers.minimum()([even, small])]);
  const large = layers.upSampling2d({ size: 2, interpolation: "bilinear" })(most);
  const both = layers.concatenate({ axis: -1 })([large, x]);
  const first = layers.permute({ dims: [3, 1, 2] })(both);
  const convolved = layers.conv2d({ filters: 3, kernelSize: 3, dataFormat: "channelsFirst", strides: 2 })(first);
  const head = layers.globalMaxPooling2d({ dataFormat: "channelsFirst", name: "head" })(convolved);
  return model({ inputs: x, outputs: [head, layers.globalAveragePooling2d({ keepdims: true })(most)], name: "merged" });
}

/** Normalizations, sizes, activations, regularizers and constraints. */
function normalized(): Model {
  const x = input({ shape: [8, 6, 6] });
  const scale = input({ shape: [6] });
  const steps = [
    layers.resizing({ height: 9, width: 7, cropToAspectRatio: true }),
    layers.randomFlip({ mode: "horizontal" }),
    layers.normalization({ axis: [3, 2], mean: 0.1, variance: [1, 2, 3, 4, 5, 6] }),
    layers.conv2d({
      filters: 6,
      kernelSize: 2,
      activation: layers.leakyReLU({ negativeSlope: 0.2 }),
      kernelConstraint: layers.maxNorm({ maxValue: 3, axis: [0, 1, 2] }),
      biasConstraint: "nonNeg",
      activityRegularizer: layers.l2(0.02),
    }),
    layers.layerNormalization({ axis: [1, 3], epsilon: 0.01 }),
    layers.groupNormalization({ groups: 3, betaConstraint: layers.unitNorm() }),
    layers.activityRegularization({ l1: 0.1 }),
    layers.stochasticDepth({ dropPathRate: 0.1 }),
    layers.layerScale({ initValues: 0.5, projectionDim: 6 }),
    layers.dropout({ rate: 0.2, noiseShape: [null, 1, 1, 1] }),
    layers.unitNormalization({ axis: [1, 2] }),
    layers.softmax({ axis: [1, 2] }),
    layers.activation({ activation: "mish" }),
    layers.activation({ activation: "hardShrink" }),
    layers.identity(),
  ];
  const y = steps.reduce((tensor, layer) => layer(tensor), x);
  const sum = layers.scaledAdd({ scale: 0.3 })([y, layers.multiply()([y, scale])]);
  const top = layers.dense({
    units: 3,
    kernelRegularizer: layers.orthogonal({ mode: "columns" }),
    kernelConstraint: layers.minMaxNorm({ rate: 0.9, axis: 0 }),
    activation: "tanhShrink",
  });
  return model({ inputs: [x, scale], outputs: top(sum), name: "normalized" });
}

/** Layers that Keras has as operations. */
function operated(): Model {
  const x = input({ shape: [6, 8, 4] });
  const c = layers.conv2d({ filters: 4, kernelSize: 3, padding: "same" })(x);
  const positive = layers.clip({ min: 0.2 })(layers.elementwise({ operation: "abs" })(c));
  const names = ["square", "sqrt", "rsqrt", "reciprocal", "log", "sin", "cos", "erf", "geluTanh"] as const;
  const functions = names.map((operation) => layers.elementwise({ operation })(positive));
  const ratio = layers.divide()([c, positive]);
  const raised = layers.power({ exponent: 1.5 })(positive);
  const joined = layers.concatenate()([...functions, ratio, raised, layers.clip({ min: -0.5, max: 0.5 })(c)]);
  const part = layers.slice({ begin: [1, null, -20], end: [-1, 6], strides: [1, 2] })(joined);
  const reductions = (["mean", "sum", "max", "min", "prod", "logSumExp"] as const).map((operation, i) =>
    layers.reduce({ operation, axis: i % 2 === 0 ? [1, -1] : [1, 2], keepdims: i === 2 })(c),
  );
  const outputs = [part, layers.clip({ max: 0.1 })(c), layers.reduce({ operation: "mean" })(c), ...reductions];
  return model({ inputs: x, outputs, name: "operated" });
}

/** The layers that Keras does not have. */
function striateOnly(): Model {
  return sequential({ inputShape: [10, 10, 4], name: "striate_only" }, [
    layers.localResponseNormalization({ depthRadius: 1, bias: 2, alpha: 0.3, beta: 0.75 }),
    layers.partialConv2d({ connections: [[0, 1], [1, 2, 3], [3]], kernelSize: 3, activation: "tanh" }),
    layers.subsampling2d({ poolSize: 2, activation: "sigmoid" }),
    layers.flatten(),
  ]);
}

export const EVERY_LAYER: Readonly<Record<string, () => Model>> = {
  weighted,
  merged,
  normalized,
  operated,
  striateOnly,
};

/** Weights of a fixed pattern, variances positive, so that no file can be right by its initial values. */
export function withPatternWeights(made: Model): Model {
  const weights = made.weightSpecs.map(({ key, spec }, i) => {
    const values = pattern(spec.shape, i + 1, 0.8);
    if (spec.name === "movingVariance")
      for (const [j, value] of values.data.entries()) values.data[j] = Math.abs(value) + 0.5;
    return [key, values] as const;
  });
  made.setWeights(new Map(weights));
  return made;
}
