import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Engine } from "#striate/engine/index";
import {
  type Callback,
  cosineDecay,
  earlyStopping,
  type FitOptions,
  fit,
  type Metric,
  modelCheckpoint,
  readCheckpoint,
  reduceLROnPlateau,
  sgd,
} from "#striate/training/index";
import { startSmall } from "../support/engines.ts";
import { numbersOf, smallNet, striped } from "../support/runs.ts";

let engine: Engine;
let folder = "";
beforeAll(async () => {
  engine = await startSmall();
});
afterAll(() => engine?.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "striate-callbacks-"));
  return () => rm(folder, { recursive: true });
});

const train = striped(40);
const validation = striped(20, 5);

/** A metric whose value after each epoch is given; one batch an epoch. */
function scripted(values: readonly number[]): FitOptions {
  let epoch = 0;
  const metric: Metric = { name: "script", sum: (_predictions, _targets, count) => (values[epoch++] ?? 0) * count };
  return { engine, metrics: [metric], batchSize: 40, epochs: values.length, optimizer: sgd() };
}

describe("a callback that is used again begins anew", () => {
  test("earlyStopping: a second model trains, and keeps its own weights", async () => {
    const stopping = earlyStopping({ monitor: "script", mode: "max", patience: 2, restoreBestWeights: true });
    const fitted = async (seed: number, values: readonly number[], callbacks: readonly Callback[]) => {
      const model = smallNet({ seed });
      const { epochs } = await fit(model, train, { ...scripted(values), callbacks });
      return { epochs, weights: numbersOf(model.weights) };
    };
    const values = [0.9, 0.1, 0.1, 0.1];
    const later = [0.3, 0.5, 0.2, 0.1];
    await fitted(1, values, [stopping]);
    const second = await fitted(2, later, [stopping]);
    const fresh = earlyStopping({ monitor: "script", mode: "max", patience: 2, restoreBestWeights: true });
    expect(second.epochs).toHaveLength(4);
    expect(second).toEqual(await fitted(2, later, [fresh]));
  });

  test("reduceLROnPlateau: a second fit has the rates of the first", async () => {
    const reduce = reduceLROnPlateau({ monitor: "script", patience: 2, factor: 0.5, cooldown: 1 });
    const ratesOf = async () => {
      const { epochs } = await fit(smallNet(), train, { ...scripted([1, 1, 1, 1, 1]), callbacks: [reduce] });
      return epochs.map(({ learningRate }) => learningRate);
    };
    const first = await ratesOf();
    expect(new Set(first).size).toBeGreaterThan(1);
    expect(await ratesOf()).toEqual(first);
  });

  test("modelCheckpoint with saveBestOnly: a second fit keeps its own best", async () => {
    const path = join(folder, "best");
    const save = modelCheckpoint({ path, monitor: "script", mode: "max", saveBestOnly: true });
    await fit(smallNet(), train, { ...scripted([0.9, 0.8]), callbacks: [save] });
    await fit(smallNet(), train, { ...scripted([0.1, 0.3, 0.2]), callbacks: [save] });
    expect((await readCheckpoint(path, smallNet())).progress.epoch).toBe(2);
  });
});

describe("a resume is refused where it would not go on as the run was,", () => {
  const path = () => join(folder, "checkpoint");
  const base = (): FitOptions => ({
    engine,
    batchSize: 16,
    optimizer: sgd({ learningRate: 0.1, momentum: 0.5 }),
    validation,
  });
  /** A checkpoint after an epoch, or in the middle of the first. */
  async function begun(saveFreq: "epoch" | number = "epoch"): Promise<void> {
    const kill: Callback = {
      name: "kill",
      onSave: ({ when }) => {
        if (when === "step" && saveFreq !== "epoch") throw new Error("killed");
      },
    };
    const callbacks = [modelCheckpoint({ path: path(), saveFreq }), kill];
    await fit(smallNet(), train, { ...base(), callbacks }).catch(() => undefined);
  }
  const resumed = (options: FitOptions, model = smallNet()) =>
    fit(model, train, { ...base(), epochs: 2, resume: path(), ...options });

  test("with another learning rate, unless it is said so", async () => {
    await begun();
    const optimizer = sgd({ learningRate: 0.2, momentum: 0.5 });
    await expect(resumed({ optimizer })).rejects.toThrow(
      'learningRate was 0.1 and is 0.2 now; resume with the same one, or say resumeChanges: ["learningRate"]',
    );
    expect((await resumed({ optimizer, resumeChanges: ["learningRate"] })).epochs).toMatchObject([
      { learningRate: 0.1 },
      { learningRate: 0.2 },
    ]);
    const schedule = cosineDecay({ initialLearningRate: 0.1, decaySteps: 6 });
    await expect(resumed({ optimizer: sgd({ learningRate: schedule, momentum: 0.5 }) })).rejects.toThrow(
      /learningRate was 0.1 and is \{"schedule":"cosineDecay"/,
    );
  });

  test("with other frozen layers", async () => {
    await begun();
    const model = smallNet();
    model.freeze("conv");
    await expect(resumed({}, model)).rejects.toThrow('frozen is now with "conv/kernel", "conv/bias"');
  });

  test("with other metrics in the middle of an epoch, but not between epochs", async () => {
    await begun(1);
    await expect(resumed({ metrics: ["accuracy", "topKAccuracy"] })).rejects.toThrow(
      'metrics is now with "top5Accuracy"',
    );
    await begun();
    const { epochs } = await resumed({ metrics: ["topKAccuracy"] });
    expect(epochs.map((log) => "top5Accuracy" in log)).toEqual([false, true]);
  });

  test("with another validation, other weights of classes, or logits", async () => {
    await begun();
    await expect(resumed({ validation: striped(8, 5) })).rejects.toThrow("validation was 20 and is 8 now");
    await expect(resumed({ classWeight: { 1: 2 } })).rejects.toThrow(
      "loss was sparseCategoricalCrossentropy and is sparseCategoricalCrossentropy with class weights 1, 2, 1 now",
    );
    await expect(resumed({ sampleWeight: new Float32Array(40).fill(1) })).rejects.toThrow("with sample weights now");
    expect((await resumed({ validation: striped(8, 5), resumeChanges: ["validation"] })).epochs).toHaveLength(2);
  });
});
