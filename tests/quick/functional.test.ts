import { describe, expect, test } from "vitest";
import { arrays } from "#striate/data/index";
import { StriateError } from "#striate/errors";
import { print } from "#striate/graph/index";
import {
  add,
  average,
  type BatchNormalizationOptions,
  batchNormalization,
  callLayer,
  concatenate,
  constant,
  conv2d,
  dense,
  dropout,
  flatten,
  gaussianNoise,
  globalAveragePooling2d,
  input,
  l1L2,
  l2,
  maximum,
  minimum,
  multiply,
  normalization,
  subtract,
} from "#striate/layers/index";
import { type Model, model, sequential } from "#striate/model/index";
import { at, fromNumbers, type Shape, type Tensor } from "#striate/tensor/index";
import { evaluate, fit, predict, predictOutputs, sgd } from "#striate/training/index";
import { closeTo } from "../support/close.ts";
import { ENGINES, startSmall } from "../support/engines.ts";
import { readGolden } from "../support/goldens.ts";
import { labels, type PatternSample, pattern, pictures } from "../support/pattern.ts";
import { numbersOf } from "../support/runs.ts";

interface Golden {
  readonly pattern: PatternSample;
  readonly merging: readonly {
    readonly layer: keyof typeof MERGING;
    readonly config: { readonly axis?: number };
    readonly inputShapes: readonly Shape[];
    readonly outputShape: Shape;
    readonly output: readonly number[];
  }[];
  readonly batchNormalization: readonly {
    readonly config: BatchNormalizationOptions;
    readonly inputShape: Shape;
    readonly weights: readonly string[];
    readonly inference: readonly number[];
    readonly training: readonly number[];
    readonly movingMean: readonly number[];
    readonly movingVariance: readonly number[];
  }[];
  readonly branched: {
    readonly batch: number;
    readonly layers: readonly string[];
    readonly outputs: readonly (readonly number[])[];
    readonly loss: number;
    readonly after: readonly (readonly number[])[];
  };
  readonly classWeight: { readonly loss: number; readonly after: readonly (readonly number[])[] };
  readonly regularized: {
    readonly evaluated: number;
    readonly loss: number;
    readonly after: readonly (readonly number[])[];
  };
}

const MERGING = { add, subtract, multiply, average, maximum, minimum, concatenate };

const golden = readGolden<Golden>("functional.json");

/** Weights as the golden's script sets them: patterns, and variances that are no less than 0.5. */
function setPatterns(net: Model): void {
  net.setWeights(
    new Map(
      net.weightSpecs.map(({ key, spec: { shape } }, i) => {
        if (!key.includes("Variance")) return [key, pattern(shape, 1 + i)];
        const { data } = pictures(shape, 1 + i);
        return [
          key,
          fromNumbers(
            "float32",
            shape,
            Array.from(data, (x) => x + 0.5),
          ) as Tensor<"float32">,
        ];
      }),
    ),
  );
}

function errorOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof StriateError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error("expected an error");
}

describe("merge layers give Keras's numbers:", () => {
  test.each(golden.merging.map((given) => [`${given.layer} of ${given.inputShapes.join(" and ")}`, given] as const))(
    "%s",
    async (_, { layer, config, inputShapes, outputShape, output }) => {
      const inputs = inputShapes.map((shape, i) => input({ shape, name: `x${i}` }));
      const net = model({ inputs, outputs: MERGING[layer](config)(inputs) });
      expect(net.outputShape).toEqual(outputShape);
      const given = Object.fromEntries(inputShapes.map((shape, i) => [`x${i}`, pattern([2, ...shape], 10 + i, 4)]));
      const engine = await startSmall("reference");
      closeTo((await predict(net, given, { engine })).data, output, 1e-6, layer);
      await engine.close();
    },
  );

  test("also where one comes channels first out of a convolution and the other does not", async () => {
    const x = input({ shape: [4, 5, 2] });
    const convolved = conv2d({ filters: 2, kernelSize: 1, useBias: false, kernelInitializer: constant(0.5) })(x);
    const net = model({ inputs: x, outputs: [add()([x, convolved]), concatenate()([convolved, x])] });
    const given = pattern([1, 4, 5, 2], 3);
    const { add: sum, concatenate: both } = await predictOutputs(net, given, { engine: "reference", inline: true });
    const pixel = (i: number) => [at(given.data, 2 * i), at(given.data, 2 * i + 1)] as const;
    for (let i = 0; i < 20; i++) {
      const [a, b] = pixel(i);
      const mean = 0.5 * (a + b);
      closeTo(sum?.data.subarray(2 * i, 2 * i + 2) ?? [], [a + mean, b + mean], 1e-6, "sum");
      closeTo(both?.data.subarray(4 * i, 4 * i + 4) ?? [], [mean, mean, a, b], 1e-6, "both");
    }
  });
});

describe("batch normalization gives Keras's numbers:", () => {
  test.each(
    golden.batchNormalization.map((given) => [JSON.stringify([given.inputShape, given.config]), given] as const),
  )("%s", async (_, given) => {
    const net = sequential({ inputShape: given.inputShape }, [batchNormalization({ name: "bn", ...given.config })]);
    expect(net.weightSpecs.map(({ spec: { name } }) => name)).toEqual(given.weights.map(camel));
    setPatterns(net);
    const inputs = pattern([4, ...given.inputShape], 30, 4);
    const engine = await startSmall("reference");
    closeTo((await predict(net, inputs, { engine })).data, given.inference, 1e-5, "inference");
    // Learning nothing, one step still moves the statistics.
    const data = arrays({ inputs, targets: pattern([4, ...given.inputShape], 31) });
    await fit(net, data, { engine, loss: "meanSquaredError", metrics: [], optimizer: sgd({ learningRate: 0 }) });
    closeTo(net.weights.get("bn/movingMean")?.data ?? [], given.movingMean, 1e-6, "moving mean");
    closeTo(net.weights.get("bn/movingVariance")?.data ?? [], given.movingVariance, 1e-6, "moving variance");
    await engine.close();
  });

  test("a frozen one uses its moving statistics in training, and nothing of it changes", async () => {
    const layer = batchNormalization({ name: "bn" });
    const net = sequential({ inputShape: [3] }, [layer, dense({ name: "out", units: 1, useBias: false })]);
    setPatterns(net);
    const before = numbersOf(net.weights);
    layer.trainable = false;
    const engine = await startSmall("reference");
    const inputs = pattern([8, 3], 1, 4);
    const data = arrays({ inputs, targets: pattern([8, 1], 2) });
    const frozen = await evaluate(net, data, { engine, loss: "meanSquaredError", metrics: [] });
    const options = { engine, loss: "meanSquaredError", metrics: [], batchSize: 8, optimizer: sgd() } as const;
    const { epochs } = await fit(net, data, options);
    // The training step's own loss is that of inference: the statistics were the moving ones.
    expect(epochs[0]?.loss).toBeCloseTo(frozen.loss, 6);
    const after = numbersOf(net.weights);
    for (const key of ["bn/gamma", "bn/beta", "bn/movingMean", "bn/movingVariance"]) {
      expect(after[key], key).toEqual(before[key]);
    }
    expect(after["out/kernel"]).not.toEqual(before["out/kernel"]);
    layer.trainable = true;
    await fit(net, data, options);
    for (const key of ["bn/gamma", "bn/beta", "bn/movingMean", "bn/movingVariance"]) {
      expect(numbersOf(net.weights)[key], key).not.toEqual(before[key]);
    }
    await engine.close();
  });

  test("one in a frozen model is frozen with it", () => {
    const base = sequential({ inputShape: [3], name: "base" }, [batchNormalization({ name: "bn" })]);
    const net = sequential([base, dense({ units: 1 })]);
    expect(net.weightSpecs.filter(({ trainable }) => trainable).map(({ key }) => key)).toEqual([
      "base/bn/gamma",
      "base/bn/beta",
      "dense/kernel",
      "dense/bias",
    ]);
    base.trainable = false;
    expect(base.getLayer("bn").trainable).toBe(false);
    expect(net.weightSpecs.filter(({ trainable }) => trainable).map(({ key }) => key)).toEqual([
      "dense/kernel",
      "dense/bias",
    ]);
  });
});

const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The net of `make_functional.py`. */
function branched(): Model {
  const innerInput = input({ shape: [4, 4, 3] });
  const convolved = conv2d({ filters: 3, kernelSize: 1, name: "inner_conv" })(innerInput);
  const innerNorm = batchNormalization({ name: "inner_bn" });
  const inner = model({ inputs: innerInput, outputs: innerNorm(convolved), name: "inner" });
  inner.getLayer("inner_bn").trainable = false;
  const left = input({ shape: [4, 4, 2], name: "left" });
  const right = input({ shape: [4, 4, 2], name: "right" });
  const shared = conv2d({ filters: 3, kernelSize: 3, padding: "same", activation: "relu", name: "shared" });
  const a = batchNormalization({ name: "bn", momentum: 0.8 })(shared(left));
  const b = inner(shared(right));
  const wide = concatenate({ name: "wide" })([add({ name: "sum" })([a, b]), b]);
  const pooled = globalAveragePooling2d({ name: "pool" })(wide);
  const classes = dense({ units: 3, activation: "softmax", name: "classes" })(pooled);
  const number = dense({ units: 2, name: "number" })(flatten({ name: "flat" })(a));
  return model({ inputs: [left, right], outputs: [classes, number], name: "branched" });
}

describe("a model with two inputs, a shared layer, a model inside, and two outputs", () => {
  const { batch } = golden.branched;
  const inputs = { left: pattern([batch, 4, 4, 2], 50, 2), right: pattern([batch, 4, 4, 2], 51, 2) };

  test("has Keras's order of layers and weights", () => {
    const net = branched();
    const wanted = golden.branched.layers.filter((name) => name !== "left" && name !== "right");
    expect(net.layers.map(({ name }) => name)).toEqual(wanted);
    expect([net.inputNames, net.outputNames]).toEqual([
      ["left", "right"],
      ["classes", "number"],
    ]);
    expect(net.weightSpecs.map(({ spec: { shape } }) => shape.reduce((a, b) => a * b, 1))).toEqual(
      golden.branched.after.map((weight) => weight.length),
    );
  });

  test.each(ENGINES.available)("predicts and trains as Keras does, on %s", async (name) => {
    const engine = await startSmall(name);
    const net = branched();
    setPatterns(net);
    const outputs = await predictOutputs(net, inputs, { engine });
    closeTo(outputs.classes?.data ?? [], golden.branched.outputs[0], 1e-5, "classes");
    closeTo(outputs.number?.data ?? [], golden.branched.outputs[1], 1e-5, "number");
    const targets = { classes: labels(batch, 52, 3), number: pattern([batch, 2], 53) };
    const { epochs } = await fit(net, arrays({ inputs, targets }), {
      engine,
      batchSize: batch,
      loss: { classes: "sparseCategoricalCrossentropy", number: "meanSquaredError" },
      lossWeights: { number: 0.3 },
      metrics: { classes: [] },
      optimizer: sgd({ learningRate: 0.1 }),
    });
    const log: Readonly<Record<string, number>> = epochs[0] ?? {};
    const { loss = 0, classes_loss = 0, number_loss = 0 } = log;
    expect(loss).toBeCloseTo(golden.branched.loss, 5);
    expect(classes_loss + 0.3 * number_loss).toBeCloseTo(loss, 5);
    for (const [i, { key }] of net.weightSpecs.entries()) {
      closeTo(net.weights.get(key)?.data ?? [], golden.branched.after[i], 1e-5, key);
    }
    await engine.close();
  });

  test("says what it misses", async () => {
    const net = branched();
    const engine = "reference";
    await expect(predict(net, inputs, { engine })).rejects.toThrow(
      "model branched has outputs classes, number; predictOutputs gives all of them",
    );
    await expect(predictOutputs(net, inputs.left, { engine })).rejects.toThrow(
      "model branched takes inputs left, right by their names, received one tensor",
    );
    await expect(
      predictOutputs(net, { left: inputs.left, right: pattern([6, 4, 4, 3], 1) }, { engine }),
    ).rejects.toThrow("input right of model branched takes [n,4,4,2], received [6,4,4,3]");
    const data = arrays({ inputs, targets: { classes: labels(batch, 52, 3) } });
    await expect(fit(net, data, { engine, loss: { classify: "meanSquaredError" } })).rejects.toThrow(
      'model branched has no output "classify"; its outputs are classes, number',
    );
    await expect(fit(net, data, { engine, loss: "sparseCategoricalCrossentropy" })).rejects.toThrow(
      "loss sparseCategoricalCrossentropy on model branched needs targets int32[6] for output number, but the data gives none",
    );
    expect(() => net.inputShape).toThrow("model branched has 2 inputs; see its inputs");
  });

  test("may train one of its outputs alone", async () => {
    const net = branched();
    const before = numbersOf(net.weights);
    const data = arrays({ inputs, targets: { classes: labels(batch, 52, 3) } });
    await fit(net, data, { engine: "reference", loss: { classes: "sparseCategoricalCrossentropy" } });
    const after = numbersOf(net.weights);
    expect(after["classes/kernel"]).not.toEqual(before["classes/kernel"]);
    expect(after["number/kernel"]).toEqual(before["number/kernel"]);
  });

  test("gives every output the same targets when there is one tensor of them", async () => {
    const x = input({ shape: [4] });
    const early = dense({ units: 3, activation: "softmax", name: "early" })(x);
    const late = dense({ units: 3, activation: "softmax", name: "late" })(dense({ units: 5 })(x));
    const net = model({ inputs: x, outputs: [late, early] });
    const data = arrays({ inputs: pattern([12, 4], 1), targets: labels(12, 2, 3), classes: 3 });
    const lossWeights = { early: 0.3 };
    const { epochs } = await fit(net, data, { engine: "reference", lossWeights, validationSplit: 0.5 });
    expect(Object.keys(epochs[0] ?? {}).sort()).toEqual(
      [
        ...["epoch", "learningRate", "loss", "late_loss", "late_accuracy", "early_loss", "early_accuracy"],
        ...["Loss", "Late_loss", "Late_accuracy", "Early_loss", "Early_accuracy"].map((key) => `validation${key}`),
      ].sort(),
    );
  });
});

describe("models made of a model's parts", () => {
  const base = () =>
    sequential({ name: "base", inputShape: [8, 8, 1], seed: 5 }, [
      conv2d({ name: "conv1", filters: 2, kernelSize: 3 }),
      conv2d({ filters: 3, kernelSize: 3, strides: 2 }),
      flatten(),
      dense({ name: "out", units: 2 }),
    ]);

  test("have its weights, and their changes", async () => {
    const net = base();
    const features = model({ inputs: net.inputs, outputs: net.getLayer("conv2d").output });
    expect(features.layers.map(({ name }) => name)).toEqual(["conv1", "conv2d"]);
    expect(features.weights.get("conv1/kernel")).toBe(net.weights.get("conv1/kernel"));
    const changed = pattern([3, 3, 1, 2], 9);
    features.setWeights(new Map([["conv1/kernel", changed]]));
    expect(net.weights.get("conv1/kernel")).toBe(changed);
  });

  test("draw the first weights from the seed of the first model", () => {
    const net = base();
    const features = model({ inputs: net.inputs, outputs: net.getLayer("conv2d").output, seed: 77 });
    const drawn = numbersOf(features.weights);
    expect(drawn).toEqual(
      Object.fromEntries(Object.entries(numbersOf(base().weights)).filter(([key]) => key in drawn)),
    );
  });

  test("may begin in the middle", async () => {
    const net = base();
    const middle = net.getLayer("conv2d");
    const head = model({ inputs: middle.output, outputs: net.outputs });
    expect(head.inputShape).toEqual([2, 2, 3]);
    const features = model({ inputs: net.inputs, outputs: middle.output });
    const x = pattern([2, 8, 8, 1], 4);
    const engine = await startSmall("reference");
    const halfway = await predict(features, x, { engine });
    closeTo((await predict(head, halfway, { engine })).data, (await predict(net, x, { engine })).data, 1e-6, "head");
    await engine.close();
  });

  test("name what is asked for and not there", () => {
    expect(errorOf(() => base().getLayer("conv"))).toBe(
      'usage: model base has no layer "conv"; it has conv1, conv2d, ... (4 layers)',
    );
    const [x, y] = [input({ shape: [2] }), input({ shape: [2], name: "other" })];
    expect(errorOf(() => model({ inputs: x, outputs: add()([x, y]) }))).toBe(
      'usage: an output needs input "other", which is not among the model\'s inputs; add it',
    );
    expect(errorOf(() => model({ inputs: [], outputs: x }))).toContain("model functional: its inputs are what input");
  });

  test("a layer called twice has one set of weights, and is one row of the summary", () => {
    const x = input({ shape: [6] });
    const layer = dense({ units: 6 });
    const net = model({ inputs: x, outputs: layer(layer(x)) });
    expect(net.parameters).toBe(42);
    expect(net.layers.length).toBe(1);
    expect(net.summary()).toContain("input, dense");
    expect(() => net.getLayer("dense").output).toThrow("layer dense has 2 outputs in this model");
    expect(errorOf(() => layer(input({ shape: [5] })))).toBe(
      "shape: layer dense (dense) on input [5]: its weight kernel is [6,6] since its first call; this input needs " +
        "[5,6], so it takes a layer of its own",
    );
  });

  test("a model with several outputs is a layer with several outputs", () => {
    const x = input({ shape: [4] });
    const twins = model({ inputs: x, outputs: [dense({ units: 2 })(x), dense({ units: 3 })(x)], name: "twins" });
    const y = input({ shape: [4] });
    expect(errorOf(() => twins(y))).toBe("usage: twins has 2 outputs; callLayer(layer, inputs) gives all of them");
    const outputs = callLayer(twins, y);
    expect(model({ inputs: y, outputs: concatenate()(outputs) }).outputShape).toEqual([5]);
    expect(errorOf(() => twins(input({ shape: [5] })))).toBe(
      "shape: layer twins (functional) on input [5]: it takes [4]",
    );
  });

  test("a thousand layers are no stack too many", () => {
    let y = input({ shape: [2] });
    const x = y;
    for (let i = 0; i < 5000; i++) y = flatten()(y);
    expect(model({ inputs: x, outputs: y }).layers.length).toBe(5000);
  });

  test("unnamed models inside are numbered", () => {
    const part = () => sequential({ inputShape: [2] }, [dense({ units: 2 })]);
    const net = sequential([part(), part()]);
    expect(net.weightSpecs.map(({ key }) => key)).toEqual([
      "sequential/dense/kernel",
      "sequential/dense/bias",
      "sequential_1/dense/kernel",
      "sequential_1/dense/bias",
    ]);
  });
});

describe("regularizers", () => {
  const engine = "reference";
  const net = () =>
    sequential({ inputShape: [5] }, [
      dense({ units: 4, kernelRegularizer: l2(0.1), biasRegularizer: "l1", name: "a" }),
      dense({ units: 2, kernelRegularizer: l1L2({ l1: 0.02, l2: 0.03 }), name: "b" }),
    ]);
  const data = arrays({ inputs: pattern([6, 5], 60, 2), targets: pattern([6, 2], 61) });
  const options = { engine, loss: "meanSquaredError", metrics: [], batchSize: 6 } as const;

  test("cost what they cost in Keras, in training and in an evaluation", async () => {
    const made = net();
    setPatterns(made);
    expect((await evaluate(made, data, options)).loss).toBeCloseTo(golden.regularized.evaluated, 5);
    const { epochs } = await fit(made, data, { ...options, optimizer: sgd({ learningRate: 0.1 }) });
    expect(epochs[0]?.loss).toBeCloseTo(golden.regularized.loss, 5);
    for (const [i, { data: numbers }] of [...made.weights.values()].entries()) {
      closeTo(numbers, golden.regularized.after[i], 1e-6, `weight ${i}`);
    }
  });

  test("cost nothing where weights are frozen", async () => {
    const made = net();
    made.freeze("*");
    const bare = sequential({ inputShape: [5] }, [dense({ units: 4, name: "a" }), dense({ units: 2, name: "b" })]);
    const [frozen, without] = [await evaluate(made, data, options), await evaluate(bare, data, options)];
    expect(frozen.loss).toBe(without.loss);
  });

  test("are at least 0 and known", () => {
    expect(errorOf(() => dense({ units: 1, kernelRegularizer: l2(-1) }))).toContain(
      "l2: factor must be a finite number of at least 0, received -1",
    );
    expect(errorOf(() => dense({ units: 1, kernelRegularizer: "l3" as "l2" }))).toContain("there are l1, l2, l1L2");
  });
});

describe("class weights", () => {
  const net = () => sequential({ inputShape: [5] }, [dense({ units: 3, activation: "softmax", name: "a" })]);
  const data = arrays({ inputs: pattern([8, 5], 70, 2), targets: labels(8, 71, 3), classes: 3 });

  test.each(ENGINES.available)("make classes count as in Keras, on %s", async (name) => {
    const engine = await startSmall(name);
    const made = net();
    setPatterns(made);
    const options = { engine, batchSize: 8, optimizer: sgd({ learningRate: 0.1 }), classWeight: [0.5, 2, 3] };
    const { epochs } = await fit(made, data, options);
    expect(epochs[0]?.loss).toBeCloseTo(golden.classWeight.loss, 5);
    for (const [i, { data: numbers }] of [...made.weights.values()].entries()) {
      closeTo(numbers, golden.classWeight.after[i], 1e-6, `weight ${i}`);
    }
    await engine.close();
  });

  test("are one for each class, of a loss of labels", async () => {
    const wrong = (options: object) => fit(net(), data, { engine: "reference", ...options });
    await expect(wrong({ classWeight: [1, 2] })).rejects.toThrow("each of the 3 classes, 0 to 2; received 2 of them");
    await expect(wrong({ classWeight: [1, 2, -1] })).rejects.toThrow("a finite number of at least 0");
    await expect(wrong({ classWeight: [1, 1, 1], loss: "meanSquaredError" })).rejects.toThrow(
      "which loss meanSquaredError",
    );
  });
});

test("freeze takes names, stars and regular expressions, of layers and of weights", () => {
  const inner = sequential({ inputShape: [4], name: "base" }, [dense({ units: 2, name: "a1" }), batchNormalization()]);
  const net = sequential([inner, dense({ units: 2, name: "a2" }), dense({ units: 2, name: "b" })]);
  const learns = () => net.weightSpecs.filter(({ trainable }) => trainable).map(({ key }) => key);
  const all = learns();
  net.freeze("base/a*", "b/kernel");
  expect(learns()).toEqual([
    "base/batch_normalization/gamma",
    "base/batch_normalization/beta",
    "a2/kernel",
    "a2/bias",
    "b/bias",
  ]);
  expect([inner.getLayer("a1").trainable, net.getLayer("b").trainable]).toEqual([false, true]);
  net.freeze(/^a2$/, "base");
  expect(learns()).toEqual(["b/bias"]);
  net.unfreeze("*");
  expect(learns()).toEqual(all);
  expect(errorOf(() => net.freeze("c*"))).toBe("usage: model sequential has no layer or weight that fits c*");
});

test("gaussianNoise adds normal noise in training, and nothing elsewhere", async () => {
  const net = sequential({ inputShape: [1000] }, [gaussianNoise({ stddev: 0.5, name: "noise" }), dropout({ rate: 0 })]);
  expect(print(net.inferenceGraph(1))).not.toContain("random");
  const engine = await startSmall("reference");
  const zeros = fromNumbers("float32", [20, 1000], new Array<number>(20_000).fill(0)) as Tensor<"float32">;
  const data = arrays({ inputs: zeros, targets: zeros });
  // The mean square of the noise is its variance.
  const { epochs } = await fit(net, data, { engine, loss: "meanSquaredError", metrics: [], batchSize: 20 });
  expect(Math.abs((epochs[0]?.loss ?? 0) - 0.25)).toBeLessThan(0.01);
  await engine.close();
});

describe("normalization adapts to examples:", () => {
  test.each([
    ["each channel", {}, [3, 8]],
    ["each row", { axis: 1 }, [4.5, 6.5]],
    ["all numbers", { axis: null }, [5.5]],
  ] as const)("%s", async (_, options, mean) => {
    const examples = fromNumbers("float32", [2, 2, 2], [1, 5, 2, 8, 3, 9, 6, 10]) as Tensor<"float32">;
    const layer = normalization(options);
    layer.adapt(examples);
    expect([layer.config.mean].flat()).toEqual(mean);
    const net = sequential({ inputShape: [2, 2] }, [layer]);
    const { data } = await predict(net, examples, { engine: "reference", inline: true });
    // What it gives has mean 0 and variance 1 over what was adapted to.
    closeTo([data.reduce((a, b) => a + b, 0), data.reduce((a, b) => a + b * b, 0)], [0, data.length], 1e-5, "moments");
  });

  test("and must, when it is given nothing", () => {
    expect(errorOf(() => normalization()(input({ shape: [2] })))).toContain("call its adapt(examples) before");
    expect(errorOf(() => normalization({ mean: 1 }))).toContain("mean and variance go together");
  });
});
