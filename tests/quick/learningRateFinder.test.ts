// The learning-rate range test.
import { expect, test } from "vitest";
import { arrays } from "#striate/data/index";
import { dense } from "#striate/layers/index";
import { type Model, sequential } from "#striate/model/index";
import { normal, tensor } from "#striate/tensor/index";
import { findLearningRate, sgd } from "#striate/training/index";

const ENGINE = { inline: true, engine: "reference" } as const;

/** Targets that are a linear function of 4 numbers. */
function line() {
  const data = normal({ seed: 0, stream: "line", counter: 0 }, 40 * 4);
  const targets = Float32Array.from({ length: 40 }, (_, i) => 2 * (data[4 * i] ?? 0) - (data[4 * i + 1] ?? 0));
  return arrays({ inputs: tensor("float32", [40, 4], data), targets: tensor("float32", [40, 1], targets) });
}

const net = (): Model => sequential({ inputShape: [4], seed: 1 }, [dense({ units: 1 })]);
const common = { ...ENGINE, loss: "meanSquaredError", optimizer: sgd(), batchSize: 16, from: 1e-4, to: 100 } as const;

test("rates rise exponentially, diverge where gradient descent does, and leave the weights alone", async () => {
  const model = net();
  const before = [...model.weights].map(([key, { data }]) => [key, [...data]]);
  const steps: number[] = [];
  const found = await findLearningRate(model, line(), { ...common, steps: 60, onStep: (_, step) => steps.push(step) });
  const { points, suggestion, steepest, minimum, diverged } = found;
  expect(points[0]?.rate).toBeCloseTo(1e-4, 12);
  expect((points[11]?.rate ?? 0) / (points[10]?.rate ?? 1)).toBeCloseTo(1e6 ** (1 / 59), 9);
  expect(steps).toEqual(points.map((_, i) => i + 1));
  expect(points[0]?.smoothed).toBeCloseTo(points[0]?.loss ?? 0, 12);
  const [one, two] = points;
  expect(points[1]?.smoothed).toBeCloseTo((0.9 * (one?.loss ?? 0) + (two?.loss ?? 0)) / 1.9, 10);
  // The mean square of 4 standard normal inputs: a step above its inverse curvature, about 0.5, overshoots. The average lags behind.
  expect(diverged).toBe(true);
  expect(minimum).toBeLessThan(3);
  expect(steepest).toBeLessThanOrEqual(minimum);
  expect(suggestion).toBe(Math.min(steepest, minimum / 10));
  expect(suggestion).toBeGreaterThan(1e-3);
  expect([...model.weights].map(([key, { data }]) => [key, [...data]])).toEqual(before);
  expect(await findLearningRate(net(), line(), { ...common, steps: 60 })).toEqual(found);
});

test("what cannot be meant, and a loss that never falls, are told", async () => {
  const message = (options: object) =>
    findLearningRate(net(), line(), { ...common, ...options }).then(
      () => "no error",
      (error: Error) => error.message,
    );
  expect(await message({ from: 1, to: 0.1 })).toMatch(
    /findLearningRate: to must be a finite number above 1, received 0.1/,
  );
  expect(await message({ steps: 3 })).toMatch(/findLearningRate: steps .*10/);
  expect(await message({ smothing: 0.5 })).toContain('did you mean "smoothing"?');
  expect(await message({ from: 50, to: 100, steps: 12 })).toMatch(/the loss never falls below that of the first step/);
  expect(await message({ signal: AbortSignal.abort() })).toContain("the learning-rate range test was interrupted");
});
