import { describe, expect, test } from "vitest";
import { arrays } from "#striate/data/index";
import { dense } from "#striate/layers/index";
import { type Model, sequential } from "#striate/model/index";
import {
  cosineDecay,
  exponentialDecay,
  fit,
  type LearningRate,
  piecewiseConstantDecay,
  type Schedule,
  sgd,
  warmUp,
} from "#striate/training/index";
import { rateAt } from "#striate/training/schedules";
import { readGolden } from "../support/goldens.ts";
import { labels, pattern } from "../support/pattern.ts";

interface Case {
  readonly schedule: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly rates: readonly number[];
}

const golden = readGolden<{ readonly steps: readonly number[]; readonly cases: readonly Case[] }>("schedules.json");

const SCHEDULES: Readonly<Record<string, (config: never) => Schedule>> = {
  exponentialDecay,
  piecewiseConstantDecay,
  cosineDecay,
};

test.each(golden.cases.map((item) => [`${item.schedule} ${JSON.stringify(item.config)}`, item] as const))(
  "%s gives Keras's rates",
  (_title, { schedule, config, rates }) => {
    const made = SCHEDULES[schedule]?.(config as never);
    expect(made?.config).toEqual({ schedule, ...config });
    for (const [i, step] of golden.steps.entries()) {
      const wanted = rates[i] ?? Number.NaN;
      expect(Math.abs(rateAt(made ?? 0, step) - wanted), `rate of step ${step}`).toBeLessThanOrEqual(2e-7 * 0.1);
    }
  },
);

describe("warmUp", () => {
  test("rises in equal steps to a fixed rate, and stays there", () => {
    const schedule = warmUp({ steps: 4, schedule: 0.2 });
    expect([0, 1, 2, 3, 4, 100].map(schedule.rateAt).map((rate) => rate.toFixed(10))).toEqual(
      [0.05, 0.1, 0.15, 0.2, 0.2, 0.2].map((rate) => rate.toFixed(10)),
    );
  });

  test("rises to where the schedule after it stands by then", () => {
    const decay = exponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 0.5 });
    const schedule = warmUp({ steps: 2, schedule: decay });
    expect([0, 1, 2, 3].map(schedule.rateAt)).toEqual([0.125, 0.25, 0.25, 0.125]);
    expect(schedule.config).toEqual({ schedule: "warmUp", steps: 2, after: decay.config });
  });
});

test("a schedule says what is wrong with its options", () => {
  expect(() => warmUp({ steps: 0, schedule: 1 })).toThrow("warmUp: steps must be a finite number above 0, received 0");
  expect(() => cosineDecay({ initialLearningRate: 1, decaySteps: -1 })).toThrow(
    "decaySteps must be a finite number above 0",
  );
  expect(() => exponentialDecay({ initialLearningRate: 1, decaySteps: 0, decayRate: 1 })).toThrow(
    "decaySteps must be a finite number above 0",
  );
  expect(() => piecewiseConstantDecay({ boundaries: [1, 2], values: [1, 2] })).toThrow(
    "piecewiseConstantDecay: 2 boundaries need 3 values, received 2",
  );
});

describe("in training", () => {
  const data = arrays({ inputs: pattern([6, 3], 1, 2), targets: labels(6, 2, 2).data });
  const modelWith = () => sequential({ inputShape: [3] }, [dense({ units: 2, activation: "softmax", name: "out" })]);

  async function trained(learningRate: LearningRate, epochs: number, model: Model = modelWith()) {
    const optimizer = sgd({ learningRate });
    const { epochs: logs } = await fit(model, data, {
      optimizer,
      epochs,
      batchSize: 2,
      shuffle: false,
      engine: "reference",
      inline: true,
    });
    return { kernel: [...(model.weights.get("out/kernel")?.data ?? [])], rates: logs.map((log) => log.learningRate) };
  }

  test("every step has the rate of its schedule", async () => {
    // By hand: three steps of two examples, each with the rate of its own number.
    const model = modelWith();
    for (const [i, rate] of [0.5, 0.25, 2].entries()) {
      const two = arrays({ inputs: pattern([6, 3], 1, 2), targets: labels(6, 2, 2).data });
      const part = { ...two, length: 2, read: () => two.read([2 * i, 2 * i + 1]) };
      await fit(model, part, {
        optimizer: sgd({ learningRate: rate }),
        batchSize: 2,
        engine: "reference",
        inline: true,
      });
    }
    const schedule = piecewiseConstantDecay({ boundaries: [0, 1], values: [0.5, 0.25, 2] });
    const scheduled = await trained(schedule, 1);
    const byHand = [...(model.weights.get("out/kernel")?.data ?? [])];
    for (const [i, weight] of scheduled.kernel.entries()) expect(weight).toBeCloseTo(byHand[i] ?? Number.NaN, 6);
    expect(scheduled.kernel).not.toEqual((await trained(0.5, 1)).kernel);
  });

  test("steps count on from epoch to epoch, and the log has the rate of each epoch's first step", async () => {
    const schedule = exponentialDecay({ initialLearningRate: 0.5, decaySteps: 3, decayRate: 0.5, staircase: true });
    expect((await trained(schedule, 3)).rates).toEqual([0.5, 0.25, 0.125]);
  });

  test("a schedule that never changes is a fixed rate, to the bit", async () => {
    const flat = piecewiseConstantDecay({ boundaries: [3], values: [0.1, 0.1] });
    expect(await trained(flat, 2)).toEqual(await trained(0.1, 2));
  });
});
