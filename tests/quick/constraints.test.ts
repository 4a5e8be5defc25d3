// What outputs and weights cost, and what weights are made to fulfil, against Keras over several steps.
import { describe, expect, test } from "vitest";
import * as layers from "#striate/layers/index";
import { sequential } from "#striate/model/index";
import { at, fromNumbers, type Shape } from "#striate/tensor/index";
import { initialStates, sgd, trainingGraph } from "#striate/training/index";
import { closeTo } from "../support/close.ts";
import { ENGINES, startSmall } from "../support/engines.ts";
import { readGolden } from "../support/goldens.ts";
import { isPattern, type PatternSample, pattern } from "../support/pattern.ts";

interface Golden {
  readonly pattern: PatternSample;
  readonly steps: number;
  readonly inputK: number;
  readonly targetK: number;
  readonly weights: readonly { readonly shape: Shape; readonly k: number }[];
  readonly losses: readonly number[];
  readonly after: readonly (readonly number[])[];
}

const golden = readGolden<Golden>("constraints.json");

/** That of goldens/make_constraints.py. */
function net() {
  const model = sequential({ inputShape: [5, 5, 2] }, [
    layers.conv2d({
      filters: 4,
      kernelSize: 3,
      activation: "tanh",
      kernelConstraint: layers.maxNorm({ maxValue: 0.8, axis: [0, 1, 2] }),
      biasConstraint: "nonNeg",
      activityRegularizer: layers.l1L2({ l1: 0.01, l2: 0.02 }),
      kernelRegularizer: layers.l2(0.03),
    }),
    layers.layerNormalization({ gammaConstraint: layers.minMaxNorm({ minValue: 0.5, maxValue: 1, rate: 0.7 }) }),
    layers.activityRegularization({ l2: 0.01 }),
    layers.flatten(),
    layers.dense({
      units: 3,
      kernelConstraint: layers.unitNorm({ axis: 1 }),
      kernelRegularizer: layers.orthogonal({ factor: 0.5, mode: "columns" }),
    }),
  ]);
  expect(model.weightSpecs.map(({ spec }) => spec.shape)).toEqual(golden.weights.map(({ shape }) => shape));
  const values = golden.weights.map(({ shape, k }) => pattern(shape, k, 2));
  model.setWeights(new Map(model.weightSpecs.map(({ key }, i) => [key, at(values, i)])));
  return model;
}

const inputs = () => pattern([6, 5, 5, 2], golden.inputK, 4);
const targets = () => pattern([6, 3], golden.targetK, 4);

test("inputs follow the formula of goldens/pattern.py", () => expect(isPattern(golden.pattern)).toBe(true));

describe.each(ENGINES.available)("on %s", (name) => {
  test("losses and weights are Keras's after each step", async () => {
    const engine = await startSmall(name);
    const model = net();
    const optimizer = sgd();
    const graph = trainingGraph(model, "meanSquaredError", optimizer, 6);
    const executable = await engine.compile(graph);
    await executable.writeState(initialStates(model, optimizer, graph));
    for (const expected of golden.losses) {
      const output = await executable.run({
        input: inputs(),
        target: targets(),
        learningRate: fromNumbers("float32", [], [0.1]),
      });
      expect(Math.abs(Number(output.loss?.data[0]) / expected - 1)).toBeLessThan(2e-5);
    }
    const states = await executable.readState();
    const after = model.fromStates(states);
    for (const [i, { key }] of model.weightSpecs.entries()) {
      closeTo(after.get(key)?.data ?? [], golden.after[i], 2e-5, key);
    }
    await engine.close();
  });
});

test("what is Python code in a file predicts, and says so when it is trained", () => {
  const own = { kernelRegularizer: { foreign: "MyRegularizer" } } as const;
  const model = sequential({ inputShape: [2] }, [layers.dense({ units: 1, ...own })]);
  expect(model.inferenceGraph(1).nodes.length).toBeGreaterThan(0);
  expect(() => trainingGraph(model, "meanSquaredError", sgd(), 1)).toThrow(/MyRegularizer is Python code/);
  const held = { kernelConstraint: { by: "foreign", name: "MyConstraint" } } as const;
  const constrained = sequential({ inputShape: [2] }, [layers.dense({ units: 1, ...held })]);
  expect(() => trainingGraph(constrained, "meanSquaredError", sgd(), 1)).toThrow(/MyConstraint is Python code/);
});

test("the regularizer orthogonal is for matrices", () => {
  expect(() =>
    sequential({ inputShape: [4, 4, 1] }, [
      layers.conv2d({ filters: 1, kernelSize: 2, kernelRegularizer: "orthogonal" }),
    ]),
  ).toThrow(/orthogonal takes weights with two axes/);
});
