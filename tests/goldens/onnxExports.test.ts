// Nets as PyTorch exports them, for one picture and for any number: they predict, train, and are saved and read again.
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arrays } from "#striate/data/index";
import type { Engine } from "#striate/engine/index";
import { encodeOnnx, modelFromOnnx } from "#striate/formats/index";
import { summarize } from "#striate/model/index";
import { tensor } from "#striate/tensor/index";
import { fit, predict, sgd } from "#striate/training/index";
import { closeTo } from "../support/close.ts";
import { startSmall } from "../support/engines.ts";
import { readGolden } from "../support/goldens.ts";
import { labels, pattern } from "../support/pattern.ts";

interface Export {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly inputs: string;
  readonly outputShape: readonly number[];
  readonly outputs: string;
  readonly one: string;
  readonly any: string;
}

const { nets } = readGolden<{ readonly nets: readonly Export[] }>("onnx_exports.json");

/** Nets in which the batch of 1 lies behind another dimension for a while, so that it cannot be another. */
const FIXED = new Set(["patches", "patchesTimeFirst", "ocr"]);

const CASES = nets.flatMap((net) => [
  { ...net, kind: "for a batch of 1", file: net.one, batchSize: FIXED.has(net.name) ? 1 : undefined },
  { ...net, kind: "for any batch", file: net.any, batchSize: undefined },
]);

function numbers(base64: string): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint8Array.from(Buffer.from(base64, "base64")).buffer);
}

describe("PyTorch's export", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startSmall();
  });
  afterAll(() => engine?.close());

  test.each(CASES)("of $name $kind says what PyTorch says, and so does what is saved of it", async (net) => {
    const { inputShape, outputShape, batchSize } = net;
    const x = tensor("float32", [3, ...inputShape], numbers(net.inputs));
    const right = numbers(net.outputs);
    const read = modelFromOnnx(Buffer.from(net.file, "base64"));
    expect([read.batchSize, read.inputShape, read.outputShape]).toEqual([batchSize, inputShape, outputShape]);
    closeTo((await predict(read, x, { engine })).data, right, 2e-5, "read");
    const saved = encodeOnnx(read);
    const again = modelFromOnnx(saved);
    expect([again.batchSize, again.parameters]).toEqual([batchSize, read.parameters]);
    closeTo((await predict(again, x, { engine, batchSize: 2 })).data, right, 2e-5, "saved and read again");
    const session = await InferenceSession.create(saved, { logSeverityLevel: 3, intraOpNumThreads: 1 });
    const count = batchSize ?? 3;
    const part = x.data.slice(0, (x.data.length / 3) * count);
    const { output } = await session.run({ x: new OrtTensor("float32", part, [count, ...inputShape]) });
    closeTo(output?.data as Float32Array, right.subarray(0, (right.length / 3) * count), 2e-5, "in ONNX Runtime");
  });

  test.each(["patches", "flat"])("of %s for a batch of 1 trains as that for any batch", async (name) => {
    const net = nets.find((one) => one.name === name);
    const [one, any] = [net?.one ?? "", net?.any ?? ""].map((file) => modelFromOnnx(Buffer.from(file, "base64")));
    if (!net || !one || !any) throw new Error(`there is no net ${name}`);
    const classes = net.outputShape[0] ?? 0;
    const inputs = pattern([7, ...net.inputShape], 1);
    const data = arrays({ inputs, targets: labels(7, 2, classes), classes });
    const options = { engine, epochs: 2, batchSize: 3, optimizer: sgd({ learningRate: 0.1 }), shuffle: false };
    const loss = "sparseCategoricalCrossentropy";
    const train = async (model: typeof one) => (await fit(model, data, { ...options, loss })).epochs.map((e) => e.loss);
    closeTo(await train(one), await train(any), 1e-5, "losses");
  });

  test("of a group normalization: its ones and zeros, and those of an instance normalization without weights, are no weights", () => {
    const norms = nets.find(({ name }) => name === "norms");
    const read = modelFromOnnx(Buffer.from(norms?.one ?? "", "base64"));
    const names = read.weightSpecs.map(({ key }) => key.replace("graph/", ""));
    const layers = ["conv.weight", "conv.bias", "affine.weight", "affine.bias", "fc.weight", "fc.bias"];
    expect(names.filter((name) => !name.startsWith("onnx::"))).toEqual(layers);
    // The scale and the offset of the group normalization, which PyTorch's exporter gives the shape of a picture.
    expect(names.filter((name) => name.startsWith("onnx::"))).toHaveLength(2);
  });

  test("has all results inside among the activations of a summary", () => {
    const unet = modelFromOnnx(Buffer.from(nets.find(({ name }) => name === "unet")?.any ?? "", "base64"));
    // 7x9: two convolutions with Relu, the second one half as large, upsampled, put together, and the output.
    const numbers = 2 * 4 * 63 + 2 * 4 * 20 + 4 * 63 + 8 * 63 + 2 * 63;
    expect(summarize(unet).activationBytes).toBe(4 * numbers);
  });
});
