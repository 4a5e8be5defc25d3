import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arrays, type Dataset } from "#striate/data/index";
import type { Engine } from "#striate/engine/index";
import { type ActivationName, dense } from "#striate/layers/index";
import { type Model, sequential } from "#striate/model/index";
import { fromNumbers, type Shape, type Tensor, toNumbers, zeros } from "#striate/tensor/index";
import {
  type ClassWeight,
  evaluate,
  type FitOptions,
  fit,
  type LossName,
  type MetricName,
  sgd,
  topKAccuracy,
} from "#striate/training/index";
import { closeTo } from "../support/close.ts";
import { ENGINES, startSmall } from "../support/engines.ts";
import { readGolden } from "../support/goldens.ts";
import { pattern } from "../support/pattern.ts";

interface Case {
  readonly name: string;
  readonly loss: LossName;
  readonly activation: ActivationName | null;
  readonly units: number;
  readonly shape: Shape;
  readonly target: { readonly dtype: "float32" | "int64"; readonly shape: Shape; readonly values: readonly number[] };
  readonly fromLogits?: boolean;
  readonly classWeight?: ClassWeight;
  readonly sampleWeight?: readonly number[];
  readonly metrics?: readonly MetricName[];
  readonly history: readonly Readonly<Record<string, number>>[];
  readonly evaluation: Readonly<Record<string, number>>;
  readonly kernel: readonly number[];
}

interface Golden {
  readonly cases: readonly Case[];
  readonly topK: readonly {
    readonly scores: readonly number[];
    readonly label: number;
    readonly k: number;
    readonly value: number;
  }[];
}

const golden = readGolden<Golden>("objectives.json");
const EXAMPLES = 6;

function netOf({ shape, units, activation }: Pick<Case, "shape" | "units" | "activation">): Model {
  const last = dense({ name: "last", units, ...(activation && { activation }) });
  const net = sequential({ name: "net", inputShape: shape.slice(1) }, [last]);
  net.setWeights(
    new Map([
      ["last/kernel", pattern([shape.at(-1) ?? 0, units], 201, 2)],
      ["last/bias", zeros("float32", [units])],
    ]),
  );
  return net;
}

/** Targets as somebody's own data set gives them: of any type, in any of the shapes that are taken. */
function dataOf(shape: Shape, targets: Tensor, more: Partial<Dataset> = {}): Dataset {
  const inputs = pattern(shape, 202, 4);
  return { length: EXAMPLES, inputShape: shape.slice(1), read: () => ({ inputs, targets }), ...more };
}

describe.each(ENGINES.available)("fit and evaluate on %s give Keras's numbers for", (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startSmall(name);
  });
  afterAll(() => engine?.close());

  test.each(golden.cases.map((item) => [item.name, item] as const))("%s", async (_, item) => {
    const { loss, shape, target, fromLogits = false, classWeight, sampleWeight, metrics } = item;
    const net = netOf(item);
    const targets = fromNumbers(target.dtype, target.shape, target.values);
    const objective = { loss, fromLogits, ...(metrics && { metrics }) };
    const options: FitOptions = {
      ...objective,
      engine,
      epochs: 2,
      batchSize: EXAMPLES,
      shuffle: false,
      optimizer: sgd({ learningRate: 0.5 }),
      ...(classWeight && { classWeight }),
      ...(sampleWeight && { sampleWeight }),
    };
    const { epochs } = await fit(net, dataOf(shape, targets), options);
    for (const [i, wanted] of item.history.entries()) {
      const { epoch: _, learningRate: __, ...told } = epochs[i] ?? { epoch: 0, learningRate: 0 };
      sameNumbers(told, wanted, `epoch ${i + 1}`);
    }
    closeTo(toNumbers(net.weights.get("last/kernel") ?? zeros("float32", [])), item.kernel, 2e-6, "kernel");
    const weighted: Partial<Dataset> = sampleWeight
      ? {
          weighted: true,
          read: () => ({ inputs: pattern(shape, 202, 4), targets, sampleWeights: weightsOf(sampleWeight) }),
        }
      : {};
    const data = dataOf(shape, targets, weighted);
    const evaluation = await evaluate(net, data, { ...objective, engine, batchSize: EXAMPLES });
    sameNumbers({ loss: evaluation.loss, ...evaluation.metrics }, item.evaluation, "evaluation");
  });
});

function sameNumbers(
  ours: Readonly<Record<string, number>>,
  theirs: Readonly<Record<string, number>>,
  what: string,
): void {
  expect(Object.keys(ours).sort(), what).toEqual(Object.keys(theirs).sort());
  for (const [name, value] of Object.entries(theirs))
    closeTo([ours[name] ?? Number.NaN], [value], 2e-6, `${what}: ${name}`);
}

const weightsOf = (weights: readonly number[]) => fromNumbers("float32", [weights.length], weights);

describe("topKAccuracy of equal scores is Keras's", () => {
  test.each(golden.topK)("class $label of $scores among the first $k: $value", ({ scores, label, k, value }) => {
    const predictions = fromNumbers("float32", [1, scores.length], scores);
    expect(topKAccuracy({ k }).sum(predictions, fromNumbers("int32", [1], [label]), 1)).toBe(value);
  });
});

describe("targets that do not fit", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startSmall();
  });
  afterAll(() => engine?.close());

  const flat = [EXAMPLES, 4];
  const maps = [EXAMPLES, 2, 2, 4];
  const wrongMap = fromNumbers(
    "int32",
    [EXAMPLES, 2, 2],
    new Array(24).fill(0).map((_, i) => (i === 14 ? 5 : 0)),
  );
  const refusals: readonly (readonly [
    string,
    Omit<Case, keyof Golden | "name" | "history" | "evaluation" | "kernel" | "target">,
    Tensor,
    string,
  ])[] = [
    [
      "a label in a map that is no class",
      { loss: "sparseCategoricalCrossentropy", activation: "softmax", units: 3, shape: maps },
      wrongMap,
      "example 3 has label 5 at [1,0], but the model has 3 classes, 0 to 2",
    ],
    [
      "a label of int64 that is no class",
      { loss: "sparseCategoricalCrossentropy", activation: "softmax", units: 3, shape: flat },
      fromNumbers("int64", [EXAMPLES], [0, 1, 2, 0, 3, 0]),
      "example 4 has label 3, but the model has 3 classes, 0 to 2",
    ],
    [
      "half a label",
      { loss: "sparseCategoricalCrossentropy", activation: "softmax", units: 3, shape: flat },
      fromNumbers("float32", [EXAMPLES], [0, 1, 2, 0.5, 1, 0]),
      "example 3 has label 0.5",
    ],
    [
      "a third class for a single output",
      { loss: "binaryCrossentropy", activation: "sigmoid", units: 1, shape: flat },
      fromNumbers("int32", [EXAMPLES], [0, 1, 0, 0, 1, 2]),
      "example 5 has label 2, but the model has 2 classes, 0 to 1",
    ],
    [
      "labels for several outputs of yes or no",
      { loss: "binaryCrossentropy", activation: "sigmoid", units: 3, shape: flat },
      fromNumbers("int32", [EXAMPLES], [0, 1, 0, 0, 1, 2]),
      "needs targets float32[6,3], but the data gives int32[6]; labels are for a single output, units: 1",
    ],
    [
      "a softmax with fromLogits",
      { loss: "sparseCategoricalCrossentropy", activation: "softmax", units: 3, shape: flat, fromLogits: true },
      fromNumbers("int32", [EXAMPLES], [0, 1, 0, 0, 1, 2]),
      "fromLogits says that the predictions are logits, but the model ends in softmax",
    ],
    [
      "fromLogits of a loss of numbers",
      { loss: "meanSquaredError", activation: null, units: 1, shape: flat, fromLogits: true },
      fromNumbers("float32", [EXAMPLES], [0, 1, 0, 0, 1, 2]),
      "fromLogits is for cross-entropies",
    ],
    [
      "class weights of a loss of numbers",
      { loss: "meanSquaredError", activation: null, units: 1, shape: flat, classWeight: { 0: 1 } },
      fromNumbers("float32", [EXAMPLES], [0, 1, 0, 0, 1, 2]),
      "classWeight is for one class an example, which loss meanSquaredError on an output [1] does not have",
    ],
    [
      "a class weight of no class",
      { loss: "sparseCategoricalCrossentropy", activation: "softmax", units: 3, shape: flat, classWeight: { 3: 1 } },
      fromNumbers("int32", [EXAMPLES], [0, 1, 0, 0, 1, 2]),
      "classWeight has a number for each of the 3 classes, 0 to 2; received one for class 3",
    ],
    [
      "a class weight below 0",
      { loss: "sparseCategoricalCrossentropy", activation: "softmax", units: 3, shape: flat, classWeight: [1, -1, 1] },
      fromNumbers("int32", [EXAMPLES], [0, 1, 0, 0, 1, 2]),
      "classWeight: the weight of class 1 must be a finite number of at least 0, received -1",
    ],
  ];
  test.each(refusals)("are refused: %s", async (_, item, targets, message) => {
    const { loss, shape, fromLogits = false, classWeight } = item;
    const options: FitOptions = {
      loss,
      fromLogits,
      engine,
      batchSize: EXAMPLES,
      shuffle: false,
      ...(classWeight && { classWeight }),
    };
    await expect(fit(netOf(item), dataOf(shape, targets), options)).rejects.toThrow(message);
  });

  test("are none where arrays hold labels of several axes", async () => {
    const item = golden.cases.find((found) => found.name === "maps of labels");
    if (!item) throw new Error("the golden has no maps of labels");
    const targets = fromNumbers("uint8", item.target.shape, item.target.values);
    const data = arrays({ inputs: pattern(item.shape, 202, 4), targets, classes: 3 });
    const { epochs } = await fit(netOf(item), data, {
      engine,
      batchSize: EXAMPLES,
      optimizer: sgd({ learningRate: 0.5 }),
    });
    closeTo([epochs[0]?.loss ?? 0], [item.history[0]?.loss ?? 1], 2e-6, "loss");
  });
});
