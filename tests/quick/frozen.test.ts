// The frozen part of a net: where it ends, and that computing it once changes nothing.
import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { derived } from "#striate/data/derived";
import {
  arrays,
  augment,
  augmentedVersions,
  type Dataset,
  imageFolder,
  randomFlip,
  type SingleInputDataset,
  weighted,
} from "#striate/data/index";
import { pick } from "#striate/data/split";
import type { Engine, Tensors } from "#striate/engine/index";
import { drawRandoms } from "#striate/engine/index";
import { encodeOnnx, modelFromOnnx } from "#striate/formats/index";
import { type Graph, results, sources, type Value } from "#striate/graph/index";
import {
  add,
  batchNormalization,
  concatenate,
  conv2d,
  dense,
  dropout,
  flatten,
  globalAveragePooling2d,
  input,
  maxPooling2d,
} from "#striate/layers/index";
import { type Model, model, sequential } from "#striate/model/index";
import { interpret } from "#striate/ops/index";
import { fromNumbers, tensor, toNumbers } from "#striate/tensor/index";
import { minimumCut } from "#striate/training/frozen/minimumCut";
import { splitFrozen } from "#striate/training/frozen/split";
import {
  adam,
  type Callback,
  type FitOptions,
  fit,
  initialStates,
  modelCheckpoint,
  rateTensor,
  sgd,
  trainingGraph,
} from "#striate/training/index";
import { onEngine } from "../support/compositions.ts";
import { startSmall } from "../support/engines.ts";
import { pattern, pictures } from "../support/pattern.ts";
import { temporaryFolder, writePictures } from "../support/pictureFolder.ts";
import { randomStack } from "../support/randomStack.ts";
import { numbersOf, striped } from "../support/runs.ts";

let reference: Engine;
let engine: Engine;
beforeAll(async () => {
  reference = await startSmall("reference");
  engine = await startSmall();
});
afterAll(async () => {
  await reference?.close();
  await engine?.close();
});

function freeze(net: Model, count: number): void {
  for (const { layer } of net.layers.slice(0, count)) layer.trainable = false;
}

const BATCH = 3;

function stepOf(net: Model): Graph {
  return trainingGraph(net, "meanSquaredError", sgd({ learningRate: 0.1, momentum: 0.9 }), BATCH);
}

function frontierOf(net: Model): readonly (readonly number[])[] | undefined {
  const split = splitFrozen(stepOf(net), net.inputNames);
  return split && Object.values(split.prefix.outputs).map(({ shape }) => shape);
}

async function parts(on: Engine, net: Model, seed: number): Promise<{ whole: Tensors; apart: Tensors } | undefined> {
  const graph = stepOf(net);
  const split = splitFrozen(graph, net.inputNames);
  if (!split) return undefined;
  const run = onEngine(on);
  const feedsOf = (g: Graph, from: Tensors) =>
    Object.fromEntries(g.inputs.flatMap(({ name }) => (from[name] ? [[name, from[name]]] : [])));
  const feeds: Tensors = {
    ...Object.fromEntries(graph.inputs.map(({ name, shape }, i) => [name, pattern(shape, 10 + seed + i, 2)])),
    learningRate: rateTensor(1),
  };
  const randoms = drawRandoms(graph, { seed, step: 0 });
  const states = initialStates(net, sgd({ learningRate: 0.1, momentum: 0.9 }), graph);
  const some = (g: Graph) => Object.fromEntries(g.states.map(({ now }) => [now.name, states[now.name]])) as Tensors;
  const frontier = await run(split.prefix, feedsOf(split.prefix, feeds), some(split.prefix));
  return {
    whole: await run(graph, { ...feeds, ...randoms }, some(graph)),
    apart: await run(split.rest, { ...feedsOf(split.rest, { ...feeds, ...frontier }), ...randoms }, some(split.rest)),
  };
}

test("the cheapest set that stands on every way is found, the last of several", () => {
  // 0 -> 1 -> {2, 3} -> 4 -> 5: each of 1 and 4 stands on every way.
  const edges = [
    [0, 1],
    [1, 2],
    [1, 3],
    [2, 4],
    [3, 4],
    [4, 5],
  ] as const;
  const cut = (costs: number[]) => minimumCut({ costs, edges, sources: [0], sinks: [5] });
  expect(cut([9, 5, 2, 2, 5, 9])).toEqual([2, 3]);
  expect(cut([9, 4, 9, 9, 4, 9])).toEqual([4]);
  expect(cut([1, 4, 9, 9, 4, 9])).toEqual([0]);
});

test("the two parts of random stacks compute what the whole does: to the bit in float64, and on an engine to rounding", async () => {
  let count = 0;
  for (let seed = 0; seed < 30; seed++) {
    const { model: net } = randomStack(seed);
    freeze(net, Math.ceil(net.layers.length / 2));
    const graph = stepOf(net);
    const split = splitFrozen(graph, net.inputNames);
    if (!split) continue;
    count++;
    const states = initialStates(net, sgd({ learningRate: 0.1, momentum: 0.9 }), graph);
    const randoms = drawRandoms(graph, { seed, step: 0 });
    const reals = (value: Value) => {
      const given = states[value.name] ?? randoms[value.name] ?? pattern(value.shape, 10 + seed, 2);
      return [value, { shape: value.shape, data: toNumbers(given) }] as const;
    };
    const frontier = interpret(split.prefix, new Map(sources(split.prefix).map(reals)));
    const rest = interpret(split.rest, new Map([...sources(split.rest).map(reals), ...frontier]));
    const whole = interpret(graph, new Map(sources(graph).map(reals)));
    for (const value of results(graph))
      expect(rest.get(value), `seed ${seed}: ${value.name}`).toEqual(whole.get(value));
    const found = seed < 12 ? await parts(engine, net, seed) : undefined;
    for (const [name, given] of Object.entries(found?.whole ?? {})) {
      const mine = toNumbers(found?.apart[name] ?? fromNumbers("float32", [0], []));
      for (const [i, x] of toNumbers(given).entries()) {
        if (Number.isFinite(x))
          expect(Math.abs((mine[i] ?? Number.NaN) - x), name).toBeLessThan(1e-4 * Math.max(1, Math.abs(x)));
      }
    }
  }
  expect(count).toBeGreaterThan(12);
});

test("what a row of the frontier becomes depends on its own example alone", async () => {
  let count = 0;
  for (let seed = 0; seed < 30; seed++) {
    const { model: net } = randomStack(seed);
    freeze(net, net.layers.length - 1);
    const graph = stepOf(net);
    const split = splitFrozen(graph, net.inputNames);
    if (!split) continue;
    count++;
    const states = initialStates(net, sgd({ learningRate: 0.1, momentum: 0.9 }), graph);
    const used = Object.fromEntries(split.prefix.states.map(({ now }) => [now.name, states[now.name]])) as Tensors;
    const rows = async (k: number) => {
      const feeds = split.prefix.inputs.map(({ name, shape }) => {
        const [one, other] = [pattern(shape, 1, 2), pattern(shape, k, 2)];
        const size = one.data.length / BATCH;
        other.data.set(one.data.subarray(0, size));
        return [name, other] as const;
      });
      const outputs = await onEngine(reference)(split.prefix, Object.fromEntries(feeds), used);
      return Object.keys(split.prefix.outputs).map((name) => {
        const numbers = toNumbers(outputs[name] ?? fromNumbers("float32", [0], []));
        return [...numbers.slice(0, numbers.length / BATCH)];
      });
    };
    expect(await rows(2), `seed ${seed}`).toEqual(await rows(3));
  }
  expect(count).toBeGreaterThan(12);
});

/** Two inputs, a residual block with batch normalization, two branches, and a head behind a pooling. */
function branched(): Model {
  const [a, b] = [input({ shape: [8, 8, 3], name: "a" }), input({ shape: [8, 8, 1], name: "b" })];
  const stem = conv2d({ name: "stem", filters: 4, kernelSize: 3, padding: "same" })(a);
  const block = conv2d({ name: "block", filters: 4, kernelSize: 3, padding: "same" })(stem);
  const sum = add({ name: "sum" })([stem, batchNormalization({ name: "bn" })(block)]);
  const other = conv2d({ name: "other", filters: 2, kernelSize: 3, padding: "same", activation: "relu" })(b);
  const both = concatenate({ name: "both" })([sum, other]);
  const pooled = globalAveragePooling2d({ name: "pooled" })(both);
  return model({ inputs: [a, b], outputs: dense({ name: "out", units: 2 })(pooled) });
}

test("the frontier lies where the fewest bytes are: behind a pooling, and around what is trained", async () => {
  const net = branched();
  expect(frontierOf(net)).toBeUndefined();
  for (const { name, layer } of net.layers) layer.trainable = name === "out";
  expect(frontierOf(net)).toEqual([[BATCH, 6]]);
  // The residual block is trained: its input, and the other branch, whose maps are narrower than their sum.
  for (const { name, layer } of net.layers) layer.trainable = ["out", "block"].includes(name);
  expect(frontierOf(net)?.map((shape) => shape[1])).toEqual([4, 2]);
  const found = await parts(engine, net, 1);
  expect(numbersOf(Object.entries(found?.apart ?? {}))).toEqual(numbersOf(Object.entries(found?.whole ?? {})));
});

test("batch normalization that learns statistics is not frozen, and what is random is not", () => {
  const net = sequential({ inputShape: [8, 8, 3] }, [
    conv2d({ name: "conv", filters: 2, kernelSize: 3 }),
    batchNormalization({ name: "bn" }),
    globalAveragePooling2d(),
    dropout({ rate: 0.5 }),
    dense({ name: "hidden", units: 4 }),
    dense({ name: "out", units: 2 }),
  ]);
  for (const { name, layer } of net.layers) layer.trainable = name === "out" || name === "bn";
  expect(frontierOf(net)).toEqual([[BATCH, 2, 6, 6]]);
  for (const { name, layer } of net.layers) layer.trainable = name === "out";
  expect(frontierOf(net)).toEqual([[BATCH, 2]]);
});

test("a net that was read from ONNX is split by its graph", async () => {
  const net = sequential({ inputShape: [8, 8, 3] }, [
    conv2d({ filters: 2, kernelSize: 3, activation: "relu" }),
    maxPooling2d(),
    flatten(),
    dense({ units: 5 }),
    dense({ units: 2 }),
  ]);
  const read = await modelFromOnnx(encodeOnnx(net));
  const last = read.weightSpecs.slice(-2).map(({ key }) => key);
  for (const { key, variable } of read.weightSpecs) variable.trainable = last.includes(key);
  expect(frontierOf(read)).toEqual([[BATCH, 5]]);
});

/** Frozen convolutions, dropout behind them, a head that is trained. */
function frozenNet(): Model {
  const net = sequential({ name: "small", inputShape: [6, 6, 1], seed: 1 }, [
    conv2d({ name: "conv", filters: 6, kernelSize: 3, padding: "same", activation: "relu" }),
    conv2d({ name: "conv2", filters: 6, kernelSize: 3, padding: "same", activation: "relu" }),
    globalAveragePooling2d(),
    dropout({ name: "drop", rate: 0.25 }),
    dense({ name: "out", units: 3, activation: "softmax" }),
  ]);
  for (const { name, layer } of net.layers) layer.trainable = name === "out";
  return net;
}

/** The data, and how many examples were read. */
function counted(data: SingleInputDataset) {
  const read = { count: 0 };
  const counting = derived(data, {
    ...(data.versions !== undefined && { versions: data.versions }),
    signatures: async () => data.signatures?.(),
    read(indices, options) {
      read.count += indices.length;
      return data.read(indices, options);
    },
  });
  return { data: counting, read };
}

async function trained(data: Dataset, options: FitOptions, net = frozenNet()) {
  const { epochs } = await fit(net, data, {
    engine,
    epochs: 4,
    batchSize: 16,
    validation: striped(20, 5),
    optimizer: adam({ learningRate: 0.01 }),
    metrics: ["accuracy"],
    ...options,
  });
  return { epochs, weights: numbersOf(net.weights) };
}

const train = striped(40) as SingleInputDataset;

test("training with the frozen part computed once gives the same history and weights, and reads each version once", async () => {
  const versions = augmentedVersions(augment(train, [randomFlip()], { seed: 4 }), 2);
  const sampleWeights = Array.from({ length: 40 }, (_, i) => 0.5 + (i % 3));
  for (const data of [train, versions, weighted(train, sampleWeights), weighted(versions, sampleWeights)]) {
    const { data: counting, read } = counted(data);
    const cached = await trained(counting, {});
    expect(read.count).toBe(40 * ((data.versions ?? 0) ? (data === train ? 1 : (data.versions ?? 0)) : 4));
    expect(cached).toEqual(await trained(data, { cacheFrozen: false }));
  }
});

test("gradients that are added up over steps, and several inputs, go with it", async () => {
  const accumulating = { optimizer: adam({ learningRate: 0.01, gradientAccumulationSteps: 2 }) };
  expect(await trained(train, accumulating)).toEqual(await trained(train, { ...accumulating, cacheFrozen: false }));
  const data = arrays({
    inputs: { a: pictures([20, 8, 8, 3], 1), b: pictures([20, 8, 8, 1], 2) },
    targets: tensor("float32", [20, 2], pattern([20, 2], 3).data),
  });
  const runs = [true, false].map(async (cacheFrozen) => {
    const net = branched();
    for (const { name, layer } of net.layers) layer.trainable = name === "out";
    return trained(data, { loss: "meanSquaredError", metrics: [], validation: data, batchSize: 8, cacheFrozen }, net);
  });
  const [cached, plain] = await Promise.all(runs);
  for (const [key, numbers] of Object.entries(plain?.weights ?? {})) {
    for (const [i, x] of numbers.entries()) expect(cached?.weights[key]?.[i]).toBeCloseTo(x, 6);
  }
});

test("data that never repeats, a budget that is too small and a part that is all trained are trained as before", async () => {
  for (const [data, options] of [
    [augment(train, [randomFlip()]), {}],
    [train, { cacheFrozen: { memoryBytes: 100 } }],
  ] as const) {
    const { data: counting, read } = counted(data);
    await trained(counting, options);
    expect(read.count).toBe(160);
  }
});

test("a run that is resumed in the middle of an epoch ends as one that was not stopped", async () => {
  const path = join(temporaryFolder(), "checkpoint.safetensors");
  const whole = await trained(train, {});
  const stopper = new AbortController();
  const stop: Callback = { name: "stop", onBatchEnd: ({ step }) => (step === 4 ? stopper.abort() : undefined) };
  const callbacks = [modelCheckpoint({ path }), stop];
  await expect(trained(train, { callbacks, signal: stopper.signal })).rejects.toThrow("interrupted");
  expect(await trained(train, { resume: path })).toEqual(whole);
});

test("weights that are written while training are those that the frozen part is computed by", async () => {
  const other = frozenNet();
  const changed = new Map(
    [...other.weights].map(([key, { shape }], i) => [key, tensor("float32", shape, pattern(shape, 7 + i).data)]),
  );
  const write: Callback = {
    name: "write",
    onEpochEnd: async ({ epoch }, run) => {
      if (epoch === 2) await run.writeWeights(changed);
    },
  };
  const cached = await trained(train, { callbacks: [write] });
  expect(cached).toEqual(await trained(train, { callbacks: [write], cacheFrozen: false }));
});

test("a folder keeps it for the next run, and not for other weights or changed pictures", async () => {
  const [folder, photos] = [temporaryFolder(), temporaryFolder()];
  const files = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`${"ab"[i % 2]}/${i}.png`, 20 * i]));
  await writePictures(photos, files);
  const net = () => {
    const made = sequential({ name: "net", inputShape: [8, 8, 3], seed: 2 }, [
      conv2d({ name: "conv", filters: 4, kernelSize: 3 }),
      globalAveragePooling2d(),
      dense({ name: "out", units: 2, activation: "softmax" }),
    ]);
    freeze(made, 2);
    return made;
  };
  const run = async (made = net()) => {
    const { train: pictures } = await imageFolder(photos, { size: 8 });
    const { data, read } = counted(
      pick(augmentedVersions(augment(pictures, [randomFlip()]), 2), [...Array(10).keys()]),
    );
    const notes: string[] = [];
    const cacheFrozen = { folder, onNote: (note: string) => notes.push(note) };
    const options = { cacheFrozen, batchSize: 4, validation: pick(pictures, [10, 11]) };
    const result = await trained(data, options, made);
    return { ...result, notes, read: read.count };
  };
  const first = await run();
  expect(first.read).toBe(20);
  const again = await run();
  expect(again).toEqual({ ...first, read: 0 });
  await writeFile(join(photos, "a/0.png"), await readFile(join(photos, "b/11.png")));
  expect((await run()).read).toBe(2);
  const other = net();
  other.setWeights(new Map([...other.weights].map(([key, { shape }], i) => [key, pattern(shape, 3 + i)])));
  expect((await run(other)).read).toBe(20);
  // A file that is damaged is computed again.
  for (const name of await readdir(folder)) await writeFile(join(folder, name), "STRROWS1 and nothing more");
  expect((await run()).read).toBe(20);
});

test("a folder that cannot be written is told once, and the run goes on", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "file");
  await writeFile(file, "");
  await chmod(file, 0o400);
  const notes: string[] = [];
  const onNote = (note: string) => notes.push(note);
  const plain = await trained(train, { cacheFrozen: false });
  expect(await trained(train, { cacheFrozen: { folder: join(file, "below"), onNote } })).toEqual(plain);
  expect(notes).toHaveLength(2);
  expect(notes[0]).toContain("takes no more");
  expect(await trained(train, { cacheFrozen: { folder, diskBytes: 10, onNote } })).toEqual(plain);
});
