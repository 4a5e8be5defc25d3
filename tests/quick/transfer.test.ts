import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { arrays, subset } from "#striate/data/index";
import { selectEngine } from "#striate/engine/index";
import "#striate/entries/transfer";
import { encodeOnnx, modelFromOnnx } from "#striate/formats/index";
import { conv2d, dense, flatten, globalAveragePooling2d, input, maxPooling2d, reLU } from "#striate/layers/index";
import { type Model, model, sequential, type Weights } from "#striate/model/index";
import { permutation, tensor } from "#striate/tensor/index";
import type { Run } from "#striate/training/index";
import {
  calibrate,
  computeFeatures,
  crossValidateTransfer,
  expectedCalibrationError,
  foldsOf,
  nearDuplicates,
  openBackbone,
  probeFitter,
  STRATEGY_NAMES,
  type TransferEvent,
  transfer,
  wilson,
} from "#striate/transfer/index";
import { keepBest } from "#striate/transfer/keepBest";
import { partsByGroup } from "#striate/transfer/parts";
import { buildNet } from "#striate/zoo/index";
import { pattern } from "../support/pattern.ts";
import { temporaryFolder } from "../support/pictureFolder.ts";

interface Golden {
  readonly features: number[];
  readonly labels: number[];
  readonly weights: number[];
  readonly probes: { readonly penalty: number; readonly probabilities: number[] }[];
  readonly calibration: {
    readonly logits: number[];
    readonly labels: number[];
    readonly temperature: number;
    readonly before: number;
    readonly after: number;
  };
}

const GOLDEN: Golden = JSON.parse(readFileSync(new URL("../goldens/probe.json", import.meta.url), "utf8"));
const ENGINE = { inline: true } as const;

function softmaxRows(logits: ArrayLike<number>, classes: number): Float32Array {
  const result = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const row = Array.from({ length: classes }, (_, k) => Math.exp(logits[start + k] ?? 0));
    const sum = row.reduce((a, b) => a + b, 0);
    for (const [k, value] of row.entries()) result[start + k] = value / sum;
  }
  return result;
}

/** A small net with two stages. */
function smallNet(): Model {
  const x = input({ shape: [12, 12, 3] });
  const early = reLU({ name: "early" })(conv2d({ name: "conv1", filters: 6, kernelSize: 3, padding: "same" })(x));
  const pooled = maxPooling2d({ name: "pool", poolSize: 2 })(early);
  const late = reLU({ name: "late" })(conv2d({ name: "conv2", filters: 24, kernelSize: 3, padding: "same" })(pooled));
  const output = dense({ name: "old", units: 7, activation: "softmax" })(globalAveragePooling2d({ name: "gap" })(late));
  return model({ inputs: x, outputs: output, name: "small", seed: 3 });
}

/** Pictures of three classes, which differ in their colour; some noise, seeded. */
function colours(count: number, classNames = ["red", "green", "blue"]) {
  const classes = classNames.length;
  const labels = Array.from({ length: count }, (_, i) => i % classes);
  const noise = pattern([count, 12, 12, 3], 5, 0.5).data;
  const data = noise.map((value, i) => {
    const label = labels[Math.floor(i / (12 * 12 * 3))] ?? 0;
    return Math.min(1, Math.max(0, 0.4 + value + (i % 3 === label ? 0.25 : 0)));
  });
  return { data: arrays({ inputs: tensor("float32", [count, 12, 12, 3], data), targets: labels, classNames }), labels };
}

test("a probe that may see no picture knows nothing, and is fitted at once", async () => {
  const engine = await selectEngine(ENGINE);
  const features = tensor("float32", [3, 2], Float32Array.of(1, 2, 3, 4, 5, 7));
  const fitter = await probeFitter(engine, features, Int32Array.of(0, 1, 1), 2);
  const point = await fitter.fit(new Float32Array(3), 0.1);
  expect([...(await fitter.logits(point))]).toEqual(new Array(6).fill(0));
  await fitter.close();
  await engine.close();
});

describe("stages", () => {
  test("are those between halvings of the resolution, and end where blocks end", async () => {
    const stages = async (name: string) =>
      (await openBackbone(buildNet(name, {}))).stages.map((stage) => `${stage.name} /${stage.stride}`);
    expect(await stages("vgg16")).toEqual([
      "block1_conv2 /1",
      "block2_conv2 /2",
      "block3_conv3 /4",
      "block4_conv3 /8",
      "block5_pool /32",
    ]);
    expect(await stages("mobilenet-v2")).toEqual([
      "expanded_conv_project_BN /2",
      "block_2_add /4",
      "block_5_add /8",
      "block_12_add /16",
      "out_relu /32",
    ]);
    expect((await stages("resnet50")).slice(1)).toEqual([
      "conv2_block3_out /4",
      "conv3_block4_out /8",
      "conv4_block6_out /16",
      "conv5_block3_out /32",
    ]);
  });

  test("of an ONNX file are those of the layers that it was made of, with the same features", async () => {
    const net = smallNet();
    const file = modelFromOnnx(encodeOnnx(net));
    const { data } = colours(6);
    const [own, read] = [await openBackbone(net), await openBackbone(file)];
    expect(own.stages.map(({ name, weights }) => [name, weights])).toEqual([
      ["early", ["conv1/kernel", "conv1/bias"]],
      ["late", ["conv2/kernel", "conv2/bias"]],
    ]);
    expect(read.stages.map(({ channels, height }) => [channels, height])).toEqual([
      [6, 12],
      [24, 6],
    ]);
    const [a, b] = [await computeFeatures(own, data, ENGINE), await computeFeatures(read, data, ENGINE)];
    for (const [i, { values }] of a.stages.entries()) {
      const received = b.stages[i]?.values.data ?? [];
      expect(Math.max(...values.data.map((value, k) => Math.abs(value - (received[k] ?? 0))))).toBeLessThan(1e-6);
    }
  });

  test("are kept in a folder and computed for new pictures alone", async () => {
    const cache = { folder: temporaryFolder() };
    const net = await openBackbone(smallNet());
    const { data } = colours(9);
    const some = await computeFeatures(net, subset(data, 0, 6), { ...ENGINE, cache, batchSize: 4 });
    expect(some.cached).toBe(0);
    const all = await computeFeatures(net, data, { ...ENGINE, cache, batchSize: 4 });
    expect(all.cached).toBe(6);
    expect({ ...all, cached: 0 }).toEqual(await computeFeatures(net, data, { ...ENGINE, batchSize: 4 }));
    expect((await computeFeatures(net, data, { ...ENGINE, cache })).cached).toBe(9);
    const other = await openBackbone(smallNet(), { cut: "conv1" });
    expect((await computeFeatures(other, data, { ...ENGINE, cache })).cached).toBe(0);
  });

  test("of a net around another are found inside of it", async () => {
    const base = smallNet();
    const inner = model({ inputs: base.inputs, outputs: base.getLayer("late").output, name: "base" });
    const net = sequential([inner, globalAveragePooling2d(), dense({ units: 3, activation: "softmax" })]);
    expect((await openBackbone(net)).stages.map(({ name }) => name)).toEqual(["early", "late"]);
  });

  test("end at the cut that is named; another name lists those that there are", async () => {
    const { stages } = await openBackbone(smallNet(), { cut: "conv1" });
    expect(stages.map(({ name }) => name)).toEqual(["conv1"]);
    await expect(openBackbone(smallNet(), { cut: "gap" })).rejects.toThrow(
      'small cannot be cut at "gap"; it can at conv1 (12x12x6), early (12x12x6), pool (6x6x6), conv2 (6x6x24), late (6x6x24)',
    );
  });

  test("are missing in a net without maps, which is told", async () => {
    const net = sequential([input({ shape: [4, 4, 1] }), flatten(), dense({ units: 2, activation: "softmax" })]);
    await expect(openBackbone(net)).rejects.toThrow("sequential has no feature maps");
  });
});

test("a probe is multinomial logistic regression: PyTorch's probabilities", async () => {
  const { features, labels, weights, probes } = GOLDEN;
  const engine = await selectEngine(ENGINE);
  const values = tensor("float32", [40, 6], Float32Array.from(features));
  const fitter = await probeFitter(engine, values, Int32Array.from(labels), 3);
  for (const { penalty, probabilities } of probes) {
    const point = await fitter.fit(Float32Array.from(weights), penalty, { tolerance: 1e-7 });
    const received = softmaxRows(await fitter.logits(point), 3);
    const worst = Math.max(...received.map((value, i) => Math.abs(value - (probabilities[i] ?? 0))));
    expect(worst).toBeLessThan(2e-5);
    // The same by the classifier of the features as they are.
    const { kernel, bias } = fitter.probeOf(point);
    const logits = Array.from({ length: 40 * 3 }, (_, i) => {
      const [row, k] = [Math.floor(i / 3), i % 3];
      return Array.from({ length: 6 }, (_, j) => (features[row * 6 + j] ?? 0) * (kernel.data[j * 3 + k] ?? 0)).reduce(
        (a, b) => a + b,
        bias.data[k] ?? 0,
      );
    });
    expect(Math.max(...softmaxRows(logits, 3).map((v, i) => Math.abs(v - (probabilities[i] ?? 0))))).toBeLessThan(2e-5);
  }
  await fitter.close();
  await engine.close();
});

test("the temperature and the calibration errors are SciPy's and NumPy's", () => {
  const { logits, labels, temperature, before, after } = GOLDEN.calibration;
  const found = calibrate(softmaxRows(logits, 4), Int32Array.from(labels), 4);
  expect(found.temperature).toBeCloseTo(temperature, 3);
  expect(found.before).toBeCloseTo(before, 5);
  expect(found.after).toBeCloseTo(after, 3);
  expect(expectedCalibrationError(found.probabilities, Int32Array.from(labels), 4)).toBe(found.after);
});

test("Wilson's interval has the numbers of statsmodels", () => {
  // proportion_confint(8, 10, method="wilson"), (0, 20), (50, 50)
  expect(wilson(8, 10).low).toBeCloseTo(0.49016247, 7);
  expect(wilson(8, 10).high).toBeCloseTo(0.94331784, 7);
  expect(wilson(0, 20).high).toBeCloseTo(0.16112516, 7);
  expect(wilson(50, 50).low).toBeCloseTo(0.9286524, 7);
});

describe("splits", () => {
  const labels = Int32Array.from({ length: 60 }, (_, i) => i % 3);
  const groups = Int32Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? Math.floor(i / 6) * 6 : i));

  test("into folds spread each class evenly and keep groups together", () => {
    const folds = foldsOf(labels, 5, { seed: 1, groups });
    for (let i = 0; i < 60; i++) expect(folds[i]).toBe(folds[groups[i] ?? 0]);
    for (const label of [1, 2]) {
      const counts = [0, 1, 2, 3, 4].map((fold) => folds.filter((f, i) => f === fold && labels[i] === label).length);
      expect(counts).toEqual([4, 4, 4, 4, 4]);
    }
    expect(foldsOf(labels, 5, { seed: 1, groups })).toEqual(folds);
    expect(foldsOf(labels, 5, { seed: 2, groups })).not.toEqual(folds);
  });

  test("into parts keep groups on one side, a fifth of each class for the validation", () => {
    const members = permutation({ seed: 0, stream: "order", counter: 0 }, 60);
    const { train, validation } = partsByGroup([...members], labels, groups, 0.2, {
      seed: 0,
      classNames: ["a", "b", "c"],
    });
    expect(train.length + validation.length).toBe(60);
    const held = new Set(validation.map((i) => groups[i]));
    expect(train.some((i) => held.has(groups[i]))).toBe(false);
    for (const label of [0, 1, 2]) expect(validation.filter((i) => labels[i] === label)).toHaveLength(4);
  });

  test("need two different pictures of a class", () => {
    const same = new Int32Array(60);
    expect(() => partsByGroup([0, 3], labels, same, 0.2, { seed: 0, classNames: ["a", "b", "c"] })).toThrow(
      'class "a" has 2 pictures that are copies of one; at least two different ones are needed',
    );
  });
});

test("near duplicates are one group, also through others", () => {
  const angle = (degrees: number) => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const features = tensor("float32", [6, 2], Float32Array.from([0, 15, 30, 90, 180, 270].flatMap(angle)));
  expect([...nearDuplicates(features, 0.9)]).toEqual([0, 0, 0, 3, 4, 5]);
});

describe("transfer", () => {
  test.each(STRATEGY_NAMES)("%s gives a classifier that knows its pictures", async (strategy) => {
    const { data } = colours(45);
    const backbone = await openBackbone(smallNet());
    const phases = new Set<string>();
    const onEvent = ({ phase }: TransferEvent) => phases.add(phase);
    const { model, validation, parts } = await transfer(backbone, data, {
      ...ENGINE,
      strategy,
      ...(strategy === "scratch" ? { epochs: 15, batchSize: 8, learningRate: 0.01 } : { epochs: 2 }),
      fit: "pad",
      onEvent,
    });
    expect([...phases]).toEqual(["features", "probes", "advice", "training"]);
    expect(parts.train.length + parts.validation.length).toBe(45);
    expect(parts.validation.length).toBeGreaterThanOrEqual(9);
    expect(model.outputShape).toEqual([3]);
    expect(model.pictures?.classNames).toEqual(["red", "green", "blue"]);
    expect(model.pictures?.preprocessing?.fit).toBe("pad");
    expect(validation.accuracy.mean).toBeGreaterThan(strategy === "scratch" ? 0.4 : 0.8);
  });

  test("leaves a frozen part as it was", async () => {
    const { data } = colours(45);
    const { model: tuned } = await transfer(await openBackbone(smallNet()), data, {
      ...ENGINE,
      strategy: "fineTuneLast",
      epochs: 1,
    });
    expect(tuned.weights.get("conv1/kernel")?.data).toEqual(smallNet().weights.get("conv1/kernel")?.data);
  });

  test("gives back the weights of the least validation loss: those it began with where no epoch was better", async () => {
    const weightsAfter = async (initialLoss: number) => {
      let now: Weights = new Map([["epoch", tensor("float32", [1], Float32Array.of(0))]]);
      const run = {
        readWeights: async () => now,
        writeWeights: async (weights: Weights) => {
          now = weights;
        },
      } as unknown as Run;
      const callback = keepBest(initialLoss);
      await callback.onTrainBegin?.(run);
      for (const [i, validationLoss] of [0.6, 0.4, 0.7].entries()) {
        now = new Map([["epoch", tensor("float32", [1], Float32Array.of(i + 1))]]);
        await callback.onEpochEnd?.({ epoch: i + 1, loss: 0, learningRate: 0, validationLoss }, run);
      }
      await callback.onTrainEnd?.(run);
      return now.get("epoch")?.data[0];
    };
    expect(await weightsAfter(0.5)).toBe(2);
    expect(await weightsAfter(0.3)).toBe(0);
  });

  test("the same seed gives the same model to the bit", async () => {
    const { data } = colours(30);
    const run = async () =>
      transfer(await openBackbone(smallNet()), data, { ...ENGINE, strategy: "fineTuneAll", epochs: 1, seed: 7 });
    const [a, b] = [await run(), await run()];
    for (const [key, { data: values }] of a.model.weights) expect(b.model.weights.get(key)?.data).toEqual(values);
  });

  test("finds a label that was put on the wrong picture, and copies", async () => {
    const { data, labels } = colours(45);
    const wrong = labels.map((label, i) => (i === 3 ? 1 : label)); // picture 3 is red
    const { inputs } = await data.read(Array.from({ length: 45 }, (_, i) => (i === 44 ? 2 : i)));
    const names = ["red", "green", "blue"];
    const spoilt = arrays({ inputs, targets: wrong, classNames: names });
    const { study } = await transfer(await openBackbone(smallNet()), spoilt, { ...ENGINE, strategy: "features" });
    expect(study.suspects.map(({ index, looksLike }) => [index, looksLike])).toContainEqual([3, 0]);
    expect(study.duplicates.some((group) => group.includes(2) && group.includes(44))).toBe(true);
  });

  test("a whole recipe is cross-validated", async () => {
    const { data } = colours(45);
    const backbone = await openBackbone(smallNet());
    const { folds, accuracy } = await crossValidateTransfer(backbone, data, {
      ...ENGINE,
      strategy: "features",
      count: 3,
    });
    expect(folds).toHaveLength(3);
    expect(folds.reduce((sum, fold) => sum + fold, 0) / 3).toBeCloseTo(accuracy.mean, 6);
    expect(accuracy.mean).toBeGreaterThan(0.8);
  });

  test("says what is wrong with the pictures", async () => {
    const backbone = await openBackbone(smallNet());
    const one = colours(6, ["cat"]).data;
    await expect(transfer(backbone, one, ENGINE)).rejects.toThrow("there is one class only (cat)");
    const { inputs } = await colours(5).data.read([0, 1, 2, 3, 4]);
    const few = arrays({ inputs, targets: [0, 0, 1, 1, 2], classNames: ["a", "b", "c"] });
    await expect(transfer(backbone, few, ENGINE)).rejects.toThrow('class "c": fewer than two pictures');
    const bright = arrays({
      inputs: tensor("float32", [4, 12, 12, 3], new Float32Array(4 * 432).fill(200)),
      targets: [0, 0, 1, 1],
      classes: 2,
    });
    await expect(transfer(backbone, bright, ENGINE)).rejects.toThrow("values above 1, where 0 to 1 are expected");
    const { data } = colours(6);
    await expect(transfer(backbone, data, { ...ENGINE, strategy: "featurs" as "features" })).rejects.toThrow(
      "features",
    );
  });
});
