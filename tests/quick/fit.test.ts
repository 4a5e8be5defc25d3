import { createHash } from "node:crypto";
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { arrays, type Dataset, split, subset } from "#striate/data/index";
import type { Engine } from "#striate/engine/index";
import { StriateError } from "#striate/errors";
import { dense, flatten } from "#striate/layers/index";
import { type Model, sequential } from "#striate/model/index";
import { fromNumbers } from "#striate/tensor/index";
import {
  adam,
  type Callback,
  type EpochLog,
  earlyStopping,
  evaluate,
  type FitOptions,
  fit,
  jsonlHistory,
  type LossName,
  type Metric,
  modelCheckpoint,
  piecewiseConstantDecay,
  predict,
  readCheckpoint,
  reduceLROnPlateau,
  sgd,
  terminateOnNaN,
} from "#striate/training/index";
import { ENGINES, startSmall } from "../support/engines.ts";
import { labels, pattern } from "../support/pattern.ts";
import { numbersOf, smallNet, striped } from "../support/runs.ts";

/** The engine that people train on; what is bound to an engine is tested on all of them. */
let engine: Engine;
let folder = "";
let checkpoint = "";
beforeAll(async () => {
  engine = await startSmall();
});
afterAll(() => engine?.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "striate-fit-"));
  checkpoint = join(folder, "checkpoint.safetensors");
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** 40 examples in batches of 16: two whole batches and one of 8. */
const train = striped(40);
const validation = striped(20, 5);

interface Outcome {
  readonly model: Model;
  readonly epochs: readonly EpochLog[];
  readonly weights: Readonly<Record<string, readonly number[]>>;
}

async function trained(options: FitOptions = {}, model = smallNet(), data: Dataset = train): Promise<Outcome> {
  const { epochs } = await fit(model, data, { engine, batchSize: 16, epochs: 2, ...options });
  return { model, epochs, weights: numbersOf(model.weights) };
}

/** The error that something ends with. */
async function errorOf(promise: Promise<unknown>): Promise<StriateError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof StriateError)) throw new Error(`expected a StriateError, but got ${String(error)}`);
  return error;
}

/** What tells whether two files have the same bytes. */
async function digest(path: string): Promise<string> {
  return readFile(path).then(
    (bytes) => createHash("sha256").update(bytes).digest("hex"),
    () => "missing",
  );
}

/** A metric whose value after each epoch is given, for callbacks that watch one. One batch an epoch. */
function scripted(values: readonly number[]): { metric: Metric; options: FitOptions } {
  let epoch = 0;
  const metric: Metric = { name: "script", sum: (_predictions, _targets, count) => (values[epoch++] ?? 0) * count };
  return { metric, options: { metrics: [metric], batchSize: 40, epochs: values.length, optimizer: sgd() } };
}

describe.each(ENGINES.available)("the seed on %s", (name) => {
  let one: Engine;
  beforeAll(async () => {
    one = await startSmall(name);
  });
  afterAll(() => one?.close());

  test("decides history and weights, to the bit", async () => {
    const options = { engine: one, validation, seed: 7 };
    const [first, second] = [await trained(options), await trained(options)];
    expect(second.epochs).toEqual(first.epochs);
    expect(second.weights).toEqual(first.weights);
  });

  test("of the run changes what is drawn, and so does that of the model", async () => {
    const first = await trained({ engine: one, seed: 7 });
    const otherRun = await trained({ engine: one, seed: 8 });
    const otherModel = await trained({ engine: one, seed: 7 }, smallNet({ seed: 1 }));
    expect(otherRun.epochs).not.toEqual(first.epochs);
    expect(otherRun.weights).not.toEqual(first.weights);
    expect(otherModel.weights).not.toEqual(first.weights);
  });

  test("shuffles only where it is asked to, and drops out in any case", async () => {
    const plain = sequential({ inputShape: [6, 6, 1] }, [flatten(), dense({ units: 3, activation: "softmax" })]);
    const start = new Map(plain.weights);
    const runs = [];
    for (const [seed, shuffle] of [
      [1, false],
      [2, false],
      [2, true],
    ] as const) {
      plain.setWeights(start);
      runs.push((await trained({ engine: one, seed, shuffle }, plain)).weights);
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).not.toEqual(runs[0]);
    const dropped = await trained({ engine: one, seed: 1, shuffle: false });
    expect((await trained({ engine: one, seed: 2, shuffle: false })).weights).not.toEqual(dropped.weights);
  });
});

describe("a run", () => {
  test("learns", async () => {
    const { epochs, model } = await trained({ epochs: 40, optimizer: adam({ learningRate: 0.01 }) });
    expect(epochs.at(-1)?.accuracy).toBeGreaterThan(0.9);
    expect((await evaluate(model, train, { engine })).metrics.accuracy).toBeGreaterThan(0.9);
  });

  test("logs the means over the examples, and the rate, of every epoch", async () => {
    // Without dropout and at a rate of 0 an epoch measures what `evaluate` does, its smaller last batch too.
    const model = sequential({ inputShape: [6, 6, 1] }, [flatten(), dense({ units: 3, activation: "softmax" })]);
    const { epochs } = await trained({ optimizer: sgd({ learningRate: 0 }), validation }, model);
    const mine = await evaluate(model, train, { engine, batchSize: 9 });
    const theirs = await evaluate(model, validation, { engine });
    expect(epochs.map(({ epoch, learningRate }) => [epoch, learningRate])).toEqual([
      [1, 0],
      [2, 0],
    ]);
    for (const log of epochs) {
      expect(log.loss).toBeCloseTo(mine.loss, 6);
      expect(log.accuracy).toBeCloseTo(mine.metrics.accuracy ?? -1, 10);
      expect(log.validationLoss).toBeCloseTo(theirs.loss, 6);
      expect(log.validationAccuracy).toBeCloseTo(theirs.metrics.accuracy ?? -1, 10);
    }
    expect([mine.count, theirs.count]).toEqual([40, 20]);
  });

  test("with validationSplit keeps examples of every class for validation, by its seed", async () => {
    const whole = await trained({ validationSplit: 0.25, seed: 5 });
    const parts = split(train, 0.25, { seed: 5 });
    expect([parts.train.length, parts.validation.length]).toEqual([30, 10]);
    const explicit = await trained({ validation: parts.validation, seed: 5 }, smallNet(), parts.train);
    expect(whole.epochs).toEqual(explicit.epochs);
    expect(whole.weights).toEqual(explicit.weights);
  });

  test("with more than one epoch is one run after the other only to those who count the steps", async () => {
    const { epochs } = await trained({ epochs: 2 });
    expect((await trained({ epochs: 1 })).epochs).toEqual(epochs.slice(0, 1));
  });

  test("leaves frozen layers as they are", async () => {
    const model = smallNet();
    const before = numbersOf(model.weights);
    for (const { name, layer } of model.layers) layer.trainable = name === "out";
    const { weights } = await trained({}, model);
    expect(weights["conv/kernel"]).toEqual(before["conv/kernel"]);
    expect(weights["conv/bias"]).toEqual(before["conv/bias"]);
    expect(weights["out/kernel"]).not.toEqual(before["out/kernel"]);
  });

  test("drops out anew at every step", async () => {
    const { epochs } = await trained({ optimizer: sgd({ learningRate: 0 }), shuffle: false, batchSize: 40, epochs: 3 });
    expect(new Set(epochs.map(({ loss }) => loss)).size).toBe(3);
  });

  test("takes larger batches than there are examples as one batch of all", async () => {
    const batches: number[] = [];
    const count: Callback = { name: "count", onBatchEnd: ({ batches: all }) => void batches.push(all) };
    await trained({ batchSize: 1000, callbacks: [count] });
    expect(batches).toEqual([1, 1]);
  });

  test("tells its callbacks every step, and what is known by then", async () => {
    const heard: string[] = [];
    const listener: Callback = {
      name: "listener",
      onTrainBegin: () => void heard.push("begin"),
      onBatchEnd: ({ epoch, batch, batches, step, means }) =>
        void heard.push(`${epoch}: ${batch} of ${batches}, step ${step}, ${Object.keys(means)}`),
      onEpochEnd: ({ epoch }, { history }) => void heard.push(`epoch ${epoch} of ${history.length}`),
      onSave: ({ when }) => void heard.push(`save ${when}`),
      onTrainEnd: () => void heard.push("end"),
    };
    await trained({ epochs: 1, callbacks: [listener] });
    const step = (n: number) => [`1: ${n} of 3, step ${n}, loss,accuracy`, "save step"];
    expect(heard).toEqual(["begin", ...[1, 2, 3].flatMap(step), "epoch 1 of 1", "save epoch", "end"]);
  });
});

describe("early stopping", () => {
  test("ends after `patience` epochs without improvement, and takes back the best weights", async () => {
    const { options } = scripted([0.5, 0.7, 0.6, 0.7, 0.9, 0.9]);
    const stopping = earlyStopping({ monitor: "script", mode: "max", patience: 2, restoreBestWeights: true });
    const stopped = await trained({ ...options, callbacks: [stopping] });
    expect(stopped.epochs.map(({ script }) => script)).toEqual([0.5, 0.7, 0.6, 0.7]);
    const best = await trained({ ...scripted([0.5, 0.7]).options });
    expect(stopped.weights).toEqual(best.weights);
  });

  test("keeps the last weights where it is not asked for the best", async () => {
    const { options } = scripted([0.3, 0.4, 0.5]);
    const stopped = await trained({ ...options, callbacks: [earlyStopping({ monitor: "script", patience: 1 })] });
    expect(stopped.epochs).toHaveLength(2);
    expect(stopped.weights).toEqual((await trained(scripted([0, 0]).options)).weights);
  });

  test("counts only improvements beyond minDelta, and not before startFromEpoch", async () => {
    const falling = [1, 0.95, 0.9, 0.85];
    const fussy = earlyStopping({ monitor: "script", minDelta: 0.2, patience: 2 });
    expect((await trained({ ...scripted(falling).options, callbacks: [fussy] })).epochs).toHaveLength(3);
    const late = earlyStopping({ monitor: "script", mode: "max", patience: 1, startFromEpoch: 2 });
    expect((await trained({ ...scripted(falling).options, callbacks: [late] })).epochs).toHaveLength(4);
  });

  test("takes the first number after one that is not a number as an improvement", async () => {
    const stopping = earlyStopping({ monitor: "script", patience: 2 });
    const { options } = scripted([Number.NaN, 3, 2, 1, 1, 1]);
    expect((await trained({ ...options, callbacks: [stopping] })).epochs).toHaveLength(6);
  });

  test("names what there is to monitor when it does not find its own", async () => {
    const error = await errorOf(trained({ callbacks: [earlyStopping()] }));
    expect(error.code).toBe("usage");
    expect(error.message).toBe(
      'there is no "validationLoss" to monitor in the log of an epoch; there is loss, accuracy, learningRate',
    );
  });
});

describe("reduceLROnPlateau", () => {
  const flat = (epochs: number) => scripted(new Array<number>(epochs).fill(1)).options;
  const ratesOf = async (options: FitOptions) =>
    (await trained(options)).epochs.map(({ learningRate }) => Number(learningRate.toPrecision(6)));

  test("multiplies the rate by its factor after `patience` epochs, down to its least", async () => {
    const reduce = reduceLROnPlateau({ monitor: "script", factor: 0.5, patience: 2, minLearningRate: 0.003 });
    expect(await ratesOf({ ...flat(8), callbacks: [reduce] })).toEqual([
      0.01, 0.01, 0.01, 0.005, 0.005, 0.003, 0.003, 0.003,
    ]);
  });

  test("takes no step below 0.0001 for an improvement", async () => {
    const reduce = () => reduceLROnPlateau({ monitor: "script", factor: 0.1, patience: 1 });
    const small = scripted([1, 1 - 5e-5, 1 - 6e-5]).options;
    expect(await ratesOf({ ...small, callbacks: [reduce()] })).toEqual([0.01, 0.01, 0.001]);
    const large = scripted([1, 1 - 2e-4, 1 - 4e-4]).options;
    expect(await ratesOf({ ...large, callbacks: [reduce()] })).toEqual([0.01, 0.01, 0.01]);
  });

  test("waits for its cooldown before it counts again", async () => {
    const reduce = reduceLROnPlateau({ monitor: "script", factor: 0.1, patience: 1, cooldown: 2 });
    expect(await ratesOf({ ...flat(6), callbacks: [reduce] })).toEqual([0.01, 0.01, 0.001, 0.001, 0.0001, 0.0001]);
  });

  test("multiplies what a schedule says", async () => {
    const reduce = reduceLROnPlateau({ monitor: "script", factor: 0.5, patience: 1 });
    const learningRate = piecewiseConstantDecay({ boundaries: [1], values: [1e-3, 1e-4] });
    expect(await ratesOf({ ...flat(4), optimizer: sgd({ learningRate }), callbacks: [reduce] })).toEqual([
      1e-3, 1e-3, 5e-5, 2.5e-5,
    ]);
  });

  test("the reduced rate is the one that steps take", async () => {
    const reduce = reduceLROnPlateau({ monitor: "script", factor: 0.5, patience: 1 });
    const reduced = await trained({ ...flat(3), callbacks: [reduce] });
    const learningRate = piecewiseConstantDecay({ boundaries: [1], values: [0.01, 0.005] });
    expect(reduced.weights).toEqual((await trained({ ...flat(3), optimizer: sgd({ learningRate }) })).weights);
  });

  test("wants a factor below 1", () => {
    expect(() => reduceLROnPlateau({ factor: 1 })).toThrow(
      "factor must be a finite number above 0 and less than 1, received 1",
    );
  });
});

describe("modelCheckpoint", () => {
  test("with saveBestOnly keeps the best epoch's weights", async () => {
    const { options } = scripted([0.5, 0.8, 0.6]);
    const save = modelCheckpoint({ path: checkpoint, monitor: "script", mode: "max", saveBestOnly: true });
    await trained({ ...options, callbacks: [save] });
    const { progress, tensors } = await readCheckpoint(checkpoint, smallNet());
    expect(progress.epoch).toBe(2);
    const best = await trained(scripted([0, 0]).options);
    const kept = numbersOf(tensors);
    for (const [key, values] of Object.entries(best.weights)) expect(kept[key]).toEqual(values);
  });

  test("saves after every so many steps, and after every epoch", async () => {
    const steps: string[] = [];
    const spy: Callback = {
      name: "spy",
      onSave: async ({ when }) => {
        const saved = await readCheckpoint(checkpoint, smallNet()).catch(() => undefined);
        steps.push(`${when}: ${saved?.progress.step ?? "none"}`);
      },
    };
    await trained({ epochs: 1, callbacks: [modelCheckpoint({ path: checkpoint, saveFreq: 2 }), spy] });
    expect(steps).toEqual(["step: none", "step: 2", "step: 2", "epoch: 3"]);
  });

  test("wants a number of steps", () => {
    expect(() => modelCheckpoint({ path: "x", saveFreq: 0 })).toThrow(
      'saveFreq must be "epoch" or a number of steps, received 0',
    );
  });
});

test("jsonlHistory writes a line for each epoch, which is the history", async () => {
  const path = join(folder, "history.jsonl");
  const { epochs } = await trained({ validation, callbacks: [jsonlHistory({ path })] });
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual(epochs);
});

describe("terminateOnNaN", () => {
  test("stops at the step whose loss is no number, says which, and keeps the checkpoint before it", async () => {
    const huge = piecewiseConstantDecay({ boundaries: [3], values: [0.01, 1e30] });
    const callbacks = [terminateOnNaN(), modelCheckpoint({ path: checkpoint })];
    const model = smallNet();
    const error = await errorOf(trained({ epochs: 3, optimizer: sgd({ learningRate: huge }), callbacks }, model));
    expect(error.code).toBe("nan-loss");
    expect(error.message).toMatch(/^the loss became (NaN|Infinity) at step 6 \(epoch 2, batch 3\); training stopped/);
    expect(error.message).toContain("Try a learning rate that is 10 times smaller");
    const { progress, tensors } = await readCheckpoint(checkpoint, smallNet());
    expect(progress.epoch).toBe(1);
    expect(Object.values(numbersOf(tensors)).flat().every(Number.isFinite)).toBe(true);
  });
});

describe("a run that goes on from a checkpoint is the run that never stopped, to the bit", () => {
  interface Kind {
    readonly options: () => FitOptions & { readonly epochs: number };
    readonly callbacks?: () => readonly Callback[];
  }

  // Adam and momentum have slots; dropout and the order of the examples are drawn by step and epoch.
  const kinds: Readonly<Record<string, Kind>> = {
    adam: { options: () => ({ epochs: 2, optimizer: adam(), validation }) },
    "momentum and a schedule": {
      options: () => ({
        epochs: 2,
        optimizer: sgd({
          momentum: 0.9,
          learningRate: piecewiseConstantDecay({ boundaries: [1, 4], values: [0.1, 0.05, 0.01] }),
        }),
      }),
    },
    "early stopping and reduceLROnPlateau": {
      options: () => ({ epochs: 4, optimizer: adam({ learningRate: 0.05 }), validation }),
      callbacks: () => [
        reduceLROnPlateau({ patience: 1, factor: 0.3, minDelta: 0.5, cooldown: 1 }),
        earlyStopping({ minDelta: 0.5, patience: 2, restoreBestWeights: true }),
      ],
    },
  };

  const NONE: Kind = { options: () => ({ epochs: 0 }) };

  /** All that a run leaves behind: its checkpoints and its history file too, as digests of their bytes. */
  async function run(kind: Kind, name: string, resume?: string, killAt?: number) {
    const path = join(folder, `${name}.safetensors`);
    const history = join(folder, `${name}.jsonl`);
    const best = join(folder, `${name}-best.safetensors`);
    let moments = 0;
    const kill: Callback = {
      name: "kill",
      onSave: () => {
        if (++moments === killAt) throw new Error("killed");
      },
    };
    const callbacks = [
      ...(kind.callbacks?.() ?? []),
      modelCheckpoint({ path, saveFreq: 2 }),
      modelCheckpoint({ path: best, saveBestOnly: true, monitor: "loss" }),
      jsonlHistory({ path: history }),
      kill,
    ];
    // The net of another seed: all weights must come from the checkpoint.
    const model = smallNet({ seed: resume === undefined ? 3 : 4 });
    const options = { ...kind.options(), seed: 11, callbacks, ...(resume !== undefined && { resume }) };
    const outcome = await trained(options, model).catch((error: Error) => {
      if (error.message !== "killed") throw error;
      return undefined;
    });
    const files = await Promise.all([path, best, history].map(digest));
    return { path, files, moments, epochs: outcome?.epochs, weights: outcome?.weights };
  }

  test.each(Object.entries(kinds))("with %s, killed at any moment", async (_title, kind) => {
    const whole = await run(kind, "whole");
    // After every step and every epoch; the first checkpoint comes after the second step.
    expect(whole.moments).toBe(4 * (whole.epochs?.length ?? 0));
    for (let killAt = 2; killAt <= whole.moments; killAt++) {
      const name = `killed-${killAt}`;
      const killed = await run(kind, name, undefined, killAt);
      expect(killed.weights).toBeUndefined();
      const resumed = await run(kind, name, killed.path);
      expect(resumed.epochs, `killed at moment ${killAt}`).toEqual(whole.epochs);
      expect(resumed.weights, `killed at moment ${killAt}`).toEqual(whole.weights);
      expect(resumed.files, `killed at moment ${killAt}`).toEqual(whole.files);
    }
  });

  test("the early stopping of that test does stop, and the rate is reduced", async () => {
    const { epochs = [] } = await run(kinds["early stopping and reduceLROnPlateau"] ?? NONE, "seen");
    expect(epochs.map(({ learningRate }) => learningRate)).toEqual([0.05, 0.05, 0.05 * 0.3]);
  });

  test("where early stopping had already said stop, nothing more is trained", async () => {
    const options = (): FitOptions => ({
      ...scripted([0.9, 0.5, 0.4, 0.3]).options,
      callbacks: [
        earlyStopping({ monitor: "script", mode: "max", patience: 1, restoreBestWeights: true }),
        modelCheckpoint({ path: checkpoint }),
      ],
    });
    const whole = await trained(options());
    expect(whole.epochs).toHaveLength(2);
    const resumed = await trained({ ...options(), resume: checkpoint }, smallNet({ seed: 9 }));
    expect(resumed.epochs).toEqual(whole.epochs);
    expect(resumed.weights).toEqual(whole.weights);
  });

  test("two callbacks of a kind keep their own state", async () => {
    const options = (values: readonly number[]): FitOptions => ({
      ...scripted(values).options,
      callbacks: [
        earlyStopping({ monitor: "script", mode: "max", patience: 3 }),
        earlyStopping({ monitor: "script", mode: "min", patience: 5 }),
        modelCheckpoint({ path: checkpoint }),
      ],
    });
    const values = [9, 8, 7, 6, 5, 4];
    const whole = await trained(options(values));
    expect(whole.epochs).toHaveLength(4);
    await trained({ ...options(values), epochs: 2 });
    const resumed = await trained({ ...options(values.slice(2)), epochs: 6, resume: checkpoint });
    expect(resumed.epochs).toEqual(whole.epochs);
  });

  test("between epochs, into more of them", async () => {
    const whole = await trained({ epochs: 3, validation });
    await trained({ epochs: 1, validation, callbacks: [modelCheckpoint({ path: checkpoint })] });
    const resumed = await trained({ epochs: 3, validation, resume: checkpoint }, smallNet({ seed: 2 }));
    expect(resumed.epochs).toEqual(whole.epochs);
    expect(resumed.weights).toEqual(whole.weights);
  });

  test("interrupted while the validation runs", async () => {
    const controller = new AbortController();
    const stopping: Dataset = {
      ...validation,
      read: (indices) => {
        controller.abort();
        return validation.read(indices);
      },
    };
    // Two batches of the validation; the signal is seen between them.
    const large = {
      ...stopping,
      length: 300,
      read: (i: ArrayLike<number>) => stopping.read(Array.from(i, (n) => n % 20)),
    };
    const same = { ...large, read: (i: ArrayLike<number>) => validation.read(Array.from(i, (n) => n % 20)) };
    const callbacks = [modelCheckpoint({ path: checkpoint })];
    const error = await errorOf(trained({ validation: large, callbacks, signal: controller.signal }));
    expect(error.code).toBe("interrupted");
    const resumed = await trained({ validation: same, resume: checkpoint });
    const whole = await trained({ validation: same });
    expect(resumed.epochs).toEqual(whole.epochs);
    expect(resumed.weights).toEqual(whole.weights);
  });
});

describe("an AbortSignal", () => {
  test("stops the run with code interrupted, saves, and the model keeps its weights", async () => {
    const controller = new AbortController();
    const abort: Callback = {
      name: "abort",
      onBatchEnd: ({ step }) => void (step === 4 && controller.abort("enough")),
    };
    const model = smallNet();
    const callbacks = [modelCheckpoint({ path: checkpoint }), abort];
    const error = await errorOf(trained({ epochs: 3, callbacks, signal: controller.signal }, model));
    expect([error.code, error.message, error.cause]).toEqual([
      "interrupted",
      "training was interrupted in epoch 2 after step 4",
      "enough",
    ]);
    const { progress, tensors } = await readCheckpoint(checkpoint, smallNet());
    expect([progress.epoch, progress.batch, progress.step]).toEqual([1, 1, 4]);
    const saved = numbersOf(tensors);
    for (const [key, values] of Object.entries(numbersOf(model.weights))) expect(values).toEqual(saved[key]);
    expect(numbersOf(model.weights)).not.toEqual(numbersOf(smallNet().weights));

    const resumed = await trained({ epochs: 3, resume: checkpoint });
    const whole = await trained({ epochs: 3 });
    expect(resumed.epochs).toEqual(whole.epochs);
    expect(resumed.weights).toEqual(whole.weights);
  });

  test("that is aborted already stops before the first step", async () => {
    const before = numbersOf(smallNet().weights);
    const model = smallNet();
    const error = await errorOf(trained({ signal: AbortSignal.abort() }, model));
    expect(error.message).toBe("training was interrupted in epoch 1 after step 0");
    expect(numbersOf(model.weights)).toEqual(before);
  });

  test("stops an evaluation and a prediction", async () => {
    const signal = AbortSignal.abort();
    expect((await errorOf(evaluate(smallNet(), train, { engine, signal }))).code).toBe("interrupted");
    const inputs = pattern([2, 6, 6, 1], 1);
    expect((await errorOf(predict(smallNet(), inputs, { engine, signal }))).code).toBe("interrupted");
  });
});

describe("evaluate and predict", () => {
  test("give the same whatever the batch size, and do not change the model", async () => {
    const model = smallNet();
    const before = numbersOf(model.weights);
    const inputs = pattern([7, 6, 6, 1], 3);
    const whole = await predict(model, inputs, { engine, batchSize: 7 });
    expect(whole.shape).toEqual([7, 3]);
    const progress: string[] = [];
    const onProgress = (done: number, total: number) => void progress.push(`${done}/${total}`);
    const parts = await predict(model, inputs, { engine, batchSize: 3, onProgress });
    expect(progress).toEqual(["3/7", "6/7", "7/7"]);
    for (const [i, value] of parts.data.entries()) expect(value).toBeCloseTo(whole.data[i] ?? Number.NaN, 6);
    const losses = await Promise.all(
      [40, 16, 1].map(async (batchSize) => (await evaluate(model, train, { engine, batchSize })).loss),
    );
    for (const loss of losses) expect(loss).toBeCloseTo(losses[0] ?? Number.NaN, 5);
    expect(numbersOf(model.weights)).toEqual(before);
  });

  test("are methods of a model as well, and a prediction of nothing is nothing", async () => {
    const model = smallNet();
    const { loss } = await model.evaluate(train, { engine });
    expect(loss).toBe((await evaluate(model, train, { engine })).loss);
    expect((await model.predict(pattern([0, 6, 6, 1], 1), { engine })).shape).toEqual([0, 3]);
    expect((await model.fit(train, { engine })).epochs).toHaveLength(1);
  });

  test("refuse inputs of another shape", async () => {
    const error = await errorOf(predict(smallNet(), pattern([2, 5, 6, 1], 1), { engine }));
    expect([error.code, error.message]).toEqual(["shape", "model small takes [n,6,6,1], received [2,5,6,1]"]);
  });
});

describe("what does not fit is refused, by name, before anything is trained", () => {
  async function refused(data: Dataset, options: FitOptions = {}, model = smallNet()): Promise<StriateError> {
    const before = numbersOf(model.weights);
    const error = await errorOf(trained(options, model, data));
    expect(numbersOf(model.weights)).toEqual(before);
    return error;
  }

  test("examples of another shape", async () => {
    const data = arrays({ inputs: pattern([4, 8, 8, 1], 1), targets: [0, 1, 2, 0] });
    const error = await refused(data);
    expect(error.code).toBe("shape");
    expect(error.message).toBe(
      "the data has examples of shape [8,8,1], but model small takes [6,6,1]; build the model with inputShape [8,8,1], " +
        "or resize the data",
    );
    expect((await refused(train, { validation: data })).message).toBe(error.message);
  });

  test("another number of classes", async () => {
    const error = await refused(striped(8, 1, 4));
    expect([error.code, error.message]).toEqual([
      "shape",
      "the data has 4 classes, but the last layer of model small, out (dense), has 3 units; give it units: 4",
    ]);
  });

  test("a label outside the classes", async () => {
    const data = arrays({ inputs: pattern([4, 6, 6, 1], 1), targets: [0, 1, 3, 0] });
    const error = await refused(data, { shuffle: false });
    expect([error.code, error.message]).toEqual(["data", "example 2 has label 3, but the model has 3 classes, 0 to 2"]);
    expect((await errorOf(evaluate(smallNet(), data, { engine }))).message).toBe(error.message);
  });

  test("targets that the loss does not take", async () => {
    const error = await refused(train, { loss: "categoricalCrossentropy" });
    expect([error.code, error.message]).toEqual([
      "shape",
      "loss categoricalCrossentropy on model small needs targets float32[16,3], but the data gives int32[16]; for labels the " +
        "loss is sparseCategoricalCrossentropy",
    ]);
    const oneHot = arrays({
      inputs: pattern([2, 6, 6, 1], 1),
      targets: fromNumbers("float32", [2, 3], [1, 0, 0, 0, 1, 0]),
    });
    expect((await refused(oneHot)).message).toContain(
      "needs targets int32[2], but the data gives float32[2,3]; for one-hot targets the loss is categoricalCrossentropy",
    );
    expect((await refused(train, { loss: "hinge" as LossName })).message).toContain('there is no loss "hinge"');
  });

  test("a batch size, a seed, an optimizer or a split that cannot be", async () => {
    expect((await refused(train, { batchSize: 0 })).message).toBe(
      "fit: batchSize must be a whole number of at least 1, received 0",
    );
    expect((await refused(train, { seed: -1 })).code).toBe("usage");
    expect((await refused(train, { optimizer: "lion" as "adam" })).message).toContain('there is no optimizer "lion"');
    expect((await refused(train, { validationSplit: 1 })).message).toContain(
      "validationSplit must be a finite number above 0",
    );
    expect((await refused(train, { engine: "abacus" })).message).toContain('there is no engine "abacus"');
  });

  test("a data set whose reading fails ends the run with that error", async () => {
    const broken: Dataset = {
      ...train,
      read: (indices) => {
        if (Array.from(indices).includes(17)) throw new StriateError("data", "picture 17 is damaged");
        return train.read(indices);
      },
    };
    const error = await errorOf(trained({ shuffle: false }, smallNet(), broken));
    expect(error.message).toBe("picture 17 is damaged");
  });
});

test("an engine that breaks is the error that is told, not what follows from it", async () => {
  const failing = (message: string) => async (): Promise<never> => {
    throw new StriateError("engine", message);
  };
  const broken: Engine = {
    ...engine,
    compile: async (graph, options) => {
      const made = await engine.compile(graph, options);
      const lost = failing("the worker has no executable 0");
      const run = failing("the worker ended with code 1");
      return { run, readState: lost, writeState: (state) => made.writeState(state), close: lost };
    },
  };
  const model = smallNet();
  expect((await errorOf(trained({ engine: broken }, model))).message).toBe("the worker ended with code 1");
  expect(numbersOf(model.weights)).toEqual(numbersOf(smallNet().weights));
});

describe("a checkpoint is refused, and the model stays as it was,", () => {
  let bytes: Uint8Array;
  beforeEach(async () => {
    await trained({
      epochs: 1,
      callbacks: [modelCheckpoint({ path: checkpoint }), earlyStopping({ monitor: "loss" })],
    });
    bytes = await readFile(checkpoint);
  });

  async function refused(options: FitOptions = {}, model = smallNet(), data = train): Promise<StriateError> {
    const before = numbersOf(model.weights);
    const error = await errorOf(trained({ resume: checkpoint, ...options }, model, data));
    expect(numbersOf(model.weights)).toEqual(before);
    return error;
  }

  test("where it is cut short anywhere", async () => {
    const header = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    for (const length of [0, 1, 7, 8, 9, 100, header - 1, header, header + 1, bytes.length - 400, bytes.length - 1]) {
      await writeFile(checkpoint, bytes.subarray(0, length));
      const error = await refused();
      expect(error.code, `${length} of ${bytes.length} bytes`).toBe("checkpoint");
      expect(error.message).toContain(checkpoint);
    }
  });

  test("where it is of another model", async () => {
    const error = await refused({}, smallNet({ filters: 5 }));
    expect(error.code).toBe("checkpoint");
    expect(error.message).toBe(
      `checkpoint ${checkpoint} is of model small and does not fit model small:` +
        "\n  conv/kernel is float32[3,3,1,4] there and float32[3,3,1,5] here" +
        "\n  conv/bias is float32[4] there and float32[5] here" +
        "\n  out/kernel is float32[36,3] there and float32[45,3] here",
    );
    const other = sequential({ name: "other", inputShape: [6, 6, 1] }, [flatten(), dense({ name: "last", units: 3 })]);
    expect((await refused({}, other)).message).toContain(
      "is of model small and does not fit model other:\n  last/kernel is missing\n  last/bias is missing",
    );
  });

  test("where the run has another setup", async () => {
    expect((await refused({ batchSize: 8 })).message).toBe(
      `checkpoint ${checkpoint} is of a run with another setup: batchSize was 16 and is 8 now; resume with the same one`,
    );
    expect((await refused({ seed: 1 })).message).toContain("seed was 0 and is 1 now");
    expect((await refused({ shuffle: false })).message).toContain("shuffle was true and is false now");
    expect((await refused({}, smallNet(), subset(train, 0, 39))).message).toContain("examples was 40 and is 39 now");
    expect((await refused({ optimizer: sgd() })).message).toContain('optimizer was ["adam"');
    expect((await refused({ optimizer: adam({ beta1: 0.8 }) })).message).toContain('"beta1":0.8');
    const error = await refused({ loss: "meanSquaredError" });
    expect([error.code, error.message.includes("loss was sparseCategoricalCrossentropy")]).toEqual([
      "checkpoint",
      true,
    ]);
  });

  test("where it is no checkpoint, or there is none", async () => {
    const bundled = "tests/goldens/official.safetensors";
    expect((await refused({ resume: bundled })).message).toBe(
      `${bundled} is a safetensors file, but not a checkpoint of Striate: it has no progress in its metadata`,
    );
    const missing = await refused({ resume: join(folder, "none") });
    expect([missing.code, missing.message.includes(join(folder, "none"))]).toEqual(["io", true]);
  });

  /** The checkpoint with its text changed in place, which keeps all lengths. */
  async function withText(from: string, to: string): Promise<void> {
    const text = Buffer.from(bytes).toString("latin1");
    expect(text).toContain(from);
    expect(to).toHaveLength(from.length);
    await writeFile(checkpoint, Buffer.from(text.replace(from, to), "latin1"));
  }

  test("where its progress is not what Striate writes", async () => {
    for (const [from, to] of [
      ['\\"format\\":1', '\\"format\\":2'],
      ['\\"epoch\\":1', '\\"epoch\\":x'],
      ['\\"rateFactor\\":1', '\\"ratefactor\\":1'],
    ] as const) {
      await withText(from, to);
      const error = await refused();
      expect([
        error.code,
        error.message.startsWith(`${checkpoint}: its progress is not what Striate writes: `),
      ]).toEqual(["checkpoint", true]);
    }
  });

  test("where the state of a callback is not what it writes", async () => {
    await withText('\\"wait\\":0', '\\"wait\\":[');
    expect((await refused()).code).toBe("checkpoint");
    await withText('\\"wait\\":0', '\\"wa1t\\":0');
    const error = await refused({ callbacks: [earlyStopping({ monitor: "loss" })] });
    const start = `checkpoint ${checkpoint}: the state of earlyStopping is not what it writes: `;
    expect([error.code, error.message.startsWith(start)]).toEqual(["checkpoint", true]);
  });

  test("where a state of the optimizer is missing", async () => {
    await withText('"optimizer/out/bias/velocity"', '"optimizer/out/bias/velocitz"');
    const error = await refused();
    expect([error.code, error.message.includes("optimizer/out/bias/velocity is missing")]).toEqual([
      "checkpoint",
      true,
    ]);
  });
});

describe("a file that cannot be written ends the run with code io, and the old checkpoint stays whole:", () => {
  let old: Uint8Array;
  beforeEach(async () => {
    await trained({ epochs: 1, callbacks: [modelCheckpoint({ path: checkpoint })] });
    old = await readFile(checkpoint);
  });

  async function fails(callbacks: readonly Callback[]): Promise<StriateError> {
    const model = smallNet();
    const error = await errorOf(trained({ callbacks, seed: 3 }, model));
    expect(error.code).toBe("io");
    expect(Buffer.compare(await readFile(checkpoint), old)).toBe(0);
    // The model has what it learned until then.
    expect(numbersOf(model.weights)).not.toEqual(numbersOf(smallNet().weights));
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    return error;
  }

  test("its folder is missing", async () => {
    const path = join(folder, "missing", "checkpoint");
    expect((await fails([modelCheckpoint({ path })])).message).toContain(
      `${path}: could not be written: its folder does not exist; create it first`,
    );
  });

  test("its name is that of a folder", async () => {
    const path = join(folder, "taken");
    await mkdir(path);
    expect((await fails([modelCheckpoint({ path })])).message).toContain(
      `${path}: could not be written: it is a folder`,
    );
  });

  test("the disk is full", async () => {
    const handle = await open(folder, "r");
    const prototype: { write(): Promise<unknown> } = Object.getPrototypeOf(handle);
    await handle.close();
    vi.spyOn(prototype, "write").mockRejectedValue(Object.assign(new Error("ENOSPC: simulated"), { code: "ENOSPC" }));
    expect((await fails([modelCheckpoint({ path: checkpoint })])).message).toContain(
      `${checkpoint}: could not be written: the disk is full; free some space or write to another place`,
    );
  });

  test("that of another callback", async () => {
    const path = join(folder, "taken");
    await mkdir(path);
    const model = smallNet();
    const callbacks = [jsonlHistory({ path }), modelCheckpoint({ path: checkpoint, saveFreq: 1 })];
    const error = await errorOf(trained({ callbacks, seed: 3 }, model));
    expect([error.code, error.message.includes(path)]).toEqual(["io", true]);
    expect(Buffer.compare(await readFile(checkpoint), old)).toBe(0);
  });
});

test("labels may be any integers that fit, and targets any numbers where the loss is one of numbers", async () => {
  const inputs = pattern([8, 3], 1, 2);
  const model = sequential({ inputShape: [3] }, [dense({ units: 2 })]);
  const data = arrays({ inputs, targets: pattern([8, 2], 2, 4) });
  const { epochs } = await trained(
    { loss: "meanSquaredError", metrics: [], epochs: 30, optimizer: sgd() },
    model,
    data,
  );
  expect(Object.keys(epochs[0] ?? {})).toEqual(["epoch", "loss", "learningRate"]);
  expect(epochs.at(-1)?.loss).toBeLessThan(epochs[0]?.loss ?? 0);
  const classes = arrays({ inputs, targets: labels(8, 3, 2) });
  const net = sequential({ inputShape: [3] }, [dense({ units: 2, activation: "softmax" })]);
  expect((await trained({ epochs: 1 }, net, classes)).epochs).toHaveLength(1);
});
