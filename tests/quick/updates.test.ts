import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arrays } from "#striate/data/index";
import type { Engine } from "#striate/engine/index";
import { add, batchNormalization, conv2d, dense, globalAveragePooling2d, input } from "#striate/layers/index";
import { type Model, model, sequential, weightDepths } from "#striate/model/index";
import { at, fromNumbers, type Tensor, tensor, toNumbers, zeros } from "#striate/tensor/index";
import { Executables } from "#striate/training/executables";
import {
  adam,
  adamW,
  encodeTrainingStep,
  exponentialDecay,
  type FitOptions,
  fit,
  initialStates,
  layerDecay,
  modelCheckpoint,
  type Optimizer,
  type ParameterGroupOptions,
  parameterGroup,
  readCheckpoint,
  rmsprop,
  sgd,
  withoutDecay,
} from "#striate/training/index";
import { closeTo } from "../support/close.ts";
import { ENGINES, startSmall } from "../support/engines.ts";
import { readGolden } from "../support/goldens.ts";
import { labels, pattern } from "../support/pattern.ts";
import { numbersOf, smallNet, striped } from "../support/runs.ts";

interface Case {
  readonly optimizer: keyof typeof MAKERS;
  readonly options: Readonly<Record<string, unknown>>;
  readonly weights: Readonly<Record<string, readonly number[]>>;
}

interface Golden {
  readonly keras: readonly (Case & { readonly losses: readonly number[] })[];
  readonly torch: readonly (Case & { readonly groups: readonly ParameterGroupOptions[] })[];
}

const golden = readGolden<Golden>("updates.json");
const MAKERS = { sgd, adam, adamW, rmsprop };

function optimizerOf({ optimizer, options }: Case, more: object = {}): Optimizer {
  const { learningRate } = options;
  const rate = typeof learningRate === "object" ? { learningRate: exponentialDecay(learningRate as never) } : {};
  return MAKERS[optimizer]({ ...options, ...rate, ...more });
}

function netOf(): Model {
  const net = sequential({ name: "net", inputShape: [4] }, [
    dense({ name: "hidden", units: 5, activation: "tanh" }),
    dense({ name: "last", units: 3, activation: "softmax" }),
  ]);
  net.setWeights(
    new Map([
      ["hidden/kernel", pattern([4, 5], 301, 2)],
      ["hidden/bias", pattern([5], 303)],
      ["last/kernel", pattern([5, 3], 302, 2)],
      ["last/bias", pattern([3], 304)],
    ]),
  );
  return net;
}

const data = arrays({ inputs: pattern([10, 4], 305, 4), targets: labels(10, 306, 3).data, classes: 3 });

function sameWeights(net: Model, weights: Case["weights"], tolerance = 2e-6): void {
  for (const [key, numbers] of Object.entries(weights)) {
    closeTo(toNumbers(net.weights.get(key) ?? zeros("float32", [])), numbers, tolerance, key);
  }
}

describe.each(ENGINES.available)("on %s", (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startSmall(name);
  });
  afterAll(() => engine?.close());

  const titled = <T extends Case>(cases: readonly T[]) =>
    cases.map((item) => [`${item.optimizer} ${JSON.stringify(item.options)}`, item] as const);

  test.each(titled(golden.keras))("%s trains as Keras does", async (_title, item) => {
    const net = netOf();
    const options: FitOptions = { engine, epochs: 3, batchSize: 4, shuffle: false, optimizer: optimizerOf(item) };
    const { epochs } = await fit(net, data, options);
    closeTo(
      epochs.map(({ loss }) => loss),
      item.losses,
      2e-6,
      "losses",
    );
    sameWeights(net, item.weights);
  });

  test.each(titled(golden.torch))("%s trains parameter groups as PyTorch does", async (_title, item) => {
    const options: FitOptions = { engine, epochs: 3, batchSize: 4, shuffle: false };
    const byName = netOf();
    const groups = item.groups.map(parameterGroup);
    await fit(byName, data, { ...options, optimizer: optimizerOf(item, { parameterGroups: groups }) });
    // Without an epsilon, Adam's steps of tiny gradients are as large as those of others, and so is their rounding.
    sameWeights(byName, item.weights, 5e-6);
    if (item.optimizer !== "adamW") return;
    const byDepth = netOf();
    const parameterGroups = [layerDecay(0.5), withoutDecay()];
    await fit(byDepth, data, { ...options, optimizer: optimizerOf(item, { parameterGroups }) });
    expect(numbersOf(byDepth.weights)).toEqual(numbersOf(byName.weights));
  });

  test("the halves of a step, with an average over two machines between them, are a step of the whole batch", async () => {
    const optimizer = adam({ learningRate: 0.05, globalClipNorm: 0.2 });
    const parts = { engine, objective: {}, optimizer, weighted: { training: false, validation: false } };
    const sums: Record<string, Tensor>[] = [];
    let arrived = () => {};
    const both = new Promise<void>((resolve) => {
      arrived = () => (sums.length === 2 ? resolve() : undefined);
    });
    const machines = [0, 1].map(() => {
      const net = netOf();
      return {
        net,
        executables: new Executables({
          ...parts,
          model: net,
          between: async (gradients) => {
            sums.push(await gradients.read());
            arrived();
            await both;
            const [mine, other] = sums;
            const mean = gradients.names.map((key) => [key, meanOf(mine?.[key], other?.[key])] as const);
            await gradients.write(Object.fromEntries(mean));
          },
        }),
      };
    });
    const rows = (start: number, count: number) => ({
      input: tensor("float32", [count, 4], pattern([10, 4], 305, 4).data.slice(4 * start, 4 * (start + count))),
      target: tensor("int32", [count], labels(10, 306, 3).data.slice(start, start + count)),
    });
    const common = { learningRate: 0.05, seed: 0, step: 0, fetch: [] };
    await Promise.all(
      machines.map(async ({ net, executables }, i) => {
        await executables.start(4);
        await executables.writeState(initialStates(net, optimizer, executables));
        await executables.run({ ...common, count: 4, feeds: rows(4 * i, 4) });
      }),
    );
    const whole = netOf();
    const one = new Executables({ ...parts, model: whole });
    await one.start(8);
    await one.writeState(initialStates(whole, optimizer, one));
    await one.run({ ...common, count: 8, feeds: rows(0, 8) });
    const keys = whole.weightSpecs.map(({ key }) => key);
    const expected = await one.readState(keys);
    for (const { executables } of machines) {
      const received = await executables.readState(keys);
      for (const key of keys)
        closeTo(toNumbers(at([received[key] as Tensor], 0)), toNumbers(expected[key] as Tensor), 1e-6, key);
      await executables.close();
    }
    await one.close();
  });
});

function meanOf(a: Tensor | undefined, b: Tensor | undefined): Tensor {
  const [left, right] = [toNumbers(a as Tensor), toNumbers(b as Tensor)];
  return fromNumbers(
    "float32",
    (a as Tensor).shape,
    left.map((x, i) => (x + at(right, i)) / 2),
  );
}

describe("a run that accumulates gradients", () => {
  let folder = "";
  let engine: Engine;
  beforeAll(async () => {
    engine = await startSmall();
    folder = await mkdtemp(join(tmpdir(), "striate-updates-"));
  });
  afterAll(async () => {
    await engine?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const optimizer = adamW({ gradientAccumulationSteps: 3, clipNorm: 1, parameterGroups: [layerDecay(0.9)] });
  /** 5 steps an epoch, so that no epoch ends with an update. */
  const train = striped(40);
  const options: FitOptions = { batchSize: 8, epochs: 3, seed: 4, optimizer };

  test("goes on to the bit from every step, also between two updates", { timeout: 60_000 }, async () => {
    const whole = smallNet({ seed: 1 });
    const { epochs } = await fit(whole, train, { ...options, engine });
    for (const moment of [1, 3, 4, 5, 7, 11]) {
      const controller = new AbortController();
      const path = join(folder, `at-${moment}`);
      const stop = {
        name: "stop",
        onBatchEnd: ({ step }: { step: number }) => void (step === moment && controller.abort()),
      };
      const stopped = fit(smallNet({ seed: 1 }), train, {
        ...options,
        engine,
        signal: controller.signal,
        callbacks: [stop, modelCheckpoint({ path })],
      });
      await expect(stopped).rejects.toMatchObject({ code: "interrupted" });
      const { progress, tensors } = await readCheckpoint(path, smallNet());
      expect(progress.step).toBe(moment);
      expect(toNumbers(tensors.get("optimizer/accumulated") as Tensor)[0]).toBe(moment % 3);
      const net = smallNet({ seed: 2 });
      const resumed = await fit(net, train, { ...options, engine, resume: path });
      expect(resumed.epochs).toEqual(epochs);
      expect(numbersOf(net.weights)).toEqual(numbersOf(whole.weights));
    }
  });

  test("is not resumed with other groups, clipping or steps to an update", async () => {
    const path = join(folder, "other");
    await fit(smallNet(), train, { ...options, engine, epochs: 1, callbacks: [modelCheckpoint({ path })] });
    for (const other of [
      adamW({ gradientAccumulationSteps: 3, clipNorm: 1, parameterGroups: [layerDecay(0.8)] }),
      adamW({ gradientAccumulationSteps: 3, clipNorm: 2, parameterGroups: [layerDecay(0.9)] }),
      adamW({ gradientAccumulationSteps: 2, clipNorm: 1, parameterGroups: [layerDecay(0.9)] }),
    ]) {
      const resumed = fit(smallNet(), train, { ...options, engine, optimizer: other, resume: path });
      await expect(resumed).rejects.toThrow(/optimizer was \["adamW",.*and is \["adamW",/);
    }
  });

  test("has no file of one step", () => {
    expect(() => encodeTrainingStep(smallNet(), { optimizer })).toThrow("gradientAccumulationSteps takes two graphs");
  });
});

describe("parameter groups", () => {
  /** Two blocks around which a shortcut goes, the second in a model of its own. */
  function nested(): Model {
    const x = input({ shape: [8, 8, 4] });
    const inner = conv2d({ name: "inner", filters: 4, kernelSize: 1 })(x);
    const base = model({ name: "base", inputs: x, outputs: batchNormalization({ name: "bn" })(inner) });
    const y = input({ shape: [8, 8, 4] });
    const first = conv2d({ name: "first", filters: 4, kernelSize: 1 })(y);
    const far = conv2d({ name: "far", filters: 4, kernelSize: 1 })(first);
    const sum = add()([base(far), first]);
    const head = dense({ name: "head", units: 3 })(globalAveragePooling2d()(sum));
    return model({ name: "nested", inputs: y, outputs: head });
  }

  test("know how deep weights are: by the layers with kernels on the longest way to the outputs", () => {
    const depths = Object.fromEntries(weightDepths(nested()));
    expect(depths).toEqual({
      "first/kernel": 3,
      "first/bias": 3,
      "far/kernel": 2,
      "far/bias": 2,
      "base/inner/kernel": 1,
      "base/inner/bias": 1,
      "base/bn/gamma": 1,
      "base/bn/beta": 1,
      "base/bn/movingMean": 1,
      "base/bn/movingVariance": 1,
      "head/kernel": 0,
      "head/bias": 0,
    });
    expect(layerDecay(0.5).multipliersOf(nested()).get("far/kernel")).toEqual({ learningRateMultiplier: 0.25 });
  });

  test("have weights by the names of layers, models and weights", () => {
    const keysOf = (weights: ParameterGroupOptions["weights"]) => [
      ...parameterGroup({ weights, learningRateMultiplier: 0 }).multipliersOf(nested()).keys(),
    ];
    expect(keysOf("base")).toEqual([
      "base/inner/kernel",
      "base/inner/bias",
      "base/bn/gamma",
      "base/bn/beta",
      "base/bn/movingMean",
      "base/bn/movingVariance",
    ]);
    expect(keysOf(["*/kernel", /^head/])).toEqual([
      "first/kernel",
      "far/kernel",
      "base/inner/kernel",
      "head/kernel",
      "head/bias",
    ]);
    expect(() => keysOf("haed")).toThrow("model nested has no weights in a layer, or of the name, that fits haed");
  });

  test("are refused where they cannot be meant", () => {
    expect(() => parameterGroup({ weights: [], learningRateMultiplier: 1 })).toThrow("weights is a name, a RegExp");
    expect(() => parameterGroup({ weights: "a", learningRateMultiplier: -1 })).toThrow("of at least 0, received -1");
    expect(() => layerDecay(0)).toThrow("layerDecay: decay must be a finite number above 0 and at most 1, received 0");
    expect(() => sgd({ parameterGroups: [{ weights: "a" } as never] })).toThrow("parameterGroups is a list of what");
    expect(() => sgd({ clipNorm: 1, clipValue: 1 })).toThrow("clipNorm and clipValue are two ways to clip");
    expect(() => sgd({ clipNorm: 0 })).toThrow("sgd: clipNorm must be a finite number above 0, received 0");
    expect(() => sgd({ gradientAccumulationSteps: 1 })).toThrow("must be a whole number of at least 2, received 1");
  });
});
