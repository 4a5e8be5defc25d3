import { describe, expect, test } from "vitest";
import { StriateError } from "#striate/errors";
import { SAVED_TYPES } from "#striate/formats/keras/table";
import { GraphBuilder } from "#striate/graph/index";
import * as layers from "#striate/layers/index";
import {
  activation,
  add,
  constant,
  conv2d,
  conv2dTranspose,
  cropping2d,
  depthwiseConv2d,
  dropout,
  elu,
  globalMaxPooling2d,
  input,
  type Layer,
  leakyReLU,
  localResponseNormalization,
  multiply,
  normalization,
  permute,
  pReLU,
  randomFlip,
  reLU,
  rescaling,
  separableConv2d,
  softmax,
  spatialDropout2d,
  upSampling2d,
} from "#striate/layers/index";
import { model as functional, type Model, sequential } from "#striate/model/index";
import { at, fromNumbers, type Shape } from "#striate/tensor/index";
import { predict } from "#striate/training/index";
import { closeTo } from "../support/close.ts";
import { startSmall } from "../support/engines.ts";

const build = (inputShape: Shape, ...layers: readonly Layer[]): Model => sequential({ inputShape }, layers);
const shapes = (model: Model) => Object.fromEntries(model.weightSpecs.map(({ key, spec }) => [key, spec.shape]));

/** The code and message of what something throws at once. */
function errorOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof StriateError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error("expected an error");
}

test("layers are named as Keras names them", () => {
  const model = build(
    [4, 4, 2],
    depthwiseConv2d({ kernelSize: 1 }),
    separableConv2d({ filters: 2, kernelSize: 1 }),
    conv2dTranspose({ filters: 2, kernelSize: 1 }),
    reLU(),
    leakyReLU(),
    pReLU(),
    elu(),
    softmax(),
    cropping2d(),
    upSampling2d(),
    permute({ dims: [1, 2, 3] }),
    rescaling({ scale: 1 }),
    normalization({ mean: 0, variance: 1 }),
    spatialDropout2d({ rate: 0.1 }),
    localResponseNormalization(),
    globalMaxPooling2d(),
  );
  expect(model.layers.map(({ name }) => name).join(" ")).toBe(
    "depthwise_conv2d separable_conv2d conv2d_transpose re_lu leaky_re_lu p_re_lu elu softmax cropping2d up_sampling2d " +
      "permute rescaling normalization spatial_dropout2d local_response_normalization global_max_pooling2d",
  );
});

describe("weights have Keras's names, shapes and number:", () => {
  test("of a depthwise convolution, a kernel for each channel and multiple", () => {
    const model = build([8, 8, 32], depthwiseConv2d({ name: "d", kernelSize: [3, 5], depthMultiplier: 2 }));
    expect(shapes(model)).toEqual({ "d/kernel": [3, 5, 32, 2], "d/bias": [64] });
    expect(model.parameters).toBe(15 * 64 + 64);
  });

  test("of a separable convolution, one kernel of each kind", () => {
    const model = build([8, 8, 32], separableConv2d({ name: "s", filters: 64, kernelSize: 3 }));
    expect(shapes(model)).toEqual({
      "s/depthwise_kernel": [3, 3, 32, 1],
      "s/pointwise_kernel": [1, 1, 32, 64],
      "s/bias": [64],
    });
    expect(model.parameters).toBe(9 * 32 + 32 * 64 + 64);
    const channelsFirst = { dataFormat: "channelsFirst" } as const;
    const other = build([32, 8, 8], separableConv2d({ filters: 64, kernelSize: 3, useBias: false, ...channelsFirst }));
    expect(other.parameters).toBe(9 * 32 + 32 * 64);
  });

  test("of a transposed convolution, the outputs before the inputs", () => {
    const model = build([8, 8, 32], conv2dTranspose({ name: "t", filters: 16, kernelSize: 3 }));
    expect(shapes(model)).toEqual({ "t/kernel": [3, 3, 16, 32], "t/bias": [16] });
    expect(model.parameters).toBe(9 * 16 * 32 + 16);
  });

  test("of a parametric ReLU, 1 for shared axes, 0 at first", () => {
    const model = build([8, 6, 3], pReLU({ name: "a" }), pReLU({ name: "b", sharedAxes: [1, 2] }));
    expect(shapes(model)).toEqual({ "a/alpha": [8, 6, 3], "b/alpha": [1, 1, 3] });
    expect([...(model.weights.get("b/alpha")?.data ?? [])]).toEqual([0, 0, 0]);
  });

  test("and the others have none", () => {
    const weightless = build(
      [4, 4, 2],
      reLU({ negativeSlope: 0.1 }),
      normalization({ mean: [0, 1], variance: [1, 1] }),
      localResponseNormalization(),
      upSampling2d(),
    );
    expect(weightless.parameters).toBe(0);
  });
});

test("a depthwise and a 1x1 convolution cost less than one of both: 9 + 64 multiplications in place of 9 * 64", () => {
  const { nodes } = build([8, 8, 32], separableConv2d({ filters: 64, kernelSize: 3 })).inferenceGraph(1);
  expect(nodes.filter(({ op }) => op === "Conv")).toHaveLength(2);
  expect(build([8, 8, 32], separableConv2d({ filters: 64, kernelSize: 3 })).summary()).toContain(
    new Intl.NumberFormat("en-US").format(6 * 6 * 32 * (9 + 64)),
  );
});

test("a transposed convolution with padding same gives size times stride", () => {
  const of = (kernelSize: number, strides: number) =>
    build([5, 7, 1], conv2dTranspose({ filters: 1, kernelSize, strides, padding: "same" })).outputShape;
  for (const kernelSize of [1, 2, 3, 4, 5]) {
    for (const strides of [1, 2, 3, 4]) expect(of(kernelSize, strides)).toEqual([5 * strides, 7 * strides, 1]);
  }
});

describe("spatial dropout", () => {
  const model = build([2, 2, 3], spatialDropout2d({ rate: 0.5 }));

  test("drops whole feature maps in training, and scales the others up", async () => {
    const g = new GraphBuilder("training");
    g.output("output", at(model.addTo(g, model.addInputs(g, 2), true).outputs, 0));
    const graph = g.build();
    const draws = at(graph.randoms, 0).value;
    expect(draws.shape).toEqual([2, 3, 1, 1]);
    const feeds = {
      input: fromNumbers("float32", [2, 2, 2, 3], new Array<number>(24).fill(1)),
      [draws.name]: fromNumbers("float32", draws.shape, [0.9, 0.1, 0.5, 0.2, 0.4, 0.6]),
    };
    const engine = await startSmall("reference");
    const executable = await engine.compile(graph);
    const { output } = await executable.run(feeds);
    const pixels = (...channels: readonly number[]) => Array.from({ length: 4 }, () => channels).flat();
    expect(Array.from(output?.data ?? [], Number)).toEqual([...pixels(2, 0, 2), ...pixels(0, 0, 2)]);
    await engine.close();
  });

  test("draws nothing outside training", () => {
    expect(model.inferenceGraph(1).randoms).toEqual([]);
  });
});

test("inputs of fewer axes are merged as Keras merges them: from the last axis on", async () => {
  const engine = await startSmall();
  const picture = input({ shape: [2, 3, 2] });
  const convolved = conv2d({ filters: 2, kernelSize: 1, useBias: false, kernelInitializer: "ones" })(picture);
  const channels = input({ shape: [2] });
  const rows = input({ shape: [3, 1] });
  const model = functional({
    inputs: [picture, channels, rows],
    outputs: add()([channels, multiply()([convolved, rows])]),
  });
  expect(model.outputShape).toEqual([2, 3, 2]);
  const output = await predict(
    model,
    {
      [at(model.inputNames, 0)]: fromNumbers(
        "float32",
        [1, 2, 3, 2],
        Array.from({ length: 12 }, (_, i) => i),
      ),
      [at(model.inputNames, 1)]: fromNumbers("float32", [1, 2], [100, 200]),
      [at(model.inputNames, 2)]: fromNumbers("float32", [1, 3, 1], [1, 10, 0]),
    },
    { engine },
  );
  const sums = [1, 5, 9, 13, 17, 21];
  expect([...output.data]).toEqual(sums.flatMap((sum, i) => [100, 200].map((c) => sum * at([1, 10, 0], i % 3) + c)));
  await engine.close();
});

test("dropout with a noise shape drops together what it does not tell apart, also where the graph has moved the axes", async () => {
  const draw = async (layers: readonly Layer[], inputShape: Shape, numbers: readonly number[]) => {
    const model = build(inputShape, ...layers);
    const g = new GraphBuilder("training");
    g.output("output", at(model.addTo(g, model.addInputs(g, 2), true).outputs, 0));
    const graph = g.build();
    const { value } = at(graph.randoms, 0);
    const engine = await startSmall("reference");
    const executable = await engine.compile(graph);
    await executable.writeState(model.toStates(model.weights));
    const size = 2 * inputShape.reduce((a, b) => a * b, 1);
    const { output } = await executable.run({
      input: fromNumbers("float32", [2, ...inputShape], new Array<number>(size).fill(1)),
      [value.name]: fromNumbers("float32", value.shape, numbers),
    });
    await engine.close();
    return { shape: value.shape, data: Array.from(output?.data ?? [], Number) };
  };
  const plain = await draw([dropout({ rate: 0.5, noiseShape: [null, 1, 1, 2] })], [1, 2, 2], [0.9, 0.1, 0.2, 0.7]);
  expect(plain).toEqual({ shape: [2, 1, 1, 2], data: [2, 0, 2, 0, 0, 2, 0, 2] });
  const conv = conv2d({ filters: 2, kernelSize: 1, kernelInitializer: constant(1), useBias: false });
  const moved = await draw([conv, dropout({ rate: 0.5, noiseShape: [1, 1, null, 1] })], [1, 2, 1], [0.9, 0.1]);
  expect(moved).toEqual({ shape: [1, 1, 1, 2], data: [2, 2, 0, 0, 2, 2, 0, 0] });
});

test("sparsemax puts numbers at the nearest point whose coordinates are at least 0 and have the sum 1", async () => {
  const engine = await startSmall();
  const inputs = fromNumbers("float32", [3, 4], [2, 1.5, 1.2, -3, 0, 0, 0, 0, 5, 1, 2, 3]);
  const { data } = await predict(build([4], activation({ activation: "sparsemax" })), inputs, { engine });
  const expected = [0.75, 0.25, 0, 0, 0.25, 0.25, 0.25, 0.25, 1, 0, 0, 0];
  closeTo(data, expected, 1e-6, "sparsemax");
  await engine.close();
});

test("random flips mirror the pictures whose number is below 0.5, in training alone", async () => {
  const model = build([1, 3, 1], randomFlip({ mode: "horizontal" }));
  expect(model.inferenceGraph(1).randoms).toEqual([]);
  const g = new GraphBuilder("training");
  g.output("output", at(model.addTo(g, model.addInputs(g, 2), true).outputs, 0));
  const graph = g.build();
  const { value } = at(graph.randoms, 0);
  const engine = await startSmall();
  const executable = await engine.compile(graph);
  const { output } = await executable.run({
    input: fromNumbers("float32", [2, 1, 3, 1], [1, 2, 3, 4, 5, 6]),
    [value.name]: fromNumbers("float32", value.shape, [0.3, 0.6]),
  });
  expect(Array.from(output?.data ?? [], Number)).toEqual([3, 2, 1, 4, 5, 6]);
  await engine.close();
});

test("every layer refuses an option that it does not have, and says which was probably meant", () => {
  const given: Readonly<Record<string, Record<string, unknown>>> = {
    conv2d: { filters: 1, kernelSize: 1 },
    input: { shape: [1] },
  };
  for (const type of [...SAVED_TYPES, "input"]) {
    const make = (layers as unknown as Record<string, (options: unknown) => unknown>)[type];
    expect(errorOf(() => make?.({ ...given[type], nmae: "x" }))).toContain(`usage: ${type} has no option "nmae"`);
    expect(errorOf(() => make?.(5))).toBe(`usage: ${type} takes an object of options, received 5`);
  }
  expect(errorOf(() => conv2d({ filters: 1, kernelsize: 3 } as never))).toContain(
    'conv2d has no option "kernelsize"; did you mean "kernelSize"?',
  );
});

describe("what does not fit or cannot be is refused with what would:", () => {
  const cases: readonly (readonly [message: string, make: () => unknown])[] = [
    [
      "shape: layer depthwise_conv2d (depthwiseConv2d) on input [2,2,1]: its kernelSize 3x3 is larger than its input",
      () => build([2, 2, 1], depthwiseConv2d({ kernelSize: 3 })),
    ],
    [
      "shape: layer separable_conv2d (separableConv2d) on input [4]: it needs pictures [height, width, channels]",
      () => build([4], separableConv2d({ filters: 1, kernelSize: 1 })),
    ],
    [
      "usage: depthwiseConv2d: depthMultiplier must be a whole number of at least 1, received 0",
      () => depthwiseConv2d({ kernelSize: 1, depthMultiplier: 0 }),
    ],
    [
      "usage: conv2dTranspose: outputPadding 1x2 must be less than the strides 2x2",
      () => conv2dTranspose({ filters: 1, kernelSize: 3, strides: 2, outputPadding: [1, 2] }),
    ],
    [
      "shape: layer conv2d_transpose (conv2dTranspose) on input [1,4,1]: its output would be 0x3, because outputPadding",
      () => build([1, 4, 1], conv2dTranspose({ filters: 1, kernelSize: 2, padding: "same", outputPadding: 0 })),
    ],
    [
      "usage: localResponseNormalization: depthRadius must be a whole number of at least 0, received 0.5",
      () => localResponseNormalization({ depthRadius: 0.5 }),
    ],
    ["shape: layer local_response", () => build([4], localResponseNormalization())],
    [
      "usage: localResponseNormalization: alpha must be a finite number, received NaN",
      () => localResponseNormalization({ alpha: Number.NaN }),
    ],
    ["usage: reLU: maxValue must be a finite number of at least 0, received -1", () => reLU({ maxValue: -1 })],
    ["usage: reLU: threshold must be a finite number of at least 0", () => reLU({ threshold: -1 })],
    [
      "shape: layer p_re_lu (pReLU) on input [4]: its sharedAxes name axis 2, which [4] does not have",
      () => build([4], pReLU({ sharedAxes: [2] })),
    ],
    ["usage: pReLU: sharedAxes must be a whole number of at least 1, received 0", () => pReLU({ sharedAxes: [0] })],
    [
      "shape: layer softmax (softmax) on input [4,5]: its axis 3 is not among those of [4,5]; give 1 to 2, or -2 to -1",
      () => build([4, 5], softmax({ axis: 3 })),
    ],
    ["shape: layer softmax (softmax) on input [4,5]: its axis 0 is not", () => build([4, 5], softmax({ axis: 0 }))],
    [
      "shape: layer cropping2d (cropping2d) on input [4,5,1]: its cropping of 4 rows and 0 columns leaves nothing of 4x5",
      () => build([4, 5, 1], cropping2d({ cropping: [2, 0] })),
    ],
    ["usage: cropping2d: cropping must be a whole number of at least 0", () => cropping2d({ cropping: -1 })],
    [
      'usage: upSampling2d: interpolation must be nearest, bilinear, bicubic, lanczos3, lanczos5; received "cubic"',
      () => upSampling2d({ interpolation: "cubic" as "nearest" }),
    ],
    [
      "usage: permute: dims must name each axis from 1 to their number once, received [0,1]",
      () => permute({ dims: [0, 1] }),
    ],
    [
      "shape: layer permute (permute) on input [4,5,1]: its dims [2,1] do not fit the 3 axes of its input",
      () => build([4, 5, 1], permute({ dims: [2, 1] })),
    ],
    [
      "shape: layer rescaling (rescaling) on input [4,3]: its scale has 2 numbers, but axis -1 of [4,3] has 3",
      () => build([4, 3], rescaling({ scale: [1, 2] })),
    ],
    [
      "shape: layer normalization (normalization) on input [4,3]: its mean has 1 numbers, but axis 1 of [4,3] has 4",
      () => build([4, 3], normalization({ axis: 1, mean: 0, variance: [1] })),
    ],
    [
      "usage: normalization: variance must be a finite number of at least 0, received -1",
      () => normalization({ mean: 0, variance: [1, -1] }),
    ],
    [
      "usage: spatialDropout2d: rate must be at least 0 and less than 1, received 1",
      () => spatialDropout2d({ rate: 1 }),
    ],
    ["shape: layer spatial_dropout2d", () => build([4], spatialDropout2d({ rate: 0.5 }))],
  ];
  test.each(cases)("%s", (message, make) => {
    expect(errorOf(make)).toContain(message);
  });
});
