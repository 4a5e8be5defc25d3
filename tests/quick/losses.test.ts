import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "#striate/engine/index";
import { GraphBuilder, print, type Value } from "#striate/graph/index";
import { type ActivationName, constant, conv2d, dense } from "#striate/layers/index";
import { sequential } from "#striate/model/index";
import { sigmoid, softmax } from "#striate/ops/index";
import { fromNumbers, type Shape, type Tensor, tensor, toNumbers } from "#striate/tensor/index";
import {
  accuracy,
  binaryAccuracy,
  initialStates,
  type LossName,
  type Metric,
  rateTensor,
  sgd,
  topKAccuracy,
  trainingGraph,
} from "#striate/training/index";
import { exampleLosses, lossNamed } from "#striate/training/losses";
import { closeTo } from "../support/close.ts";
import { ENGINES, startSmall } from "../support/engines.ts";
import { readGolden } from "../support/goldens.ts";

interface Case {
  readonly config: { readonly fromLogits?: boolean; readonly k?: number };
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

function given(name: string, dtype: "float32" | "int32"): Tensor {
  const { shape, values } = golden.inputs[name] ?? { shape: [], values: [] };
  return fromNumbers(dtype, shape, values);
}

/** Keras's `from_logits` is here the activation in front of the loss. */
function predictionsOf(g: GraphBuilder, loss: LossName, given: Value, fromLogits: boolean): Value {
  if (!fromLogits) return given;
  return g.op(loss === "binaryCrossentropy" ? sigmoid : softmax, [given]);
}

/** What a loss gives for each example. */
async function lossesOf(engine: Engine, loss: LossName, predictions: Tensor, targets: Tensor, fromLogits = false) {
  const g = new GraphBuilder(loss);
  const x = g.input("predictions", "float32", predictions.shape);
  const t = g.input("targets", targets.dtype, targets.shape);
  g.output("losses", exampleLosses(g, loss, predictionsOf(g, loss, x, fromLogits), t));
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
    (item) => [`${item.loss} of ${item.prediction} against ${item.target}`, item] as const,
  );
  test.each(cases)("%s gives Keras's numbers", async (_title, { loss, config, target, prediction, values, mean }) => {
    const targets = given(target, lossNamed(loss).targets === "int32" ? "int32" : "float32");
    const losses = await lossesOf(engine, loss, given(prediction, "float32"), targets, config.fromLogits);
    // Keras computes in float32, where 1 - 1e-7 is 1 - 1.19e-7: log(1 - p) of a clipped p is off by 1% there.
    const tolerance = name === "reference" && prediction === "binarySure" ? 0.012 : 2e-6;
    closeTo(losses, values, tolerance, "losses of the examples");
    closeTo([losses.reduce((a, b) => a + b, 0) / losses.length], [mean], tolerance, "loss of the batch");
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
  expect(() => lossNamed("hinge" as LossName)).toThrow(
    'there is no loss "hinge"; there are sparseCategoricalCrossentropy, categoricalCrossentropy, binaryCrossentropy, meanSquaredError',
  );
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
