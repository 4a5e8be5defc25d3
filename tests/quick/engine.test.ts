import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  availability,
  checkEngineName,
  drawRandoms,
  ENGINE_NAMES,
  type Engine,
  type Executable,
  selectEngine,
  type Tensors,
} from "#striate/engine/index";
import { workerEngine } from "#striate/engine/worker/host";
import { StriateError } from "#striate/errors";
import { type Graph, GraphBuilder } from "#striate/graph/index";
import {
  averagePooling2d,
  conv2d,
  conv2dTranspose,
  cropping2d,
  dense,
  depthwiseConv2d,
  dropout,
  elu,
  flatten,
  globalAveragePooling2d,
  globalMaxPooling2d,
  leakyReLU,
  localResponseNormalization,
  maxPooling2d,
  normalization,
  permute,
  pReLU,
  reLU,
  rescaling,
  separableConv2d,
  softmax,
  spatialDropout2d,
  upSampling2d,
  zeroPadding2d,
} from "#striate/layers/index";
import { type Model, sequential } from "#striate/model/index";
import { add, castTo, mul } from "#striate/ops/index";
import { DTYPES, fromNumbers, type Tensor, toNumbers } from "#striate/tensor/index";
import {
  adam,
  fit,
  initialStates,
  type LossName,
  type Optimizer,
  rateTensor,
  rmsprop,
  sgd,
  trainingGraph,
} from "#striate/training/index";
import { lenet } from "#striate/zoo/index";
import { ENGINES, findEngines, startSmall } from "../support/engines.ts";
import { labels, pattern, pictures } from "../support/pattern.ts";
import { numbersOf, smallNet, striped } from "../support/runs.ts";

async function errorOf(promise: Promise<unknown>): Promise<StriateError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof StriateError)) throw new Error(`expected a StriateError, but got ${String(error)}`);
  return error;
}

test.for(ENGINES.missing)("engine $name", ({ reason }, { skip }) => skip(reason));

describe("selectEngine", () => {
  test("starts no more threads than a machine has", async () => {
    for (const threads of [0, 1.5, 1_000_000]) {
      await expect(selectEngine({ threads })).rejects.toMatchObject({
        code: "usage",
        message: `the engine: threads must be a whole number of at least 1 and at most 1024, received ${threads}`,
      });
    }
  });

  test("refuses an engine that it does not know, and lists those it does", async () => {
    const error = await errorOf(selectEngine({ engine: "abacus" }));
    expect([error.code, error.message]).toEqual([
      "usage",
      `there is no engine "abacus"; there are ${ENGINE_NAMES.join(", ")}`,
    ]);
    // Names that every object has are no engines.
    expect(() => checkEngineName("toString")).toThrow('there is no engine "toString"');
  });

  test.each([
    [
      { device: "cudda" },
      'no engine computes on "cudda"; did you mean "cuda"? There are cpu, cuda, webgpu, dml, coreml',
    ],
    [{ precision: "bfloat16" }, 'no engine computes in "bfloat16"; there are float32, float64'],
    [{ engine: "reference", device: "cuda" }, 'engine reference does not compute on "cuda"; it knows cpu'],
    [
      { engine: "reference", precision: "float32" },
      'engine reference does not compute in "float32"; did you mean "float64"? It knows float64',
    ],
    [
      { device: "cuda", precision: "float64" },
      "no engine computes in float64 on cuda; onnxruntime in float32 on cpu, cuda, webgpu, dml, coreml; ",
    ],
  ])("%j: says which devices and precisions there are", async (options, message) => {
    const error = await errorOf(selectEngine(options));
    expect(error.code).toBe("usage");
    expect(error.message).toContain(message);
  });

  test("takes the first engine that knows the precision", async () => {
    const engine = await selectEngine({ precision: "float64", inline: true });
    expect(engine.name).not.toBe("onnxruntime");
    await engine.close();
  });

  test.skipIf(!ENGINES.available.includes("onnxruntime"))(
    "a device that the build has not is said with those it has",
    async () => {
      const foreign = process.platform === "win32" ? "coreml" : "dml";
      const error = await errorOf(selectEngine({ engine: "onnxruntime", device: foreign }));
      expect([error.code, error.message.includes("cpu")]).toEqual(["engine", true]);
      expect(error.message).toContain(`engine onnxruntime is not available on ${foreign}: onnxruntime-node for `);
    },
  );

  test("takes the first available one where none is asked for", async () => {
    const engine = await selectEngine({ inline: true });
    expect(engine.name).toBe(ENGINES.available[0]);
    await engine.close();
  });

  test("the reference engine is always there", async () => {
    expect(await availability("reference")).toEqual({ available: true, version: "1" });
    expect(ENGINES.available).toContain("reference");
  });
});

describe("the engines of a test run", () => {
  const without =
    (...missing: readonly string[]) =>
    async (name: string) =>
      missing.includes(name) ? { available: false, reason: "not installed" } : { available: true, version: "1" };

  test("are those that are available, and the others with the reason", async () => {
    expect(await findEngines("", without("onnxruntime"))).toEqual({
      available: ENGINE_NAMES.filter((name) => name !== "onnxruntime"),
      missing: [{ name: "onnxruntime", reason: "not installed" }],
    });
    expect((await findEngines("reference, onnxruntime", without())).available).toEqual(ENGINE_NAMES);
  });

  test("fail the run where STRIATE_REQUIRE asks for one that is missing, or that is not known", async () => {
    await expect(findEngines("reference,onnxruntime", without("onnxruntime"))).rejects.toThrow(
      "STRIATE_REQUIRE asks for engines that are missing: onnxruntime (not installed)",
    );
    await expect(findEngines("abacus", without())).rejects.toThrow('there is no engine "abacus"');
  });
});

/** total += x * scale, with `scale` a state that no run changes; puts out the new total. */
function accumulator(): Graph {
  const g = new GraphBuilder("accumulator");
  const x = g.input("x", "float32", [2]);
  const [total, scale] = [g.state("total", "float32", [2]), g.state("scale", "float32", [])];
  const next = g.op(add, [total, g.op(mul, [x, scale])]);
  g.update(total, next);
  g.output("now", next);
  return g.build();
}

/** Reads the accumulator's states only. */
function reader(): Graph {
  const g = new GraphBuilder("reader");
  const x = g.input("x", "float32", [2]);
  g.output("sum", g.op(add, [g.state("total", "float32", [2]), x]));
  return g.build();
}

const two = (a: number, b: number) => fromNumbers("float32", [2], [a, b]);
const scalar = (x: number) => fromNumbers("float32", [], [x]);
const list = (tensor: Tensor | undefined) => Array.from(tensor?.data ?? [], Number);

const PLACES = ENGINES.available.flatMap((name) => [
  { name, place: "inline" },
  { name, place: "in a worker" },
]);

describe.each(PLACES)("$name $place", ({ name, place }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = place === "inline" ? await startSmall(name) : await selectEngine({ engine: name });
  });
  afterAll(() => engine?.close());

  async function compiled(): Promise<Executable> {
    const executable = await engine.compile(accumulator());
    await executable.writeState({ total: two(1, 2), scale: scalar(10) });
    return executable;
  }

  test("is named and available", async () => {
    expect(engine.name).toBe(name);
    expect((await engine.available()).available).toBe(true);
  });

  test("moves the states on with every run, and keeps those that no run changes", async () => {
    const executable = await compiled();
    expect(list((await executable.run({ x: two(1, 1) })).now)).toEqual([11, 12]);
    expect(list((await executable.run({ x: two(0, -1) })).now)).toEqual([11, 2]);
    expect(numbersOf(Object.entries(await executable.readState()))).toEqual({ total: [11, 2], scale: [10] });
    await executable.close();
  });

  test("reads back what was written, whole or in part, and gives copies", async () => {
    const executable = await compiled();
    await executable.writeState({ total: two(5, 6) });
    const read = await executable.readState();
    expect(read.total).toEqual(two(5, 6));
    expect(read.scale).toEqual(scalar(10));
    (read.total as Tensor<"float32">).data.fill(0);
    expect(list((await executable.readState()).total)).toEqual([5, 6]);
    await executable.close();
  });

  test("keeps states of every type to the bit", async () => {
    const g = new GraphBuilder("types");
    for (const dtype of DTYPES) g.output(`as ${dtype}`, castTo(g, g.state(dtype, dtype, [2]), "float64"));
    const executable = await engine.compile(g.build());
    const written: Record<string, Tensor> = {
      ...Object.fromEntries(DTYPES.map((dtype) => [dtype, fromNumbers(dtype, [2], [1, 0])])),
      float32: two(Math.PI, -0),
      float64: fromNumbers("float64", [2], [Math.E, 1e-300]),
      int64: fromNumbers("int64", [2], [2 ** 53 - 1, -(2 ** 40)]),
      int32: fromNumbers("int32", [2], [2 ** 31 - 1, -(2 ** 31)]),
      uint8: fromNumbers("uint8", [2], [255, 0]),
    };
    await executable.writeState(structuredClone(written));
    const read = await executable.readState();
    for (const dtype of DTYPES) expect(read[dtype], dtype).toEqual(written[dtype]);
    await executable.close();
  });

  test("executables can share their states by name", async () => {
    const first = await compiled();
    const second = await engine.compile(reader(), { sharing: first });
    await first.run({ x: two(1, 1) });
    expect(list((await second.run({ x: two(0, 0) })).sum)).toEqual([11, 12]);
    await second.writeState({ total: two(100, 200) });
    expect(list((await first.run({ x: two(1, 1) })).now)).toEqual([110, 210]);
    // What one of them closes, the other keeps.
    await first.close();
    expect(list((await second.run({ x: two(0, 0) })).sum)).toEqual([110, 210]);
    const apart = await engine.compile(reader());
    expect((await errorOf(apart.run({ x: two(0, 0) }))).message).toContain("state total has no value yet");
    await apart.close();
    await second.close();
  });

  test("names what is missing, unknown or of another type among the inputs and states", async () => {
    const executable = await compiled();
    const wrong: readonly (readonly [feeds: Tensors, message: string])[] = [
      [{}, "graph accumulator: input x was not given"],
      [{ x: two(1, 1), y: two(1, 1) }, 'graph accumulator has no input "y"; it has x'],
      [{ x: scalar(1) }, "graph accumulator: input x is float32[2], received float32[]"],
      [{ x: fromNumbers("int32", [2], [1, 1]) }, "graph accumulator: input x is float32[2], received int32[2]"],
    ];
    for (const [feeds, message] of wrong) {
      const error = await errorOf(executable.run(feeds));
      expect([error.code, error.message]).toEqual(["shape", message]);
    }
    const states: readonly (readonly [state: Tensors, message: string])[] = [
      [{ sum: scalar(1) }, 'graph accumulator has no state "sum"; it has total, scale'],
      [{ scale: two(1, 1) }, "graph accumulator: state scale is float32[], received float32[2]"],
    ];
    for (const [state, message] of states) {
      const error = await errorOf(executable.writeState(state));
      expect([error.code, error.message]).toEqual(["shape", message]);
    }
    // None of it has done anything.
    expect(list((await executable.run({ x: two(0, 0) })).now)).toEqual([1, 2]);
    await executable.close();
  });

  test("wants its states before the first run", async () => {
    const executable = await engine.compile(accumulator());
    await executable.writeState({ scale: scalar(1) });
    expect((await errorOf(executable.run({ x: two(1, 1) }))).message).toBe(
      "state total has no value yet: call writeState before the first run",
    );
    await executable.close();
  });

  test("refuses a broken graph before it runs it", async () => {
    const graph = accumulator();
    const broken = { ...graph, nodes: graph.nodes.toReversed() };
    expect((await errorOf(engine.compile(broken))).message).toContain("before anything makes it");
  });
});

interface Net {
  readonly title: string;
  readonly model: () => Model;
  readonly loss: LossName;
  readonly optimizer: Optimizer;
  readonly target: (batch: number, step: number, outputs: number) => Tensor;
}

const classes = (batch: number, step: number, outputs: number) => labels(batch, 70 + step, outputs);

/** Between them: every layer, loss and optimizer rule in a whole step. */
const NETS: readonly Net[] = [
  {
    title: "convolutions with padding same, strides, groups, dilation, pooling and dropout",
    model: () =>
      sequential({ inputShape: [11, 10, 4] }, [
        conv2d({ filters: 6, kernelSize: 3, strides: 2, padding: "same", activation: "relu" }),
        maxPooling2d({ poolSize: 3, strides: 2, padding: "same" }),
        conv2d({ filters: 8, kernelSize: [2, 3], groups: 2, padding: "same", activation: "tanh" }),
        conv2d({ filters: 5, kernelSize: 2, dilationRate: 2, padding: "same", activation: "sigmoid" }),
        averagePooling2d({ poolSize: 2, strides: 1 }),
        dropout({ rate: 0.3 }),
        globalAveragePooling2d(),
        dense({ units: 3, activation: "softmax" }),
      ]),
    loss: "sparseCategoricalCrossentropy",
    optimizer: adam({ learningRate: 0.01 }),
    target: classes,
  },
  {
    title: "pooling that overlaps, leaves a rest, or is padded",
    model: () =>
      sequential({ inputShape: [9, 9, 2] }, [
        conv2d({ filters: 4, kernelSize: 1, activation: "relu" }),
        maxPooling2d({ poolSize: 3, strides: 1 }),
        averagePooling2d({ poolSize: [3, 2], strides: 2, padding: "same" }),
        zeroPadding2d({ padding: [1, 2] }),
        maxPooling2d({ poolSize: 2 }),
        flatten(),
        dropout({ rate: 0.5 }),
        dense({ units: 4, activation: "softmax" }),
      ]),
    loss: "sparseCategoricalCrossentropy",
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
    target: classes,
  },
  {
    title: "channels first",
    model: () =>
      sequential({ inputShape: [3, 8, 6] }, [
        conv2d({ filters: 4, kernelSize: 3, dataFormat: "channelsFirst", activation: "relu" }),
        maxPooling2d({ dataFormat: "channelsFirst" }),
        flatten({ dataFormat: "channelsFirst" }),
        dense({ units: 3, activation: "softmax" }),
      ]),
    loss: "categoricalCrossentropy",
    optimizer: rmsprop({ learningRate: 0.01, momentum: 0.5, centered: true }),
    target: (batch, step, outputs) => {
      const hot = Array.from(classes(batch, step, outputs).data, (label) =>
        Array.from({ length: outputs }, (_, k) => (k === label ? 1 : 0)),
      );
      return fromNumbers("float32", [batch, outputs], hot.flat());
    },
  },
  {
    title: "depthwise and separable convolutions, normalization, parametric slopes, dropout of whole maps",
    model: () =>
      sequential({ inputShape: [9, 8, 3] }, [
        normalization({ mean: [0.1, 0.2, 0.3], variance: [1, 2, 3] }),
        depthwiseConv2d({ kernelSize: 3, strides: 2, padding: "same", depthMultiplier: 2, activation: "silu" }),
        localResponseNormalization({ depthRadius: 2, bias: 2, alpha: 0.1, beta: 0.75 }),
        pReLU({ sharedAxes: [1, 2], alphaInitializer: "randomNormal" }),
        separableConv2d({ filters: 6, kernelSize: 2, padding: "same", activation: "gelu" }),
        pReLU({ alphaInitializer: "randomNormal" }),
        spatialDropout2d({ rate: 0.3 }),
        leakyReLU(),
        globalMaxPooling2d(),
        dense({ units: 3 }),
        softmax(),
      ]),
    loss: "sparseCategoricalCrossentropy",
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
    target: classes,
  },
  {
    title: "transposed convolutions, upsampling, cropping",
    model: () =>
      sequential({ inputShape: [5, 4, 2] }, [
        conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: "same", activation: "elu" }),
        upSampling2d({ size: [1, 2], interpolation: "bilinear" }),
        conv2dTranspose({ filters: 3, kernelSize: [2, 3], strides: [1, 2], outputPadding: [0, 1] }),
        reLU({ maxValue: 1, negativeSlope: 0.1, threshold: 0.1 }),
        cropping2d({ cropping: [1, 2] }),
        permute({ dims: [2, 1, 3] }),
        upSampling2d(),
        conv2d({ filters: 2, kernelSize: 3, strides: 3, activation: "hardSwish" }),
        elu({ alpha: 0.5 }),
        flatten(),
        dense({ units: 3, activation: "softplus" }),
        rescaling({ scale: 2, offset: -1 }),
      ]),
    loss: "meanSquaredError",
    optimizer: sgd({ learningRate: 0.05 }),
    target: (batch, step, outputs) => pattern([batch, outputs], 130 + step, 4),
  },
  {
    title: "dense layers with sigmoid and binary cross-entropy",
    model: () =>
      sequential({ inputShape: [7] }, [
        dense({ units: 9, activation: "tanh" }),
        dense({ units: 2, activation: "sigmoid" }),
      ]),
    loss: "binaryCrossentropy",
    optimizer: sgd({ learningRate: 0.5 }),
    target: (batch, step, outputs) => {
      const bits = Array.from(labels(batch * outputs, 90 + step, 2).data);
      return fromNumbers("float32", [batch, outputs], bits);
    },
  },
  {
    title: "a regression by mean squared error",
    model: () => sequential({ inputShape: [5] }, [dense({ units: 8, activation: "relu" }), dense({ units: 3 })]),
    loss: "meanSquaredError",
    optimizer: adam({ learningRate: 0.05 }),
    target: (batch, step, outputs) => pattern([batch, outputs], 110 + step, 4),
  },
];

/** The losses of a few steps, and all states after them. */
async function trainedOn(engine: Engine, { model: make, loss, optimizer, target }: Net, steps = 3, batch = 6) {
  const model = make();
  const graph = trainingGraph(model, loss, optimizer, batch);
  const executable = await engine.compile(graph);
  await executable.writeState(initialStates(model, optimizer, graph));
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const result = await executable.run({
      input: pattern([batch, ...model.inputShape], 50 + step, 2),
      target: target(batch, step, model.outputShape.at(-1) ?? 1),
      learningRate: rateTensor(Number(optimizer.learningRate)),
      ...drawRandoms(graph, { seed: 3, step }),
    });
    losses.push(Number(result.loss?.data[0]));
  }
  const states = await executable.readState();
  await executable.close();
  return { losses, states };
}

/** The largest difference relative to the largest number, however small that is. */
function relativeDifference(actual: Float64Array, wanted: Float64Array): number {
  const largest = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const gap = wanted.reduce((most, x, i) => Math.max(most, Math.abs((actual[i] ?? Number.NaN) - x)), 0);
  return gap === 0 ? 0 : gap / largest;
}

describe.each(ENGINES.available.filter((name) => name !== "reference"))("training steps on %s", (name) => {
  let engine: Engine;
  let reference: Engine;
  beforeAll(async () => {
    engine = await startSmall(name);
    reference = await startSmall("reference");
  });
  afterAll(async () => {
    await engine?.close();
    await reference?.close();
  });

  test.each(NETS.map((net) => [net.title, net] as const))(
    "%s: losses and states are the reference's",
    async (_t, net) => {
      const [mine, wanted] = [await trainedOn(engine, net), await trainedOn(reference, net)];
      for (const [i, loss] of wanted.losses.entries()) {
        expect(Math.abs((mine.losses[i] ?? Number.NaN) / loss - 1), `loss of step ${i + 1}`).toBeLessThan(1e-4);
      }
      expect(Object.keys(mine.states)).toEqual(Object.keys(wanted.states));
      for (const [key, state] of Object.entries(wanted.states)) {
        const difference = relativeDifference(toNumbers(mine.states[key] as Tensor), toNumbers(state));
        expect(difference, key).toBeLessThan(1e-4);
      }
      // Something was learnt at all.
      const start = initialStates(net.model(), net.optimizer, trainingGraph(net.model(), net.loss, net.optimizer, 6));
      expect(numbersOf(Object.entries(wanted.states))).not.toEqual(numbersOf(Object.entries(start)));
    },
  );
});

describe.each(ENGINES.available)("a worker of %s", (name) => {
  test("gives the bits that the caller's own thread gives", async () => {
    const [inline, worker] = [await selectEngine({ engine: name, inline: true }), await selectEngine({ engine: name })];
    for (const net of NETS) {
      const [here, there] = [await trainedOn(inline, net), await trainedOn(worker, net)];
      expect(there.losses).toEqual(here.losses);
      expect(numbersOf(Object.entries(there.states))).toEqual(numbersOf(Object.entries(here.states)));
    }
    await worker.close();
    await inline.close();
  });

  test("goes on after an error", async () => {
    const worker = await selectEngine({ engine: name });
    const executable = await worker.compile(accumulator());
    await executable.writeState({ total: two(0, 0), scale: scalar(1) });
    const error = await errorOf(executable.run({}));
    expect([error.code, error.stack?.includes("checkTensors")]).toEqual(["shape", true]);
    expect(list((await executable.run({ x: two(1, 2) })).now)).toEqual([1, 2]);
    await worker.close();
  });
});

test("the event loop stays free while a worker computes", async () => {
  const worker = await selectEngine({ engine: "reference" });
  const model = lenet();
  const graph = trainingGraph(model, "sparseCategoricalCrossentropy", sgd(), 4);
  const executable = await worker.compile(graph);
  await executable.writeState(initialStates(model, sgd(), graph));
  const feeds = { input: pictures([4, 28, 28, 1], 1), target: labels(4, 2, 10), learningRate: rateTensor(0.01) };
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  await executable.run(feeds);
  clearInterval(timer);
  await worker.close();
  // In this thread the same step would leave room for no tick at all.
  expect(ticks).toBeGreaterThan(1);
});

test("fit in a worker, which is the default, is fit in the caller's thread, to the bit", async () => {
  const runs = [];
  for (const inline of [true, false]) {
    const model = smallNet();
    const { epochs } = await fit(model, striped(20), { inline, batchSize: 8, validation: striped(10, 5) });
    runs.push({ epochs, weights: numbersOf(model.weights) });
  }
  expect(runs[1]).toEqual(runs[0]);
});

describe("an engine in a worker", () => {
  const counter = () => {
    const g = new GraphBuilder("counter");
    const count = g.state("count", "float32", []);
    g.update(count, g.op(add, [count, g.scalar(count, 1)]));
    g.output("count", count);
    return g.build();
  };

  test("shares no states with another engine's executable", async () => {
    const [one, other] = await Promise.all([0, 1].map(() => selectEngine({ engine: "reference" })));
    const foreign = await one?.compile(counter());
    const error = await errorOf(other?.compile(counter(), foreign && { sharing: foreign }) ?? Promise.resolve());
    expect(error.message).toBe("an executable can only share the states of the same engine");
    await Promise.all([one?.close(), other?.close()]);
  });

  test("fails alone: its late exit is not that of the worker after it", async () => {
    const engine = workerEngine("abacus", {});
    const first = await errorOf(engine.available());
    const second = await errorOf(engine.available());
    expect(second.message).toBe(first.message);
    expect(first.message).toMatch(/^the worker of engine abacus failed: there is no engine "abacus"/);
    await engine.close();
  });

  test("says what cannot be sent, and waits for nothing then", async () => {
    const engine = await selectEngine({ engine: "reference" });
    const executable = await engine.compile(accumulator());
    await executable.writeState({ total: two(0, 0), scale: scalar(1) });
    const feeds = { x: two(1, 2) };
    await executable.run(feeds);
    const error = await errorOf(executable.run(feeds));
    expect([error.code, error.message]).toEqual([
      "usage",
      "tensor x has 0 numbers where its shape [2] has 2; what an engine is given belongs to it from then on: make it anew for each call",
    ]);
    // What the platform itself refuses to send.
    const odd = { ...two(1, 2), dtype: (() => {}) as never };
    expect((await errorOf(executable.writeState({ total: odd }))).message).toMatch(/^the tensors cannot be sent/);
    expect(list((await executable.run({ x: two(1, 2) })).now)).toEqual([2, 4]);
    await engine.close();
  });

  test("keeps no process alive, neither after feeds that could not be sent nor while it is closed", () => {
    const code = `
      const { selectEngine } = await import("#striate/engine/index");
      const { GraphBuilder } = await import("#striate/graph/index");
      const g = new GraphBuilder("copy");
      g.output("y", g.input("x", "float32", [1]));
      const [closed, open] = [await selectEngine({ engine: "reference" }), await selectEngine({ engine: "reference" })];
      const feeds = { x: { dtype: "float32", shape: [1], data: new Float32Array(1) } };
      const executable = await open.compile(g.build());
      await executable.run(feeds);
      const odd = { x: { ...feeds.x, dtype: () => {}, data: new Float32Array(1) } };
      await executable.run(odd).catch(() => console.log("refused"));
      const late = (await closed.compile(g.build())).run({ x: { ...feeds.x, data: new Float32Array(1) } });
      late.catch((error) => console.log(error.message));
      await closed.close();
      console.log("closed");
    `;
    const { stdout, stderr, status } = spawnSync(process.execPath, ["-e", `(async () => {${code}})()`], {
      encoding: "utf8",
      timeout: 60_000,
    });
    expect([status, stderr, stdout.split("\n").slice(0, 3)]).toEqual([
      0,
      "",
      ["refused", "engine reference is closed; select it again", "closed"],
    ]);
  });

  test("says that it is closed", async () => {
    const engine = await selectEngine({ engine: "reference" });
    const executable = await engine.compile(counter());
    await engine.close();
    expect((await errorOf(executable.readState())).message).toBe("engine reference is closed; select it again");
  });
});

test("the reference engine keeps states in their own type, as a checkpoint does", async () => {
  const engine = await selectEngine({ engine: "reference", inline: true });
  const g = new GraphBuilder("third");
  const third = g.state("third", "float32", []);
  g.update(third, g.op(mul, [third, g.scalar(third, 1 / 3)]));
  g.output("third", g.op(mul, [third, third]));
  const executable = await engine.compile(g.build());
  await executable.writeState({ third: fromNumbers("float32", [], [1]) });
  await executable.run({});
  const saved = await executable.readState();
  const [straight] = [await executable.run({})];
  await executable.writeState(saved);
  expect(await executable.run({})).toEqual(straight);
});
