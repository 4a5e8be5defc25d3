// An ONNX file with its preprocessing inside takes pictures as they are.
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { fitted } from "#striate/data/files/picturePixels";
import { encodeOnnx, modelFromOnnx } from "#striate/formats/index";
import { conv2d, dense, globalAveragePooling2d, identity, input, permute } from "#striate/layers/index";
import { model, type Preprocessing, sequential } from "#striate/model/index";
import { tensor } from "#striate/tensor/index";
import "#striate/training/index";
import { PREPROCESSING } from "#striate/zoo/index";
import { pattern } from "../support/pattern.ts";

const BYTES: Preprocessing = { channels: "RGB", scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };

/** A picture of waves and noise. */
function picture(height: number, width: number, channels = 3) {
  const noise = pattern([height, width, channels], 3, 60).data;
  const pixels = noise.map((x, i) => 128 + x + 60 * Math.sin(i / 40));
  return tensor("uint8", [height, width, channels], Uint8Array.from(Uint8ClampedArray.from(pixels)));
}

/** What a file says of one picture of its own size, by ONNX Runtime itself. */
async function said(file: Uint8Array, pixels: ReturnType<typeof picture>): Promise<Float32Array> {
  const session = await InferenceSession.create(file);
  const feeds = { [session.inputNames[0] ?? ""]: new OrtTensor("uint8", pixels.data, [1, ...pixels.shape]) };
  const outputs = await session.run(feeds);
  await session.release();
  return outputs[session.outputNames[0] ?? ""]?.data as Float32Array;
}

describe.each(["stretch", "crop", "pad"] as const)("fit %s", (fit) => {
  test.each([
    [50, 70],
    [131, 67],
    [20, 90],
    [9, 7],
    [24, 20],
    [300, 3],
  ])("%i x %i pixels become those of resizeImage, a few rounded to the next value", async (height, width) => {
    const net = sequential({ inputShape: [24, 20, 3] }, [identity()]);
    net.pictures = { preprocessing: { ...BYTES, fit } };
    const pixels = picture(height, width);
    const values = await said(encodeOnnx(net, { pictures: "uint8" }), pixels);
    const expected = fitted(pixels, fit, [24, 20]).data;
    const differences = expected.map((x, i) => Math.abs(x - (values[i] ?? Number.NaN)));
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
    expect(differences.reduce((a, b) => a + b, 0) / differences.length).toBeLessThan(0.3);
  });
});

test.each([
  ["torch", [16, 16, 3]],
  ["caffe", [16, 16, 3]],
  ["torch", [3, 16, 16]],
] as const)("values, channels and axes are those that the net takes: %s, %j", async (name, inputShape) => {
  const isFirst = inputShape[0] === 3;
  const x = input({ shape: inputShape });
  const last = isFirst ? permute({ dims: [2, 3, 1] })(x) : x;
  const maps = conv2d({ filters: 5, kernelSize: 3 })(last);
  const net = model({
    inputs: x,
    outputs: dense({ units: 4, activation: "softmax" })(globalAveragePooling2d()(maps)),
    seed: 2,
  });
  const preprocessing = PREPROCESSING[name];
  net.pictures = { classNames: ["a", "b", "c", "d"], preprocessing };
  const pixels = picture(16, 16);
  const { scale, mean, std, channels } = preprocessing;
  const prepared = Float32Array.from({ length: 768 }, (_, i) => {
    const [pixel, channel] = isFirst ? [i % 256, Math.floor(i / 256)] : [Math.floor(i / 3), i % 3];
    const value = pixels.data[3 * pixel + (channels === "BGR" ? 2 - channel : channel)] ?? 0;
    return (value / scale - (mean[channel] ?? 0)) / (std[channel] ?? 1);
  });
  const expected = await net.predict(tensor("float32", [1, ...inputShape], prepared), { engine: "reference" });
  const file = encodeOnnx(net, { pictures: "uint8" });
  const values = await said(file, pixels);
  expect(Math.max(...expected.data.map((p, i) => Math.abs(p - (values[i] ?? Number.NaN))))).toBeLessThan(1e-5);

  const read = modelFromOnnx(file);
  expect(read.inputShape).toEqual([16, 16, 3]);
  expect(read.pictures).toEqual({ classNames: ["a", "b", "c", "d"], preprocessing: BYTES });
  const bytes = tensor("float32", [1, 16, 16, 3], Float32Array.from(pixels.data));
  const again = await read.predict(bytes, { engine: "reference" });
  expect(Math.max(...expected.data.map((p, i) => Math.abs(p - (again.data[i] ?? Number.NaN))))).toBeLessThan(1e-5);
});

test("a file is a model for pictures of any one size, on any engine", async () => {
  const net = sequential({ inputShape: [12, 10, 1] }, [identity()]);
  net.pictures = { preprocessing: { channels: "grey", scale: 255, mean: [0], std: [1], fit: "pad" } };
  for (const pictures of ["uint8", "float32"] as const) {
    const file = modelFromOnnx(encodeOnnx(net, { pictures, batchSize: 1 }), { bind: { height: 40, width: 31 } });
    const pixels = picture(40, 31, 1);
    const expected = fitted(pixels, "pad", [12, 10]).data;
    for (const engine of ["reference", "onnxruntime"]) {
      const { data } = await file.predict(tensor("float32", [1, 40, 31, 1], Float32Array.from(pixels.data)), {
        engine,
      });
      expect(Math.max(...data.map((x, i) => Math.abs(255 * x - (expected[i] ?? 0))))).toBeLessThan(1.001);
    }
  }
});

test("a model that does not know its preprocessing, or takes no picture, is refused", () => {
  const net = sequential({ inputShape: [12, 10, 3] }, [identity()]);
  expect(() => encodeOnnx(net, { pictures: "uint8" })).toThrow("does not know how its pictures are prepared");
  net.pictures = { preprocessing: { ...BYTES, channels: "grey", mean: [0], std: [1] } };
  expect(() => encodeOnnx(net, { pictures: "uint8" })).toThrow("[12,10,3], which no picture is");
});
