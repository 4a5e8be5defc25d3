import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "#striate/engine/index";
import * as layers from "#striate/layers/index";
import { type Model, sequential } from "#striate/model/index";
import { at, type Shape, type Tensor } from "#striate/tensor/index";
import { predict } from "#striate/training/index";
import { closeTo } from "../support/close.ts";
import { ENGINES, startSmall } from "../support/engines.ts";
import { readGolden } from "../support/goldens.ts";
import { isPattern, type PatternSample, pattern } from "../support/pattern.ts";

interface Case {
  readonly layer: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputShape: Shape;
  readonly inputK: number;
  readonly weights: readonly { readonly shape: Shape; readonly k: number; readonly scale: number }[];
  readonly outputShape: Shape;
  readonly output: readonly number[];
}

interface Golden {
  readonly pattern: PatternSample;
  readonly inputScale: number;
  readonly cases: readonly Case[];
}

const GOLDENS = ["layers.json", "more_layers.json"].map((file) => readGolden<Golden>(file));

const LAYERS: Readonly<Record<string, (config: never) => layers.Layer>> = {
  conv2d: layers.conv2d,
  maxPooling2d: layers.maxPooling2d,
  averagePooling2d: layers.averagePooling2d,
  globalAveragePooling2d: layers.globalAveragePooling2d,
  zeroPadding2d: layers.zeroPadding2d,
  flatten: layers.flatten,
  dense: layers.dense,
  activation: layers.activation,
  reshape: layers.reshape,
  dropout: layers.dropout,
  depthwiseConv2d: layers.depthwiseConv2d,
  separableConv2d: layers.separableConv2d,
  conv2dTranspose: layers.conv2dTranspose,
  globalMaxPooling2d: layers.globalMaxPooling2d,
  localResponseNormalization: layers.localResponseNormalization,
  reLU: layers.reLU,
  leakyReLU: layers.leakyReLU,
  elu: layers.elu,
  pReLU: layers.pReLU,
  softmax: layers.softmax,
  cropping2d: layers.cropping2d,
  upSampling2d: layers.upSampling2d,
  permute: layers.permute,
  rescaling: layers.rescaling,
  normalization: layers.normalization,
  spatialDropout2d: layers.spatialDropout2d,
  layerNormalization: layers.layerNormalization,
  groupNormalization: layers.groupNormalization,
  unitNormalization: layers.unitNormalization,
  resizing: layers.resizing,
  randomFlip: layers.randomFlip,
  identity: layers.identity,
  activityRegularization: layers.activityRegularization,
  layerScale: layers.layerScale,
  stochasticDepth: layers.stochasticDepth,
};

/** Keras's layer of a case as a model with the case's weights. */
function modelOf({ layer, config, inputShape, weights }: Case): Model {
  const make = LAYERS[layer];
  if (!make) throw new Error(`there is no layer ${layer}`);
  const model = sequential({ inputShape: inputShape.slice(1) }, [make(config as never)]);
  expect(model.weightSpecs.map(({ spec }) => spec.shape)).toEqual(weights.map(({ shape }) => shape));
  const values = weights.map(({ shape, k, scale }) => pattern(shape, k, scale));
  model.setWeights(new Map(model.weightSpecs.map(({ key }, i) => [key, at(values, i)])));
  return model;
}

const channelsFirst = { dataFormat: "channelsFirst" } as const;

/** Inside a model pictures have their channels first; no layer may show that to the next one. */
const CHAINS: readonly (readonly [title: string, inputShape: Shape, chain: () => readonly layers.Layer[]])[] = [
  [
    "a channelsFirst convolution after a channelsLast one",
    [6, 5, 2],
    () => [
      layers.conv2d({ filters: 3, kernelSize: 2, activation: "relu" }),
      // Its input is [5, 4, 3]: 5 channels, 4 high, 3 wide.
      layers.conv2d({ filters: 4, kernelSize: [3, 2], ...channelsFirst }),
    ],
  ],
  [
    "a channelsLast convolution after a channelsFirst one",
    [2, 6, 5],
    () => [
      layers.conv2d({ filters: 3, kernelSize: 2, ...channelsFirst }),
      layers.maxPooling2d({ poolSize: [1, 2], ...channelsFirst }),
      layers.conv2d({ filters: 4, kernelSize: [2, 3] }),
      layers.globalAveragePooling2d(channelsFirst),
    ],
  ],
  [
    "flatten and softmax over the API's last axis",
    [4, 5, 2],
    () => [
      layers.zeroPadding2d({
        padding: [
          [1, 0],
          [0, 2],
        ],
      }),
      layers.conv2d({ filters: 3, kernelSize: 2, activation: "softmax" }),
      layers.activation({ activation: "logSoftmax" }),
      layers.flatten(),
      layers.dense({ units: 4, activation: "softmax" }),
    ],
  ],
  [
    "reshape and dense after a convolution",
    [4, 5, 2],
    () => [
      layers.conv2d({ filters: 3, kernelSize: 2 }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 6, activation: "tanh" }),
      layers.reshape({ targetShape: [6, -1, 2] }),
      layers.averagePooling2d({ padding: "same" }),
      layers.flatten(channelsFirst),
    ],
  ],
  [
    "axes, slopes and numbers named in the API's order after a convolution",
    [4, 5, 2],
    () => [
      layers.conv2d({ filters: 3, kernelSize: 2 }),
      layers.pReLU({ alphaInitializer: "randomNormal" }),
      layers.pReLU({ alphaInitializer: "randomNormal", sharedAxes: [1, 2] }),
      layers.rescaling({ scale: [1, 2, 3], offset: [0, 1, -1] }),
      layers.normalization({ axis: 2, mean: [1, 2, 3, 4], variance: [1, 4, 9, 2] }),
      layers.softmax({ axis: 1 }),
      layers.permute({ dims: [2, 3, 1] }),
      layers.softmax({ axis: -2 }),
    ],
  ],
  [
    "normalizations over axes named in the API's order after a convolution",
    [4, 5, 2],
    () => [
      layers.conv2d({ filters: 4, kernelSize: 2, activation: layers.leakyReLU({ negativeSlope: 0.1 }) }),
      layers.layerNormalization({ axis: [1, 3], gammaInitializer: "randomNormal" }),
      layers.groupNormalization({ groups: 2, betaInitializer: "randomNormal" }),
      layers.groupNormalization({ axis: 2, groups: 2, gammaInitializer: "randomNormal" }),
      layers.unitNormalization({ axis: [1, 2] }),
      layers.softmax({ axis: [1, 3] }),
      layers.normalization({
        axis: [3, 2],
        mean: [
          [1, 2, 3, 4],
          [0, 1, 2, 3],
          [0, 0, 1, 1],
          [5, 6, 7, 8],
        ],
        variance: [1, 4, 9, 2].map((v) => [v, 1, 2, v]),
      }),
      layers.layerScale({ initValues: 0.5, projectionDim: 4 }),
      layers.layerNormalization({ gammaInitializer: "randomNormal" }),
    ],
  ],
  // ONNX Runtime moves transpositions behind a Resize, which then fails.
  ...[
    [3, 1, 2],
    [2, 1, 3],
    [1, 3, 2],
  ].flatMap((dims) =>
    (["bilinear", "bicubic", "nearest"] as const).map(
      (interpolation) =>
        [
          `${interpolation} pictures of another size after the permutation ${dims}`,
          [4, 5, 3],
          () => [
            layers.permute({ dims }),
            layers.upSampling2d({ interpolation }),
            layers.permute({ dims }),
            layers.resizing({ height: 5, width: 3, interpolation }),
          ],
        ] as const,
    ),
  ),
  [
    "a net that goes down and up again",
    [6, 8, 2],
    () => [
      layers.separableConv2d({ filters: 4, kernelSize: 3, strides: 2, padding: "same", activation: "hardSwish" }),
      layers.localResponseNormalization({ depthRadius: 1 }),
      layers.spatialDropout2d({ rate: 0.5 }),
      layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: "same" }),
      layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2 }),
      layers.cropping2d({ cropping: [1, 2] }),
      layers.upSampling2d({ interpolation: "bilinear" }),
      // Its input is [6, 6, 6] with the same channels last.
      layers.upSampling2d({ size: [1, 2], ...channelsFirst }),
      layers.globalMaxPooling2d(),
    ],
  ],
];

test("weights and inputs follow the formula of goldens/pattern.py", () => {
  for (const golden of GOLDENS) expect(isPattern(golden.pattern)).toBe(true);
});

describe.each(ENGINES.available)("on %s", (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startSmall(name);
  });
  afterAll(() => engine?.close());

  const cases = GOLDENS.flatMap(({ cases, inputScale }) =>
    cases.map(
      (item) => [`${item.layer} ${JSON.stringify(item.config)} of [${item.inputShape}]`, item, inputScale] as const,
    ),
  );
  test.each(cases)("%s gives Keras's numbers", async (_title, item, inputScale) => {
    const model = modelOf(item);
    const [batch, ...shape] = item.outputShape;
    expect(model.outputShape).toEqual(shape);
    const inputs = pattern(item.inputShape, item.inputK, inputScale);
    const output = await predict(model, inputs, { engine, batchSize: batch ?? 1 });
    expect(output.shape).toEqual(item.outputShape);
    closeTo(output.data, item.output, 1e-5, "output");
  });

  test.each(
    CHAINS.flatMap(([title, ...rest]) =>
      [1, 2].map((batch) => [`${title}, ${batch} at once`, batch, ...rest] as const),
    ),
  )("%s: the whole chain is its layers one after the other", async (_title, batch, inputShape, chain) => {
    const inputs = pattern([batch, ...inputShape], 7, 2);
    const whole = sequential({ inputShape, seed: 5 }, chain());
    let step: Tensor<"float32"> = inputs;
    for (const [i, layer] of chain().entries()) {
      const one = sequential({ inputShape: step.shape.slice(1) }, [layer]);
      const { name: placed, outputShape } = at(whole.layers, i);
      const own = [...whole.weights].filter(([key]) => key.startsWith(`${placed}/`));
      one.setWeights(new Map(own.map(([, weight], k) => [at(one.weightSpecs, k).key, weight])));
      expect(one.outputShape).toEqual(outputShape);
      step = await predict(one, step, { engine });
    }
    closeTo((await predict(whole, inputs, { engine })).data, step.data, 1e-6, "output");
  });
});
