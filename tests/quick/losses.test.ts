import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arrays } from "#striate/data/index";
import type { Engine } from "#striate/engine/index";
import { GraphBuilder, print, type Value } from "#striate/graph/index";
import { type ActivationName, constant, conv2d, dense } from "#striate/layers/index";
import { sequential } from "#striate/model/index";
import { sigmoid, softmax } from "#striate/ops/index";
import { fromNumbers, type Shape, type Tensor, tensor, toNumbers, zeros } from "#striate/tensor/index";
import {
  accuracy,
  binaryAccuracy,
  binaryCrossentropy,
  categoricalCrossentropy,
  defineLoss,
  fit,
  initialStates,
  type Loss,
  type LossName,
  type Metric,
  meanSquaredError,
  type ObjectiveOptions,
  objectivesOf,
  rateTensor,
  sgd,
  sparseCategoricalCrossentropy,
  topKAccuracy,
  trainingGraph,
} from "#striate/training/index";
import { exampleLosses, lossOf, targetType } from "#striate/training/losses/index";
import { objectiveText } from "#striate/training/objective";
import { closeTo } from "../support/close.ts";
import { ENGINES, startSmall } from "../support/engines.ts";
import { readGolden } from "../support/goldens.ts";

interface Case {
  readonly config: { readonly fromLogits?: boolean; readonly labelSmoothing?: number; readonly k?: number };
  readonly target: string;
  readonly prediction: string;
  readonly values: readonly number[];
  readonly mean: number;
}

interface Golden {
  readonly inputs: Readonly<Record<string, { readonly shape: Shape; readonly values: readonly number[] }>>;
  readonly losses: readonly (Case & { readonly loss: LossName })[];
  readonly metrics: readonly (Case & { readonly metric: string })[];
}

const golden = readGolden<Golden>("losses.json");
const smoothingText = ({ config: { labelSmoothing } }: Case) =>
  labelSmoothing ? `, smoothed by ${labelSmoothing}` : "";

function given(name: string, dtype: "float32" | "int32"): Tensor {
  const { shape, values } = golden.inputs[name] ?? { shape: [], values: [] };
  return fromNumbers(dtype, shape, values);
}

/** Keras's `from_logits` is here the activation in front of the loss. */
function predictionsOf(g: GraphBuilder, { name }: Loss, given: Value, fromLogits: boolean): Value {
  if (!fromLogits) return given;
  return g.op(name === "binaryCrossentropy" ? sigmoid : softmax, [given]);
}

const MAKERS = { sparseCategoricalCrossentropy, categoricalCrossentropy, binaryCrossentropy, meanSquaredError };

/** What a loss gives for each example. */
async function lossesOf(engine: Engine, given: Loss | LossName, predictions: Tensor, targets: Tensor, after = false) {
  const loss = lossOf(given);
  const g = new GraphBuilder(loss.name);
  const x = g.input("predictions", "float32", predictions.shape);
  const t = g.input("targets", targets.dtype, targets.shape);
  g.output("losses", exampleLosses(g, loss, predictionsOf(g, loss, x, after), t));
  const executable = await engine.compile(g.build());
  const { losses } = await executable.run({ predictions, targets });
  await executable.close();
  return toNumbers(losses ?? tensor("float32", [0], new Float32Array()));
}

describe.each(ENGINES.available)("on %s", (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startSmall(name);
  });
  afterAll(() => engine?.close());

  const cases = golden.losses.map(
    (item) => [`${item.loss} of ${item.prediction} against ${item.target}${smoothingText(item)}`, item] as const,
  );
  test.each(cases)("%s gives Keras's numbers", async (_title, { loss, config, target, prediction, values, mean }) => {
    const { fromLogits = false, labelSmoothing = 0 } = config;
    const made = labelSmoothing === 0 ? lossOf(loss) : MAKERS[loss]({ labelSmoothing });
    const targets = given(target, targetType(made));
    const losses = await lossesOf(engine, made, given(prediction, "float32"), targets, fromLogits);
    if (fromLogits) {
      const ofLogits = MAKERS[loss](config);
      expect(ofLogits).toMatchObject({ name: loss, config, threshold: 0 });
      closeTo(await lossesOf(engine, ofLogits, given(prediction, "float32"), targets), values, 2e-6, "of logits");
    }
    // Keras computes in float32, where 1 - 1e-7 is 1 - 1.19e-7: log(1 - p) of a clipped p is off by 1% there.
    const tolerance = name === "reference" && prediction === "binarySure" ? 0.012 : 2e-6;
    closeTo(losses, values, tolerance, "losses of the examples");
    closeTo([losses.reduce((a, b) => a + b, 0) / losses.length], [mean], tolerance, "loss of the batch");
  });

  test.each([true, false])(
    "smoothed labels give the numbers of smoothed one-hot rows, from logits: %s",
    async (fromLogits) => {
      const options = { fromLogits, labelSmoothing: 0.2 };
      const predictions = () => given(fromLogits ? "logits" : "probabilities", "float32");
      const sparse = lossesOf(engine, sparseCategoricalCrossentropy(options), predictions(), given("labels", "int32"));
      const dense = lossesOf(engine, categoricalCrossentropy(options), predictions(), given("oneHot", "float32"));
      closeTo(await sparse, await dense, 1e-7, "losses");
    },
  );

  test("a loss of one's own is a formula over values of the graph, whose gradient is derived", async () => {
    const huber = (delta = 1) =>
      defineLoss({
        name: "huber",
        config: { delta },
        losses: ({ f, predictions, targets }) => {
          const error = f.abs(f.sub(predictions, targets));
          const small = f.min(error, delta);
          return f.mul(small, f.sub(error, f.mul(small, 0.5)));
        },
      });
    const model = sequential({ inputShape: [3] }, [dense({ units: 3, kernelInitializer: identity, name: "last" })]);
    const inputs = fromNumbers("float32", [2, 3], [0, 2, -3, 0.5, 0, 1]);
    const data = arrays({ inputs, targets: zeros("float32", [2, 3]) });
    const optimizer = sgd({ learningRate: 1 });
    const { epochs } = await fit(model, data, { engine, loss: huber(1.5), optimizer, batchSize: 2 });
    closeTo([epochs[0]?.loss ?? 0], [(1.875 + 3.375 + 0.125 + 0.5) / 6], 1e-6, "loss");
    expect(Object.keys(epochs[0] ?? {})).toEqual(["epoch", "loss", "learningRate"]);
    // Of each output the mean over the batch of its slope, which is at most delta.
    const bias = model.weights.get("last/bias") as Tensor;
    closeTo(toNumbers(bias), [-0.5 / 6, -1.5 / 6, 0.5 / 6], 1e-6, "bias");
  });

  test("predictions with more axes have one loss an example, the mean of its rows", async () => {
    const predictions = given("probabilities", "float32");
    const rows = await lossesOf(engine, "sparseCategoricalCrossentropy", predictions, given("labels", "int32"));
    const sequences = await lossesOf(
      engine,
      "sparseCategoricalCrossentropy",
      { ...given("probabilities", "float32"), shape: [2, 3, 5] },
      { ...given("labels", "int32"), shape: [2, 3] },
    );
    const means = [0, 3].map((start) => rows.slice(start, start + 3).reduce((sum, loss) => sum + loss / 3, 0));
    closeTo(sequences, means, 1e-6, "losses");
  });

  const stable = [
    {
      loss: "sparseCategoricalCrossentropy",
      activation: "softmax",
      op: "SparseSoftmaxCrossEntropy",
      targets: fromNumbers("int32", [1], [1]),
      expected: 400,
      gradient: [1, -1, 0],
    },
    {
      loss: "categoricalCrossentropy",
      activation: "softmax",
      op: "SoftmaxCrossEntropy",
      targets: fromNumbers("float32", [1, 3], [0, 1, 0]),
      expected: 400,
      gradient: [1, -1, 0],
    },
    {
      loss: "binaryCrossentropy",
      activation: "sigmoid",
      op: "SigmoidCrossEntropy",
      targets: fromNumbers("float32", [1, 3], [0, 1, 0.5]),
      expected: (200 + 200 + Math.log(2)) / 3,
      gradient: [1 / 3, -1 / 3, 0],
    },
  ] as const satisfies readonly { loss: LossName; activation: ActivationName; [key: string]: unknown }[];
  test.each(stable)("$loss after $activation is differentiated in its stable form", async (item) => {
    const { loss, activation, op, targets, expected, gradient } = item;
    const model = sequential({ inputShape: [3] }, [
      dense({ units: 3, activation, kernelInitializer: identity, name: "last" }),
    ]);
    const graph = trainingGraph(model, loss, sgd(), 1);
    expect(print(graph)).toContain(` = ${op}(`);
    const executable = await engine.compile(graph);
    await executable.writeState(initialStates(model, sgd(), graph));
    const input = fromNumbers("float32", [1, 3], [200, -200, 0]);
    const result = await executable.run({ input, target: targets, learningRate: rateTensor(1) });
    closeTo(toNumbers(result.loss as Tensor), [expected], 1e-6, "loss");
    // One step at rate 1 from 0: the bias is the gradient by the logits, with the other sign.
    const bias = (await executable.readState())["last/bias"] as Tensor;
    await executable.close();
    closeTo(
      toNumbers(bias).map((x) => -x),
      gradient,
      1e-6,
      "gradient",
    );
  });
});

const identity = (shape: Shape) =>
  fromNumbers(
    "float32",
    shape,
    Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? 1 : 0)),
  );

test("so is a softmax over the channels of a picture, which are moved to the end after it", () => {
  const pixels = sequential({ inputShape: [2, 2, 3] }, [conv2d({ filters: 4, kernelSize: 1, activation: "softmax" })]);
  const text = print(trainingGraph(pixels, "sparseCategoricalCrossentropy", sgd(), 1));
  expect(text).toContain("SparseSoftmaxCrossEntropy(");
  expect(text).not.toContain(" = Log(");
});

test("a loss of probabilities that no activation made is taken as it is", () => {
  const model = sequential({ inputShape: [3] }, [dense({ units: 3, kernelInitializer: constant(0.2) })]);
  const text = print(trainingGraph(model, "sparseCategoricalCrossentropy", sgd(), 1));
  expect(text).not.toContain("SoftmaxCrossEntropy");
  expect(text).toContain(" = Log(");
});

test("an unknown loss is refused with a list of those there are", () => {
  expect(() => lossOf("hinge" as LossName)).toThrow(
    'there is no loss "hinge"; there are sparseCategoricalCrossentropy, categoricalCrossentropy, binaryCrossentropy, meanSquaredError',
  );
});

describe("a loss is refused", () => {
  const scalar = defineLoss({ name: "scalar", losses: ({ g, predictions }) => g.scalar(predictions, 1) });
  const model = () => sequential({ inputShape: [3] }, [dense({ units: 3, activation: "softmax" })]);
  const cases: readonly (readonly [string, () => unknown, string])[] = [
    ["that is a function", () => lossOf(categoricalCrossentropy as never), "call it, or make a loss of a function"],
    [
      "with too much smoothing",
      () => categoricalCrossentropy({ labelSmoothing: 2 }),
      "labelSmoothing must be a finite",
    ],
    ["with Keras's spelling", () => binaryCrossentropy({ from_logits: true } as never), 'did you mean "fromLogits"?'],
    ["that says otherwise than fit", () => lossOf(categoricalCrossentropy(), true), "give it to the loss itself"],
    ["that has no formula", () => defineLoss({ name: "mine" } as never), "losses is a function of values"],
    ["that is one number", () => trainingGraph(model(), { loss: scalar }, sgd(), 4), "for each of the 4 examples"],
  ];
  test.each(cases)("%s", (_title, make, message) => expect(make).toThrow(message));
});

test("what a run compares of losses: their names and options, not how they were given", () => {
  const model = sequential({ inputShape: [3] }, [dense({ units: 3 })]);
  const textOf = (options: ObjectiveOptions) => objectiveText(objectivesOf(model, options));
  expect(textOf({ loss: categoricalCrossentropy() })).toBe("categoricalCrossentropy");
  expect(textOf({ loss: categoricalCrossentropy({ fromLogits: true }) })).toBe("categoricalCrossentropy of logits");
  expect(textOf({ loss: "categoricalCrossentropy", fromLogits: true })).toBe("categoricalCrossentropy of logits");
  const smoothed = categoricalCrossentropy({ labelSmoothing: 0.1, fromLogits: true });
  expect(textOf({ loss: { output: smoothed } })).toBe('categoricalCrossentropy {"labelSmoothing":0.1} of logits');
});

describe("metrics give Keras's numbers", () => {
  const cases = golden.metrics.map((item) => [`${item.metric} ${JSON.stringify(item.config)}`, item] as const);
  test.each(cases)("%s", (_title, { metric, config, target, prediction, values, mean }) => {
    const targets = given(target, target === "labels" ? "int32" : "float32");
    const predictions = given(prediction, "float32");
    const several: Metric = metric === "binaryAccuracy" ? binaryAccuracy() : accuracy();
    const ours = config.k === undefined ? several : topKAccuracy({ k: config.k });
    const count = predictions.shape[0] ?? 0;
    expect(ours.sum(predictions, targets, count) / count).toBeCloseTo(mean, 6);
    // The first examples alone: what follows is the filling of the last batch. Keras has a value for each output.
    const outputs = values.length / count;
    const first = values.slice(0, 2 * outputs).reduce((sum, value) => sum + value, 0) / outputs;
    expect(ours.sum(predictions, targets, 2)).toBeCloseTo(first, 6);
  });

  test("predictions that are not numbers are wrong", () => {
    const predictions = tensor("float32", [1, 2], Float32Array.of(Number.NaN, Number.NaN));
    expect(accuracy().sum(predictions, fromNumbers("int32", [1], [0]), 1)).toBe(0);
  });

  test("topKAccuracy wants a whole number", () => {
    expect(() => topKAccuracy({ k: 0 })).toThrow("topKAccuracy: k must be a whole number of at least 1, received 0");
  });
});
