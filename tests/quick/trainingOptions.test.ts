import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "#striate/engine/index";
import { fromNumbers, zeros } from "#striate/tensor/index";
import { terminalProgress } from "#striate/training/callbacks/terminal";
import {
  accuracy,
  adagrad,
  adam,
  adamW,
  binaryAccuracy,
  cosineDecay,
  type EvaluateOptions,
  earlyStopping,
  encodeTrainingStep,
  evaluate,
  exponentialDecay,
  type FitOptions,
  fit,
  jsonlHistory,
  modelCheckpoint,
  type PredictOptions,
  piecewiseConstantDecay,
  predict,
  progress,
  reduceLROnPlateau,
  rmsprop,
  sgd,
  topKAccuracy,
  warmUp,
} from "#striate/training/index";
import { startSmall } from "../support/engines.ts";
import { smallNet, striped } from "../support/runs.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await startSmall();
});
afterAll(() => engine?.close());

const train = striped(40);
const validation = striped(20, 5);
/** Options as plain JavaScript gives them. */
type Given = Readonly<Record<string, unknown>>;

describe("fit refuses", () => {
  const cases: readonly (readonly [Given, string])[] = [
    [{ epochs: -1 }, "fit: epochs must be a whole number of at least 0, received -1"],
    [{ epochs: Number.NaN }, "fit: epochs must be a whole number of at least 0, received NaN"],
    [{ epochs: 1.5 }, "fit: epochs must be a whole number of at least 0, received 1.5"],
    [{ batchSize: 2.5 }, "fit: batchSize must be a whole number of at least 1, received 2.5"],
    [{ batchSize: "32" }, 'fit: batchSize must be a whole number of at least 1, received "32"'],
    [
      { validationBatchSize: 0, validation },
      "fit: validationBatchSize must be a whole number of at least 1, received 0",
    ],
    [{ validationSplit: 1 }, "fit: validationSplit must be a finite number above 0 and less than 1, received 1"],
    [{ validation, validationSplit: 0.2 }, "fit: validation and validationSplit are two ways to say"],
    [{ seed: 0.5 }, "fit: seed must be a whole number of at least 0, received 0.5"],
    [{ threads: 0 }, "fit: threads must be a whole number of at least 1, received 0"],
    [{ verbose: 3 }, 'fit: verbose is "auto", 0, 1 or 2, received 3'],
    [{ batch_size: 4 }, 'fit has no option "batch_size"; did you mean "batchSize"?'],
    [{ learningRate: 0.1 }, 'fit has no option "learningRate"'],
    [
      { callbacks: [earlyStopping] },
      "fit: callbacks is a list of objects with a name and hooks; received a function; call it",
    ],
    [{ callbacks: earlyStopping() }, "fit: callbacks is a list"],
    [{ metrics: ["acuracy"] }, 'there is no metric "acuracy"; did you mean "accuracy"?'],
    [{ metrics: [accuracy] }, "received a function; call it: accuracy()"],
    [{ metrics: "accuracy" }, 'metrics is a list, such as ["accuracy"]; received "accuracy"'],
    [{ loss: "meanSquarredError" }, 'there is no loss "meanSquarredError"; did you mean "meanSquaredError"?'],
    [{ lossWeights: { output: Number.NaN } }, "lossWeights: output must be a finite number, received NaN"],
    [{ lossWeights: { outputs: 1 } }, 'model small has no output "outputs"; did you mean "output"?'],
    [{ sampleWeight: [1, 2] }, "40 examples came with 2 sample weights"],
  ];
  test.each(cases)("%o", async (options, message) => {
    await expect(fit(smallNet(), train, { engine, ...options } as FitOptions)).rejects.toMatchObject({
      name: "StriateError",
      message: expect.stringContaining(message),
    });
  });
});

test.each([0, -1, 2.5, Number.NaN])("evaluate and predict refuse a batch size of %d", async (batchSize) => {
  const received = `batchSize must be a whole number of at least 1, received ${batchSize}`;
  await expect(evaluate(smallNet(), train, { engine, batchSize })).rejects.toThrow(`evaluate: ${received}`);
  await expect(predict(smallNet(), zeros("float32", [3, 6, 6, 1]), { engine, batchSize })).rejects.toThrow(
    `predict: ${received}`,
  );
});

test("evaluate and predict refuse options that there are not, and inputs that are no numbers of float32", async () => {
  const wrong = { engine, batchsize: 3 };
  await expect(evaluate(smallNet(), train, wrong as EvaluateOptions)).rejects.toThrow('did you mean "batchSize"?');
  const inputs = zeros("float32", [3, 6, 6, 1]);
  await expect(predict(smallNet(), inputs, wrong as PredictOptions)).rejects.toThrow('did you mean "batchSize"?');
  const bytes = zeros("uint8", [3, 6, 6, 1]) as never;
  await expect(predict(smallNet(), bytes, { engine })).rejects.toThrow(
    "takes float32[3,6,6,1], received uint8[3,6,6,1]",
  );
});

describe("a number or an option that cannot be meant is refused where it is given:", () => {
  const of = (make: (options: never) => unknown) => make as (options: Given) => unknown;
  const cases: readonly (readonly [(options: Given) => unknown, Given, string])[] = [
    [of(sgd), { learningRate: Number.NaN }, "sgd: learningRate must be a finite number of at least 0, received NaN"],
    [of(sgd), { learningRate: -0.1 }, "sgd: learningRate must be a finite number of at least 0, received -0.1"],
    [of(sgd), { learningRate: "0.1" }, 'sgd: learningRate is a number or a schedule, received "0.1"'],
    [of(sgd), { momentum: 5 }, "sgd: momentum must be a finite number of at least 0 and at most 1, received 5"],
    [of(sgd), { learning_rate: 0.1 }, 'sgd has no option "learning_rate"; did you mean "learningRate"?'],
    [of(adam), { beta1: 1 }, "adam: beta1 must be a finite number of at least 0 and less than 1, received 1"],
    [of(adam), { clipnorm: 1 }, 'adam has no option "clipnorm"'],
    [of(adamW), { beta2: -1 }, "adamW: beta2 must be"],
    [of(adamW), { weightDecay: -1 }, "adamW: weightDecay must be a finite number of at least 0, received -1"],
    [of(rmsprop), { rho: 2 }, "rmsprop: rho must be a finite number of at least 0 and at most 1, received 2"],
    [of(adagrad), { epsilon: Number.POSITIVE_INFINITY }, "adagrad: epsilon must be a finite number"],
    [of(exponentialDecay), { initialLearningRate: 1, decaySteps: 1, decayRate: Number.NaN }, "decayRate must be"],
    [of(exponentialDecay), { initialLearningRate: -1, decaySteps: 1, decayRate: 1 }, "initialLearningRate must be"],
    [
      of(piecewiseConstantDecay),
      { boundaries: [2, 1], values: [1, 2, 3] },
      "boundaries[1] must be a finite number above 2",
    ],
    [of(piecewiseConstantDecay), { boundaries: 2, values: [1] }, "boundaries and values are lists"],
    [of(cosineDecay), { initialLearningRate: 1, decaySteps: 1, alpha: 2 }, "alpha must be"],
    [of(cosineDecay), { initialLearningRate: 1, decaySteps: 1, warmupSteps: -1 }, "warmupSteps must be a whole number"],
    [of(warmUp), { steps: 3, schedule: -1 }, "warmUp: schedule must be a finite number of at least 0, received -1"],
    [of(earlyStopping), { patience: -1 }, "earlyStopping: patience must be a whole number of at least 0, received -1"],
    [of(earlyStopping), { patience: 1.5 }, "earlyStopping: patience must be a whole number"],
    [of(earlyStopping), { monitor: 3 }, "earlyStopping: monitor is a name"],
    [of(earlyStopping), { mode: "maximum" }, 'earlyStopping: mode is "auto", "min" or "max", received "maximum"'],
    [of(earlyStopping), { minDelta: Number.NaN }, "earlyStopping: minDelta must be a finite number, received NaN"],
    [of(earlyStopping), { restore_best_weights: true }, 'did you mean "restoreBestWeights"?'],
    [of(reduceLROnPlateau), { cooldown: -1 }, "reduceLROnPlateau: cooldown must be"],
    [of(reduceLROnPlateau), { minLearningRate: Number.NaN }, "reduceLROnPlateau: minLearningRate must be"],
    [of(modelCheckpoint), { path: "x", saveFreq: 1.5 }, "saveFreq must be"],
    [of(modelCheckpoint), {}, "modelCheckpoint: path is the name of a file, received undefined"],
    [of(modelCheckpoint), { path: "x", save_best_only: true }, 'did you mean "saveBestOnly"?'],
    [of(jsonlHistory), { file: "x" }, 'jsonlHistory has no option "file"'],
    [of(progress), { write: 3 }, "progress: write is a function of a line, received 3"],
    [of(binaryAccuracy), { threshold: Number.NaN }, "binaryAccuracy: threshold must be a finite number"],
    [of(accuracy), { k: 1 }, 'accuracy has no option "k"'],
    [of(topKAccuracy), { k: 1.5 }, "topKAccuracy: k must be a whole number of at least 1, received 1.5"],
    [(options) => encodeTrainingStep(smallNet(), options), { batchSize: 0 }, "batchSize must be a whole number"],
    [(options) => encodeTrainingStep(smallNet(), options), { epochs: 3 }, 'has no option "epochs"'],
  ];
  test.each(cases)("%o of %o", (make, options, message) => {
    expect(() => make(options)).toThrow(message);
  });

  test("a schedule that gives no rate", async () => {
    const learningRate = { config: {}, rateAt: (step: number) => (step === 2 ? Number.NaN : 0.1) };
    await expect(fit(smallNet(), train, { engine, batchSize: 10, optimizer: sgd({ learningRate }) })).rejects.toThrow(
      "the schedule: its rate at step 2 must be a finite number of at least 0, received NaN",
    );
  });

  test("weights that a model has not", () => {
    const model = smallNet();
    const before = model.weights.get("out/bias");
    for (const [tensor, message] of [
      [fromNumbers("int32", [3], [1, 2, 3]), "out/bias is [3], received int32[3]; make it float32"],
      [{ dtype: "float32", shape: [3], data: new Float32Array(2) }, "out/bias is [3], received 2 numbers for it"],
      [{ dtype: "float32", shape: [3], data: [1, 2, 3] }, "out/bias is [3], received float32[3]; make it float32"],
      [[1, 2, 3], "out/bias is [3], received [1,2,3]"],
    ] as const) {
      expect(() => model.setWeights(new Map([["out/bias", tensor as never]]))).toThrow(message);
    }
    expect(() => model.setWeights(new Map([["out/bais", fromNumbers("float32", [3], [1, 2, 3])]]))).toThrow(
      "out/bais is not a weight of it",
    );
    expect(model.weights.get("out/bias")).toEqual(before);
  });
});

test("metrics may be given by name, and accuracy is not that of numbers", async () => {
  const named = await fit(smallNet(), train, { engine, metrics: ["accuracy", "topKAccuracy"] });
  expect(Object.keys(named.epochs[0] ?? {})).toEqual(["epoch", "loss", "accuracy", "top5Accuracy", "learningRate"]);
});

test("freeze without a name freezes all of a model, and unfreeze undoes it", async () => {
  const model = smallNet();
  model.freeze();
  expect(model.weightSpecs.filter(({ trainable }) => trainable)).toEqual([]);
  model.unfreeze();
  expect(model.weightSpecs.map(({ trainable }) => trainable)).toEqual([true, true, true, true]);
  model.freeze("conv/kernel");
  model.unfreeze();
  expect(model.weightSpecs.every(({ trainable }) => trainable)).toBe(true);
});

describe("validation", () => {
  /** The sizes of the batches that a data set is asked for. */
  const watched = (sizes: number[]) => ({
    ...validation,
    read: (indices: ArrayLike<number>) => {
      sizes.push(indices.length);
      return validation.read(indices);
    },
  });

  test("is read in batches of the batch size, or its own, and evaluate in those of 32", async () => {
    const sizes: number[] = [];
    await fit(smallNet(), train, { engine, batchSize: 8, validation: watched(sizes) });
    expect(sizes).toEqual([8, 8, 8]);
    sizes.length = 0;
    await fit(smallNet(), train, { engine, batchSize: 8, validationBatchSize: 15, validation: watched(sizes) });
    expect(sizes).toEqual([15, 15]);
    sizes.length = 0;
    await evaluate(smallNet(), { ...striped(70), read: watched(sizes).read, length: 20 }, { engine });
    expect(sizes).toEqual([20]);
  });
});

describe("progress", () => {
  test("tells how far it is, and the numbers of every epoch", async () => {
    const lines: string[] = [];
    const write = (line: string, done: boolean) => void lines.push(`${done ? "! " : ""}${line}`);
    const callbacks = [progress({ write })];
    await fit(smallNet(), train, { engine, batchSize: 20, epochs: 2, validation, callbacks, verbose: 0 });
    expect(lines[0]).toBe("epoch 1/2");
    expect(lines.find((line) => line.startsWith("epoch 2/2  2/2"))).toMatch(/loss [\d.]+ {2}accuracy [\d.]+/);
    const epochs = lines.filter((line) => line.startsWith("! "));
    expect(epochs).toHaveLength(2);
    expect(epochs[1]).toMatch(
      /^! epoch 2\/2 {2}loss [\d.]+ {2}accuracy [\d.]+ {2}validationLoss [\d.]+ {2}validationAccuracy [\d.]+ {2}[\d.]+ s$/,
    );
  });

  test("on a terminal is one line that moves, cut to its width, and nothing elsewhere", () => {
    const written: string[] = [];
    const terminal = { isTTY: true, columns: 24, write: (text: string) => written.push(text) > 0 };
    const shown = terminalProgress("auto", terminal);
    const log = { epoch: 1, batch: 3, batches: 3, step: 3, batchLoss: 1, means: { loss: 1.5, accuracy: 0.25 } };
    const run = { epochs: 4, history: [] } as never;
    shown?.callback.onTrainBegin?.(run);
    shown?.callback.onBatchEnd?.(log, run);
    shown?.close();
    expect(written).toEqual(["\r\x1b[2Kepoch 1/4", "\r\x1b[2Kepoch 1/4  3/3  loss 1.", "\n"]);
    expect(terminalProgress("auto", { ...terminal, isTTY: false })).toBeUndefined();
    expect(terminalProgress(0, terminal)).toBeUndefined();
    written.length = 0;
    const lines = terminalProgress(1, { ...terminal, isTTY: false });
    lines?.callback.onTrainBegin?.(run);
    lines?.callback.onBatchEnd?.(log, run);
    lines?.callback.onEpochEnd?.({ epoch: 1, loss: 1.5, learningRate: 0.1 }, run);
    lines?.close();
    expect(written).toEqual([expect.stringMatching(/^epoch 1\/4 {2}loss 1\.500 {2}\d\.\d s\n$/)]);
  });

  test("with epochsOnly tells epochs alone", async () => {
    const lines: boolean[] = [];
    const callbacks = [progress({ write: (_, done) => void lines.push(done), epochsOnly: true })];
    await fit(smallNet(), train, { engine, batchSize: 4, epochs: 3, callbacks });
    expect(lines).toEqual([true, true, true]);
  });
});
