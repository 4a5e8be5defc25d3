// A model knows its pictures: class names and preprocessing travel with it.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { arrays } from "#striate/data/index";
import { encodeZip, openFile, openZip } from "#striate/files/index";
import { decodeSafetensors, loadModel, saveModel } from "#striate/formats/index";
import { batchNormalization, conv2d, dense, flatten } from "#striate/layers/index";
import {
  largestBatchNormMomentum,
  limitBatchNormMomentum,
  type ModelPictures,
  momentumForSteps,
  sequential,
  unitPreprocessing,
} from "#striate/model/index";
import { writePreprocessed } from "#striate/model/preprocess";
import "#striate/training/index";
import { tensor } from "#striate/tensor/index";
import { PREPROCESSING, preprocessInput } from "#striate/zoo/index";
import { temporaryFolder } from "../support/pictureFolder.ts";
import { numbersOf } from "../support/runs.ts";

const PICTURES: ModelPictures = {
  classNames: ["a cat", "ein Hund ü", '"'],
  preprocessing: { ...PREPROCESSING.torch, fit: "crop" },
};

function net() {
  const layers = [conv2d({ filters: 2, kernelSize: 3 }), flatten(), dense({ units: 3, activation: "softmax" })];
  return sequential({ inputShape: [6, 6, 3] }, layers);
}

test.each([".keras", ".onnx"])("they are in a %s file, and of what is read from it in the next one", async (ending) => {
  const folder = temporaryFolder();
  const model = net();
  model.pictures = PICTURES;
  await saveModel(model, join(folder, `a${ending}`));
  const read = await loadModel(join(folder, `a${ending}`));
  expect(read.pictures).toEqual(PICTURES);
  await saveModel(read, join(folder, "b.onnx"));
  expect((await loadModel(join(folder, "b.onnx"))).pictures).toEqual(PICTURES);
  await saveModel(read, join(folder, "c.safetensors"));
  const { metadata } = decodeSafetensors(await readFile(join(folder, "c.safetensors")), "c");
  expect(JSON.parse(metadata["striate.pictures"] ?? "")).toEqual(PICTURES);
  if (ending === ".onnx") return;
  const other = net();
  await other.loadWeights(join(folder, "c.safetensors"));
  expect(other.pictures).toEqual(PICTURES);
});

test("a model that knows nothing of its pictures says nothing", async () => {
  const folder = temporaryFolder();
  for (const ending of [".keras", ".onnx"]) {
    await saveModel(net(), join(folder, `a${ending}`));
    expect((await loadModel(join(folder, `a${ending}`))).pictures).toBeUndefined();
  }
});

test.each(["no JSON", "[]", '{"classNames":[]}', '{"classNames":[1]}', '{"preprocessing":{"scale":0}}', '{"more":1}'])(
  "a file that says %s of its pictures is refused",
  async (text) => {
    const path = join(temporaryFolder(), "a.keras");
    await saveModel(net(), path);
    const file = await openFile(path);
    const zip = await openZip(file, path);
    const entries = await Promise.all(
      [...zip.entries.keys()].map(async (name) => ({ name, data: await zip.read(name, 1e6) })),
    );
    await file.close();
    const metadata = new TextEncoder().encode(JSON.stringify({ "striate.pictures": text }));
    const changed = entries.map(({ name, data }) => ({ name, data: name === "metadata.json" ? metadata : data }));
    await writeFile(path, Buffer.concat(await encodeZip(changed)));
    await expect(loadModel(path)).rejects.toMatchObject({
      code: "data",
      message: expect.stringContaining("its striate.pictures"),
    });
  },
);

test("pictures are prepared as for published weights, in the order of axes that a model has", () => {
  const bytes = Uint8Array.from({ length: 2 * 4 * 3 }, (_, i) => (i * 37) % 256);
  const layout = { height: 2, width: 4, channels: 3 } as const;
  for (const mode of ["caffe", "tf", "torch", "lite"] as const) {
    const [last, first] = [new Float32Array(24), new Float32Array(24)];
    writePreprocessed(bytes, PREPROCESSING[mode], { ...layout, channelsFirst: false }, last);
    writePreprocessed(bytes, PREPROCESSING[mode], { ...layout, channelsFirst: true }, first);
    const wanted = preprocessInput(mode, { dtype: "uint8", shape: [1, 2, 4, 3], data: bytes }).data;
    expect(last).toEqual(wanted);
    expect(first).toEqual(Float32Array.from(last, (_, i) => wanted[(i % 8) * 3 + Math.floor(i / 8)] ?? Number.NaN));
  }
  const unit = unitPreprocessing(1);
  const grey = new Float32Array(8);
  if (unit) writePreprocessed(bytes, unit, { ...layout, channels: 1, channelsFirst: false }, grey);
  expect(grey).toEqual(Float32Array.from(grey, (_, i) => Math.fround((bytes[i] ?? 0) / 255)));
  expect(unitPreprocessing(2)).toBeUndefined();
});

test("batch normalization gets a momentum that fits the steps of a run, in models in models, unless it is frozen", async () => {
  const inner = sequential({ inputShape: [4], name: "inner" }, [batchNormalization({ momentum: 0.999 })]);
  const frozen = batchNormalization({ trainable: false });
  const model = sequential({ inputShape: [4] }, [
    inner,
    frozen,
    batchNormalization({ momentum: 0.5 }),
    dense({ units: 2 }),
  ]);
  expect(largestBatchNormMomentum(model)).toBe(0.999);
  expect([momentumForSteps(5), momentumForSteps(50), momentumForSteps(100_000)]).toEqual([0, 0.8, 0.9999]);
  limitBatchNormMomentum(model, 0.8);
  expect(largestBatchNormMomentum(model)).toBe(0.8);
  const momenta = [inner.layers[0]?.layer, frozen, model.layers[2]?.layer].map((layer) => layer?.config.momentum);
  expect(momenta).toEqual([0.8, undefined, 0.5]);
  expect(largestBatchNormMomentum(net())).toBeUndefined();
  // It is what training moves by, and what is saved.
  const one = sequential({ inputShape: [1] }, [batchNormalization({ name: "bn", momentum: 0.99 })]);
  limitBatchNormMomentum(one, 0.25);
  const data = arrays({
    inputs: tensor("float32", [2, 1], Float32Array.of(3, 5)),
    targets: tensor("float32", [2, 1], new Float32Array(2)),
  });
  await one.fit(data, { batchSize: 2, loss: "meanSquaredError", engine: "reference", inline: true });
  expect(numbersOf(one.weights)["bn/movingMean"]).toEqual([3]);
  const path = join(temporaryFolder(), "bn.keras");
  await saveModel(one, path);
  expect(largestBatchNormMomentum(await loadModel(path))).toBe(0.25);
});
