import { describe, expect, test } from "vitest";
import { StriateError } from "#striate/errors";
import {
  type ActivationName,
  activation,
  averagePooling2d,
  constant,
  conv2d,
  dense,
  dropout,
  flatten,
  globalAveragePooling2d,
  type InitializerName,
  input,
  type Layer,
  maxPooling2d,
  partialConv2d,
  randomNormal,
  randomUniform,
  reshape,
  subsampling2d,
  zeroPadding2d,
} from "#striate/layers/index";
import { bytesText, type Model, sequential, summarize } from "#striate/model/index";
import { fromNumbers, type Shape, tensor, zeros } from "#striate/tensor/index";
import { buildNet, lenet, lenet5, NET_NAMES } from "#striate/zoo/index";
import { numbersOf } from "../support/runs.ts";

const names = (model: Model) => model.layers.map(({ name }) => name);
const shapes = (model: Model) => Object.fromEntries(model.weightSpecs.map(({ key, spec }) => [key, spec.shape]));

/** The error of something that throws at once. */
function errorOf(build: () => unknown): Pick<StriateError, "code" | "message"> {
  try {
    build();
  } catch (error) {
    if (error instanceof StriateError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("expected an error");
}

describe("the zoo", () => {
  test("lenet has 1,256,080 parameters and lenet5 60,850", () => {
    expect(lenet().parameters).toBe(1_256_080);
    expect(lenet5().parameters).toBe(60_850);
    expect(shapes(lenet())).toEqual({
      "conv1/kernel": [5, 5, 1, 20],
      "conv1/bias": [20],
      "conv2/kernel": [5, 5, 20, 50],
      "conv2/bias": [50],
      "fc1/kernel": [2450, 500],
      "fc1/bias": [500],
      "predictions/kernel": [500, 10],
      "predictions/bias": [10],
    });
    expect(shapes(lenet5())["c3/kernel"]).toEqual([5, 5, 60]);
  });

  test("lenet takes other kernels, filters, activations, inputs and classes", () => {
    const options = { filters: [8, 16], activation: "tanh", inputShape: [32, 24, 3], classes: 4, seed: 3 } as const;
    const model = lenet({ ...options, kernelSize: [3, 7] });
    expect(shapes(model)).toMatchObject({
      "conv1/kernel": [3, 7, 3, 8],
      "conv2/kernel": [3, 7, 8, 16],
      "fc1/kernel": [8 * 6 * 16, 500],
      "predictions/kernel": [500, 4],
    });
    const ops = model.inferenceGraph(1).nodes.map(({ op }) => op);
    expect([ops.filter((op) => op === "Tanh").length, ops.includes("Relu")]).toEqual([3, false]);
    expect(model.outputShape).toEqual([4]);
    const named = buildNet("lenet", { ...options, kernelSize: [3, 7] });
    expect(numbersOf(named.weights)).toEqual(numbersOf(model.weights));
  });

  test("lenet5 takes tanh or sigmoid, and pads 28x28 to 32x32", () => {
    expect(lenet5().layers[0]?.outputShape).toEqual([32, 32, 1]);
    const ops = lenet5({ activation: "sigmoid" })
      .inferenceGraph(1)
      .nodes.map(({ op }) => op);
    expect([ops.filter((op) => op === "Sigmoid").length, ops.includes("Tanh")]).toEqual([6, false]);
  });

  test("builds nets by their names, with the options that they have", () => {
    for (const name of NET_NAMES) expect(buildNet(name).name).toBe(name);
    expect(errorOf(() => buildNet("vgg99"))).toEqual({
      code: "usage",
      message: `there is no model "vgg99"; did you mean "vgg19"? There are ${NET_NAMES.join(", ")}`,
    });
    expect(errorOf(() => buildNet("constructor")).code).toBe("usage");
    expect(errorOf(() => buildNet("lenet5", { kernelSize: 3, filters: [1, 2] }))).toEqual({
      code: "usage",
      message: "model lenet5 has no option kernelSize, filters; it has inputShape, classes, activation, seed",
    });
    expect(errorOf(() => lenet({ activation: "maxout" as ActivationName })).message).toContain(
      'there is no activation "maxout"',
    );
  });
});

describe("names", () => {
  test("are Keras's: the type in its spelling, with a number from the second on", () => {
    const model = sequential({ inputShape: [16, 16, 2] }, [
      conv2d({ filters: 2, kernelSize: 3 }),
      conv2d({ filters: 2, kernelSize: 3 }),
      maxPooling2d(),
      averagePooling2d({ poolSize: 1 }),
      zeroPadding2d(),
      conv2d({ filters: 2, kernelSize: 3 }),
      globalAveragePooling2d(),
      dropout({ rate: 0.5 }),
      reshape({ targetShape: [2] }),
      activation({ activation: "relu" }),
      dense({ units: 2 }),
      dense({ units: 2 }),
    ]);
    expect(names(model)).toEqual([
      "conv2d",
      "conv2d_1",
      "max_pooling2d",
      "average_pooling2d",
      "zero_padding2d",
      "conv2d_2",
      "global_average_pooling2d",
      "dropout",
      "reshape",
      "activation",
      "dense",
      "dense_1",
    ]);
    expect(model.name).toBe("sequential");
  });

  test("that are given stay, and are not given again", () => {
    const model = sequential({ inputShape: [2] }, [
      dense({ units: 2, name: "dense_1" }),
      dense({ units: 2 }),
      dense({ units: 2 }),
      dense({ units: 2, name: "last" }),
      dense({ units: 2 }),
    ]);
    expect(names(model)).toEqual(["dense_1", "dense", "dense_2", "last", "dense_3"]);
    expect(
      errorOf(() => sequential({ inputShape: [2] }, [dense({ units: 2, name: "a" }), flatten({ name: "a" })])),
    ).toEqual({
      code: "usage",
      message: 'two layers are named "a"; give one of them another name',
    });
    const taken = sequential({ inputShape: [2] }, [dense({ units: 2 }), dense({ units: 2, name: "dense" })]);
    expect(names(taken)).toEqual(["dense_1", "dense"]);
    expect(errorOf(() => sequential({ inputShape: [2] }, [dense({ units: 2, name: "a/b" })])).message).toBe(
      'the name "a/b" has a slash, which parts the names of layers and weights; take another sign',
    );
  });
});

describe("the input", () => {
  test("may be the first layer, as in Keras", () => {
    const model = sequential([input({ shape: [4, 4, 1] }), flatten(), dense({ units: 3 })]);
    expect([model.inputShape, model.outputShape, model.parameters]).toEqual([[4, 4, 1], [3], 51]);
    expect(names(model)).toEqual(["flatten", "dense"]);
    expect(model.inferenceGraph(2).inputs[0]?.shape).toEqual([2, 4, 4, 1]);
  });

  test("must be said, and whole", () => {
    expect(errorOf(() => sequential([flatten()])).message).toBe(
      "sequential: say the shape of an input, by inputShape or by a first layer input({ shape })",
    );
    expect(errorOf(() => sequential([])).code).toBe("usage");
    expect(errorOf(() => input({ shape: [28, 0, 1] }))).toEqual({
      code: "usage",
      message: "input: shape must be a whole number of at least 1, received 0",
    });
    expect(errorOf(() => sequential({ inputShape: [28, -1, 1] }, [flatten()])).message).toBe(
      "model sequential: inputShape takes sizes of at least 1, received [28,-1,1]",
    );
  });

  test("is said once", () => {
    const twice = [input({ shape: [4] }), dense({ units: 1 })] as Layer[];
    expect(errorOf(() => sequential({ inputShape: [4] }, twice)).message).toBe(
      "sequential: element 1 is no layer; an input({ shape }) comes first, in place of inputShape",
    );
  });
});

describe("a layer that does not fit is named, with its input and what would fit:", () => {
  const on = (shape: Shape, ...layers: readonly Layer[]) => errorOf(() => sequential({ inputShape: shape }, layers));

  test("a kernel larger than its input", () => {
    expect(on([4, 6, 1], conv2d({ filters: 1, kernelSize: 5, name: "wide" }))).toEqual({
      code: "shape",
      message:
        "layer wide (conv2d) on input [4,6,1]: its kernelSize 5x5 is larger than its input of 4x6; use at most 4x6, " +
        'or padding "same", or pool less before it',
    });
    expect(on([4, 6, 1], conv2d({ filters: 1, kernelSize: 3, dilationRate: 2 })).message).toContain(
      "its kernelSize 3x3 (5x5 with its dilation) is larger than its input of 4x6",
    );
    expect(on([2, 2, 1], maxPooling2d(), maxPooling2d()).message).toContain(
      "layer max_pooling2d_1 (maxPooling2d) on input [1,1,1]: its poolSize 2x2 is larger than its input of 1x1",
    );
    expect(on([2, 2, 1], subsampling2d({ poolSize: 3 })).message).toContain("layer subsampling2d");
    expect(on([2, 2, 1], partialConv2d({ connections: [[0]], kernelSize: 3 })).message).toContain("its kernelSize 3x3");
    // A window as large as the input fits, and with padding any does.
    expect(sequential({ inputShape: [4, 6, 1] }, [conv2d({ filters: 1, kernelSize: [4, 6] })]).outputShape).toEqual([
      1, 1, 1,
    ]);
    expect(sequential({ inputShape: [1, 1, 1] }, [maxPooling2d({ padding: "same" })]).outputShape).toEqual([1, 1, 1]);
  });

  test("what is no picture", () => {
    expect(on([4], conv2d({ filters: 1, kernelSize: 1 })).message).toBe(
      "layer conv2d (conv2d) on input [4]: it needs pictures [height, width, channels], received [4]",
    );
    expect(on([4], maxPooling2d({ dataFormat: "channelsFirst" })).message).toContain("[channels, height, width]");
  });

  test("channels that do not fit", () => {
    expect(on([4, 4, 3], conv2d({ filters: 4, kernelSize: 1, groups: 2 })).message).toBe(
      "layer conv2d (conv2d) on input [4,4,3]: the 3 channels of its input cannot be split into 2 groups",
    );
    expect(errorOf(() => conv2d({ filters: 3, kernelSize: 1, groups: 2 })).message).toBe(
      "conv2d: 3 filters cannot be split into 2 groups of the same size",
    );
    expect(on([4, 4, 2], partialConv2d({ connections: [[0], [1, 2]], kernelSize: 1 })).message).toBe(
      "layer partial_conv2d (partialConv2d) on input [4,4,2]: output channel 1 is connected to input channel 2, " +
        "but there are 2",
    );
  });

  test("elements that do not fill a shape", () => {
    expect(on([5], reshape({ targetShape: [2, -1] })).message).toBe(
      "layer reshape (reshape) on input [5]: its input [5] has 5 elements, which do not fit into [2,-1]",
    );
    expect(on([], dense({ units: 1 })).message).toContain("it needs at least one axis, received []");
  });
});

describe("an option that cannot be is refused by the layer that has it:", () => {
  const cases: readonly (readonly [message: string, build: () => unknown])[] = [
    [
      "conv2d: strides must be a whole number of at least 1, received 0",
      () => conv2d({ filters: 1, kernelSize: 1, strides: 0 }),
    ],
    [
      "conv2d: strides must be a whole number of at least 1, received 0",
      () => conv2d({ filters: 1, kernelSize: 1, strides: [1, 0] }),
    ],
    ["conv2d: filters must be a whole number of at least 1, received 0", () => conv2d({ filters: 0, kernelSize: 1 })],
    [
      "conv2d: kernelSize must be a whole number of at least 1, received 2.5",
      () => conv2d({ filters: 1, kernelSize: 2.5 }),
    ],
    [
      "conv2d: dilationRate must be a whole number of at least 1, received -1",
      () => conv2d({ filters: 1, kernelSize: 1, dilationRate: -1 }),
    ],
    [
      "conv2d: groups must be a whole number of at least 1, received 0",
      () => conv2d({ filters: 1, kernelSize: 1, groups: 0 }),
    ],
    [
      'conv2d: padding must be valid, same; received "full"',
      () => conv2d({ filters: 1, kernelSize: 1, padding: "full" as "same" }),
    ],
    [
      'conv2d: dataFormat must be channelsLast, channelsFirst; received "NCHW"',
      () => conv2d({ filters: 1, kernelSize: 1, dataFormat: "NCHW" as "channelsLast" }),
    ],
    [
      "conv2d: kernelSize takes one or two numbers, received [1,2,3]",
      () => conv2d({ filters: 1, kernelSize: [1, 2, 3] as unknown as number }),
    ],
    ["maxPooling2d: poolSize must be a whole number of at least 1, received 0", () => maxPooling2d({ poolSize: 0 })],
    [
      "averagePooling2d: strides must be a whole number of at least 1, received 0",
      () => averagePooling2d({ strides: 0 }),
    ],
    ["zeroPadding2d: padding must be a whole number of at least 0, received -1", () => zeroPadding2d({ padding: -1 })],
    ["dense: units must be a whole number of at least 1, received 0", () => dense({ units: 0 })],
    ["dropout: rate must be at least 0 and less than 1, received 1", () => dropout({ rate: 1 })],
    ["dropout: rate must be at least 0 and less than 1, received NaN", () => dropout({ rate: Number.NaN })],
    [
      "reshape: targetShape takes sizes of at least 1 and at most one -1, received [-1,-1]",
      () => reshape({ targetShape: [-1, -1] }),
    ],
    [
      'dense: there is no activation "maxout"; there are linear, relu, sigmoid, tanh, softmax, logSoftmax, ' +
        "exponential, elu, selu, gelu, softplus, softsign, hardSigmoid, hardSwish, leakyRelu, relu6, silu, " +
        "mish, celu, hardTanh, logSigmoid, hardShrink, softShrink, tanhShrink, sparsePlus, sparseSigmoid, squareplus, sparsemax",
      () => dense({ units: 1, activation: "maxout" as ActivationName }),
    ],
    ['activation: there is no activation "valueOf"', () => activation({ activation: "valueOf" as ActivationName })],
    [
      'conv2d: there is no initializer "xavier"; there are zeros, ones, randomNormal, randomUniform, truncatedNormal, ' +
        "glorotUniform, glorotNormal, heUniform, heNormal, lecunUniform, lecunNormal",
      () => conv2d({ filters: 1, kernelSize: 1, kernelInitializer: "xavier" as InitializerName }),
    ],
    ['dense: there is no initializer "one"', () => dense({ units: 1, biasInitializer: "one" as InitializerName })],
  ];
  test.each(cases)("%s", (message, build) => {
    const error = errorOf(build);
    expect(error.code).toBe("usage");
    expect(error.message).toContain(message);
  });
});

describe("initial weights", () => {
  const one = (kernelInitializer: InitializerName, seed = 0) =>
    sequential({ inputShape: [40, 40, 30], seed }, [
      conv2d({ name: "c", filters: 60, kernelSize: 3, kernelInitializer }),
    ]).weights;
  const kernel = (initializer: InitializerName) => one(initializer).get("c/kernel")?.data ?? new Float32Array();

  function moments(values: Float32Array) {
    const mean = values.reduce((sum, x) => sum + x / values.length, 0);
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2 / values.length, 0);
    return {
      mean,
      deviation: Math.sqrt(variance),
      largest: values.reduce((most, x) => Math.max(most, Math.abs(x)), 0),
    };
  }

  test("are the same for the same seed, and others for another", () => {
    expect(numbersOf(lenet({ seed: 5 }).weights)).toEqual(numbersOf(lenet({ seed: 5 }).weights));
    expect(numbersOf(one("glorotUniform", 1))).not.toEqual(numbersOf(one("glorotUniform", 2)));
  });

  test("depend on the layer's name, and not on other layers", () => {
    const layer = (name: string) => dense({ units: 4, name });
    const alone = sequential({ inputShape: [4] }, [layer("out")]).weights.get("out/kernel");
    const among = sequential({ inputShape: [4] }, [layer("before"), layer("out"), dense({ units: 2 })]).weights;
    expect(among.get("out/kernel")).toEqual(alone);
    expect(among.get("before/kernel")).not.toEqual(alone);
  });

  // Of a kernel 3x3x30x60: fan in 270, fan out 540.
  const expected: Readonly<Record<string, { readonly deviation: number; readonly limit: number }>> = {
    glorotUniform: { deviation: Math.sqrt(2 / 810), limit: Math.sqrt(6 / 810) },
    glorotNormal: { deviation: Math.sqrt(2 / 810), limit: (2 * Math.sqrt(2 / 810)) / 0.8796 },
    heUniform: { deviation: Math.sqrt(2 / 270), limit: Math.sqrt(6 / 270) },
    heNormal: { deviation: Math.sqrt(2 / 270), limit: (2 * Math.sqrt(2 / 270)) / 0.8796 },
    lecunUniform: { deviation: Math.sqrt(1 / 270), limit: Math.sqrt(3 / 270) },
    lecunNormal: { deviation: Math.sqrt(1 / 270), limit: (2 * Math.sqrt(1 / 270)) / 0.8796 },
    randomUniform: { deviation: 0.05 / Math.sqrt(3), limit: 0.05 },
    randomNormal: { deviation: 0.05, limit: 0.05 * 6.7 },
    truncatedNormal: { deviation: 0.05 * 0.8796, limit: 0.1 },
  };
  test.each(Object.entries(expected))("of %s have Keras's spread and limits", (name, { deviation, limit }) => {
    const found = moments(kernel(name as InitializerName));
    expect(Math.abs(found.mean)).toBeLessThan(deviation * 0.02);
    expect(Math.abs(found.deviation / deviation - 1)).toBeLessThan(0.02);
    expect(found.largest).toBeLessThanOrEqual(limit * 1.0001);
    // As far out as 16,200 draws come.
    expect(found.largest).toBeGreaterThan(limit * (name === "randomNormal" ? 0.5 : 0.99));
  });

  test("of a dense layer have the limits of its own fans, and biases begin at 0", () => {
    const weights = sequential({ inputShape: [300] }, [dense({ units: 100, name: "d" })]).weights;
    const { largest } = moments(weights.get("d/kernel")?.data ?? new Float32Array());
    expect(largest).toBeLessThanOrEqual(Math.sqrt(6 / 400));
    expect(largest).toBeGreaterThan(Math.sqrt(6 / 400) * 0.99);
    expect(weights.get("d/bias")).toEqual(zeros("float32", [100]));
  });

  test("can be constants, or what a function of one's own says", () => {
    const model = sequential({ inputShape: [2] }, [
      dense({ units: 1, name: "a", kernelInitializer: "ones", biasInitializer: constant(0.5) }),
      dense({ units: 1, name: "b", kernelInitializer: (shape) => tensor("float32", shape, Float32Array.of(7)) }),
    ]);
    expect(numbersOf(model.weights)).toEqual({ "a/kernel": [1, 1], "a/bias": [0.5], "b/kernel": [7], "b/bias": [0] });
    const address = { seed: 1, stream: "s", counter: 0 };
    expect(moments(randomNormal({ mean: 3, stddev: 0.1 })([500], address).data).mean).toBeCloseTo(3, 1);
    expect(moments(randomUniform({ low: 2, high: 3 })([500], address).data).largest).toBeLessThan(3);
  });
});

describe("setWeights", () => {
  const net = () =>
    sequential({ name: "net", inputShape: [2] }, [dense({ units: 3, name: "a" }), dense({ units: 1, name: "b" })]);

  test("replaces some weights, and keeps the others", () => {
    const model = net();
    const before = numbersOf(model.weights);
    model.setWeights(new Map([["b/bias", fromNumbers("float32", [1], [9])]]));
    expect(numbersOf(model.weights)).toEqual({ ...before, "b/bias": [9] });
    expect([...model.weights.keys()]).toEqual(["a/kernel", "a/bias", "b/kernel", "b/bias"]);
  });

  test("names every misfit, and changes nothing then", () => {
    const model = net();
    const before = numbersOf(model.weights);
    const given = new Map([
      ["a/bias", fromNumbers("float32", [3], [1, 2, 3])],
      ["a/kernel", fromNumbers("float32", [3, 2], [1, 2, 3, 4, 5, 6])],
      ["c/kernel", fromNumbers("float32", [1], [1])],
      ["b/bias", fromNumbers("float32", [], [1])],
    ]);
    expect(errorOf(() => model.setWeights(given))).toEqual({
      code: "shape",
      message:
        "model net: a/kernel is [2,3], received [3,2]; c/kernel is not a weight of it; b/bias is [1], received []",
    });
    expect(numbersOf(model.weights)).toEqual(before);
  });

  test("takes a model's weights to a graph's layout and back", () => {
    const model = lenet5();
    const states = model.toStates(model.weights);
    expect(states["c1/kernel"]?.shape).toEqual([6, 1, 5, 5]);
    expect(states["c3/kernel"]?.shape).toEqual([60, 5, 5]);
    expect(numbersOf(model.fromStates(states))).toEqual(numbersOf(model.weights));
    expect(numbersOf(Object.entries(states))["c1/kernel"]).not.toEqual(numbersOf(model.weights)["c1/kernel"]);
  });
});

describe("the summary", () => {
  test("of lenet, as data", () => {
    const summary = summarize(lenet());
    const conv1 = 28 * 28 * 20 * 25;
    const conv2 = 14 * 14 * 50 * 25 * 20;
    expect(summary).toMatchObject({
      model: "lenet",
      inputShapes: [[28, 28, 1]],
      parameters: 1_256_080,
      trainableParameters: 1_256_080,
      multiplyAdds: conv1 + conv2 + 2450 * 500 + 500 * 10,
      activationBytes: 4 * (28 * 28 * 20 + 14 * 14 * 20 + 14 * 14 * 50 + 7 * 7 * 50 + 2450 + 500 + 10),
    });
    expect(summary.layers[2]).toEqual({
      name: "conv2",
      type: "conv2d",
      from: ["pool1"],
      outputShape: [14, 14, 50],
      parameters: 25 * 20 * 50 + 50,
      trainableParameters: 25 * 20 * 50 + 50,
      multiplyAdds: conv2,
      activationBytes: 4 * 14 * 14 * 50,
    });
    expect(summary.layers.map(({ multiplyAdds }) => multiplyAdds)).toEqual([conv1, 0, conv2, 0, 0, 1_225_000, 5000]);
  });

  test("of lenet, as a table", () => {
    expect(`\n${lenet().summary()}\n`).toMatchInlineSnapshot(`
      "
      model lenet: input [28, 28, 1]
      ──────────────────────────────────────────────────────────────────────────
      layer                 output shape  parameters  multiply-adds  activations
      ──────────────────────────────────────────────────────────────────────────
      conv1 (conv2d)        [28, 28, 20]         520        392,000      62.7 kB
      pool1 (maxPooling2d)  [14, 14, 20]           0              0      15.7 kB
      conv2 (conv2d)        [14, 14, 50]      25,050      4,900,000      39.2 kB
      pool2 (maxPooling2d)  [7, 7, 50]             0              0       9.8 kB
      flatten (flatten)     [2450]                 0              0       9.8 kB
      fc1 (dense)           [500]          1,225,500      1,225,000       2.0 kB
      predictions (dense)   [10]               5,010          5,000         40 B
      ──────────────────────────────────────────────────────────────────────────
      total                                1,256,080      6,522,000     139.2 kB
      trainable parameters 1,256,080, frozen 0; weights 5.0 MB in float32
      "
    `);
  });

  test("tells frozen parameters from trained ones", () => {
    const model = sequential({ inputShape: [3] }, [dense({ units: 2, trainable: false }), dense({ units: 1 })]);
    expect(summarize(model)).toMatchObject({ parameters: 11, trainableParameters: 3 });
    expect(model.summary()).toContain("trainable parameters 3, frozen 8; weights 44 B in float32");
  });

  test("writes bytes for people", () => {
    expect([0, 999, 1000, 12_345_678, 5e9, 7e13].map(bytesText)).toEqual([
      "0 B",
      "999 B",
      "1.0 kB",
      "12.3 MB",
      "5.0 GB",
      "70000.0 GB",
    ]);
    expect([999_949, 999_951, 999_999_999].map(bytesText)).toEqual(["999.9 kB", "1.0 MB", "1.0 GB"]);
  });
});
