import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { arrays } from "#striate/data/index";
import { encodeOnnx, modelFromOnnx } from "#striate/formats/index";
import { print } from "#striate/graph/index";
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
  localResponseNormalization,
  maxPooling2d,
} from "#striate/layers/index";
import { type Model, model, sequential } from "#striate/model/index";
import { readOnnxGraph } from "#striate/onnx/index";
import { fromNumbers, type Tensor } from "#striate/tensor/index";
import { encodeTrainingStep, fit, predict, sgd } from "#striate/training/index";
import { buildNet, NET_NAMES } from "#striate/zoo/index";
import { closeTo } from "../support/close.ts";
import { startSmall } from "../support/engines.ts";
import { labels, pattern, pictures } from "../support/pattern.ts";
import { zooWeights } from "../support/zooWeights.ts";

/** A net with branches, statistics, dropout and a flatten that knows the batch. */
function net(): Model {
  const x = input({ shape: [8, 8, 2] });
  const stem = conv2d({ filters: 4, kernelSize: 3, padding: "same", activation: "relu", name: "stem" })(x);
  const normal = batchNormalization({ name: "bn" })(localResponseNormalization()(stem));
  const both = concatenate()([add()([stem, normal]), stem]);
  const flat = flatten()(maxPooling2d()(dropout({ rate: 0.25, name: "drop" })(both)));
  const y = dense({ units: 3, activation: "softmax", name: "out" })(flat);
  const made = model({ inputs: x, outputs: y, name: "branches", seed: 3 });
  const variances = fromNumbers("float32", [4], [0.5, 0.8, 1, 2]) as Tensor<"float32">;
  made.setWeights(new Map([["bn/movingVariance", variances]]));
  return made;
}

function session(bytes: Uint8Array) {
  return InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
}

function toRuntime(tensors: Readonly<Record<string, Tensor>>): Record<string, OrtTensor> {
  const convert = ({ dtype, shape, data }: Tensor) =>
    new OrtTensor(dtype as "float32", data as Float32Array, [...shape]);
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, convert(tensor)]));
}

test("an ONNX file for inference takes any batch, in ONNX Runtime and read again", async () => {
  const made = net();
  const bytes = encodeOnnx(made);
  const runtime = await session(bytes);
  const engine = await startSmall();
  for (const count of [1, 5]) {
    const x = pattern([count, 8, 8, 2], count, 2);
    const wanted = (await predict(made, x, { engine })).data;
    const { output } = await runtime.run(toRuntime({ input: x }));
    closeTo(output?.data as Float32Array, wanted, 1e-6, "in ONNX Runtime");
    closeTo((await predict(modelFromOnnx(bytes), x, { engine })).data, wanted, 1e-6, "read again");
  }
  await engine.close();
});

test("a file keeps standard operators as they are", () => {
  const text = print(readOnnxGraph(encodeOnnx(net()), { bind: { batch: 1 } }));
  for (const op of ["Conv", "LRN", "BatchNormalization", "Concat", "MaxPool", "Gemm", "Softmax"]) {
    expect(text).toContain(` = ${op}(`);
  }
});

describe("a model read from ONNX", () => {
  test("trains as the model that it was made of", async () => {
    const made = sequential({ inputShape: [6, 6, 1] }, [
      conv2d({ filters: 3, kernelSize: 3, activation: "relu" }),
      globalAveragePooling2d(),
      dense({ units: 3, activation: "softmax" }),
    ]);
    const read = modelFromOnnx(encodeOnnx(made), { name: "made.onnx" });
    expect([read.name, read.parameters, read.inputShape]).toEqual(["made", made.parameters, [6, 6, 1]]);
    const data = arrays({ inputs: pattern([12, 6, 6, 1], 1), targets: labels(12, 2, 3), classes: 3 });
    const engine = await startSmall();
    const options = { engine, epochs: 3, batchSize: 5, optimizer: sgd({ learningRate: 0.1 }) };
    const losses = async (trained: Model) => (await fit(trained, data, options)).epochs.map(({ loss }) => loss);
    closeTo(await losses(read), await losses(made), 1e-6, "losses");
    await engine.close();
  });

  test("drops in training, keeps its statistics, and freezes by name and pattern", async () => {
    const read = modelFromOnnx(encodeOnnx(net()));
    const learns = () => read.weightSpecs.filter(({ trainable }) => trainable).map(({ key }) => key);
    const all = ["stem/kernel", "stem/bias", "bn/gamma", "bn/beta", "out/kernel", "out/bias"];
    expect(learns().sort()).toEqual(all.map((name) => `graph/${name}`).sort());
    read.freeze("graph/stem/*", /bias$/);
    expect(learns()).toEqual(["graph/bn/gamma", "graph/bn/beta", "graph/out/kernel"]);
    const before = new Map(read.weights);
    const data = arrays({ inputs: pattern([8, 8, 8, 2], 1), targets: labels(8, 2, 3), classes: 3 });
    await fit(read, data, { engine: "reference", optimizer: sgd({ learningRate: 0.1 }) });
    const changed = [...read.weights].filter(([key, { data }]) => String(data) !== String(before.get(key)?.data));
    expect(changed.map(([key]) => key).sort()).toEqual(["graph/bn/beta", "graph/bn/gamma", "graph/out/kernel"]);
  });
});

test("a training step is one ONNX file, which learns in ONNX Runtime and can be read again", async () => {
  const batchSize = 6;
  const file = encodeTrainingStep(net(), { optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), batchSize });
  expect(file.inputs).toEqual(["input", "target", "learningRate", "drop/random"]);
  expect(file.random).toEqual([{ name: "drop/random", distribution: "uniform" }]);
  const given: Record<string, Tensor> = {
    input: pattern([batchSize, 8, 8, 2], 1),
    target: labels(batchSize, 2, 3),
    learningRate: fromNumbers("float32", [], [0.1]),
    "drop/random": pictures([batchSize, 8, 8, 8], 4),
  };
  const runtime = await session(file.bytes);
  const feeds = toRuntime(given);
  let states = toRuntime(file.states);
  const losses: number[] = [];
  for (let step = 0; step < 4; step++) {
    const outputs = await runtime.run({ ...feeds, ...states });
    losses.push(Number(outputs.loss?.data[0]));
    for (const [state, next] of Object.entries(file.next)) states = { ...states, [state]: outputs[next] as OrtTensor };
  }
  expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
  const engine = await startSmall("reference");
  const executable = await engine.compile(readOnnxGraph(file.bytes));
  const { loss } = await executable.run({ ...given, ...file.states });
  closeTo(loss?.data as Float32Array, [losses[0] ?? 0], 1e-5, "the first loss on reference");
  await engine.close();
});

/** Each net small, with the weights of the zoo's goldens, so that nothing vanishes on the way. */
function smallNet(name: string): Model {
  if (name.startsWith("lenet")) return buildNet(name);
  if (/^inception-[nb]/.test(name)) return buildNet(name, { inputShape: [7, 7, 192] });
  const size = /^(alexnet|inception)/.test(name) ? 96 : 64;
  return buildNet(name, { inputShape: [size, size, 3], classes: 5 });
}

describe("every net of the zoo goes to ONNX and back, with every number:", () => {
  test.each(NET_NAMES)("%s", async (name) => {
    const made = smallNet(name);
    made.setWeights(zooWeights(made));
    const read = modelFromOnnx(encodeOnnx(made));
    expect([read.inputShape, read.outputShape]).toEqual([made.inputShape, made.outputShape]);
    // LeNet-5's table of connections and Inception-v3's missing gammas are constants here and initializers there.
    expect(read.parameters).toBeGreaterThanOrEqual(made.parameters);
    const engine = await startSmall();
    const pictures = pattern([2, ...made.inputShape], 7, 2);
    const wanted = await predict(made, pictures, { engine });
    closeTo((await predict(read, pictures, { engine })).data, wanted.data, 1e-6, name);
    await engine.close();
  });
});
