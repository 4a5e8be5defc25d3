import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { withHdf5 } from "#striate/formats/hdf5/index";
import { loadKeras, loadModel, loadTfjs } from "#striate/formats/index";

const folder = mkdtempSync(join(tmpdir(), "striate-tfjs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The Keras 2 golden as the converter of TensorFlow.js writes it: weights named without the model around them. */
async function writeModel(path: string, change: (name: string) => string = (name) => name): Promise<void> {
  const file = new URL("../goldens/keras/keras2.h5", import.meta.url).pathname;
  const bytes = readFileSync(file);
  const model = await loadKeras(file);
  const config = await withHdf5({ bytes }, file, async ({ contents }) => contents.groups.get("")?.model_config);
  const own: Record<string, string> = { movingMean: "moving_mean", movingVariance: "moving_variance" };
  const weights = [...model.weights].map(([key, { shape, data }]) => {
    const [layer = "", name = ""] = key.split("/").slice(-2);
    return { name: change(`${layer.replace("block_", "block/")}/${own[name] ?? name}`), shape, data };
  });
  const shard = Buffer.concat(weights.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)));
  writeFileSync(join(folder, "group1-shard1of1.bin"), shard);
  const specs = weights.map(({ name, shape }) => ({ name, shape, dtype: "float32" }));
  writeFileSync(
    path,
    JSON.stringify({
      format: "layers-model",
      modelTopology: { keras_version: "2.15.0", model_config: JSON.parse(String(config)) },
      weightsManifest: [{ paths: ["group1-shard1of1.bin"], weights: specs }],
    }),
  );
}

test("a layers model of TensorFlow.js is the model of Keras that it was made from", async () => {
  const path = join(folder, "model.json");
  await writeModel(path);
  const wanted = await loadKeras(new URL("../goldens/keras/keras2.h5", import.meta.url).pathname);
  for (const model of [await loadTfjs(path), await loadModel(path)]) {
    expect([...model.weights]).toEqual([...wanted.weights]);
    expect(model.layers.map(({ name }) => name)).toEqual(wanted.layers.map(({ name }) => name));
  }
});

test("weights under other names are told, and so is a graph model", async () => {
  const path = join(folder, "other.json");
  await writeModel(path, (name) => name.replace("top/", "bottom/"));
  await expect(loadTfjs(path)).rejects.toThrow(
    "its layers:\n  top/kernel is not in the file\n  top/bias is not in the file",
  );
  const json = JSON.parse(readFileSync(path, "utf8")) as object;
  writeFileSync(path, JSON.stringify({ ...json, format: "graph-model" }));
  await expect(loadTfjs(path)).rejects.toThrow("is a graph model");
});
