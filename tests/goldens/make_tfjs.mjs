// Writes tfjs/: weights as TensorFlow.js keeps them, and expected.json, what its own io.decodeWeights makes of them; for
// tests/quick/tfjsWeights.test.ts. TensorFlow.js is no dependency of Striate:
//
//     mkdir FOLDER && cd FOLDER && npm install --no-save @tensorflow/tfjs-core@4.22.0 && cd -
//     node tests/goldens/make_tfjs.mjs FOLDER
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const tf = createRequire(join(process.argv[2] ?? ".", "x.js"))("@tensorflow/tfjs-core");
const folder = fileURLToPath(new URL("tfjs/", import.meta.url));
mkdirSync(folder, { recursive: true });

/** The least that TensorFlow.js needs to keep tensors. */
class Memory extends tf.KernelBackend {
  data = new Map();
  write(values) {
    const id = {};
    this.data.set(id, values);
    return id;
  }
  move(id, values) {
    this.data.set(id, values);
  }
  readSync(id) {
    return this.data.get(id);
  }
  disposeData = () => true;
  floatPrecision = () => 32;
  numDataIds = () => this.data.size;
}
tf.registerBackend("memory", () => new Memory());

const bytesOf = (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const weights = [
  [{ name: "mask", shape: [3], dtype: "bool" }, Uint8Array.of(1, 0, 1)],
  [{ name: "conv/kernel", shape: [1, 1, 2, 2], dtype: "float32" }, Float32Array.of(0.1, -1e38, 1e-40, 2)],
  [
    { name: "q8", shape: [4], dtype: "float32", quantization: { dtype: "uint8", scale: 0.1, min: -3.7 } },
    Uint8Array.of(0, 1, 128, 255),
  ],
  [
    { name: "q16", shape: [3], dtype: "float32", quantization: { dtype: "uint16", scale: 1e-4, min: -1.5 } },
    Uint16Array.of(0, 32767, 65535),
  ],
  [
    { name: "q8int", shape: [3], dtype: "int32", quantization: { dtype: "uint8", scale: 2.5, min: -100 } },
    Uint8Array.of(0, 1, 255),
  ],
  [
    { name: "half", shape: [5], dtype: "float32", quantization: { dtype: "float16" } },
    Uint16Array.of(0x3c00, 0xfbff, 0x0001, 0x7c00, 0x2e66),
  ],
  [{ name: "int", shape: [2], dtype: "int32" }, Int32Array.of(-(2 ** 31), 2 ** 31 - 1)],
  [{ name: "scalar", shape: [], dtype: "float32" }, Float32Array.of(7)],
  [{ name: "empty", shape: [0, 3], dtype: "float32" }, new Float32Array(0)],
];
const specs = weights.map(([spec]) => spec);
const all = Buffer.concat(weights.map(([, data]) => bytesOf(data)));
const decoded = tf.io.decodeWeights(all.buffer.slice(all.byteOffset, all.byteOffset + all.length), specs);
const expected = Object.fromEntries(
  Object.entries(decoded).map(([name, { dtype, shape, dataId }]) => {
    const values = Array.from(tf.backend().readSync(dataId), (value) =>
      Number.isFinite(value) ? value : String(value),
    );
    return [name, { dtype, shape, values }];
  }),
);
// Two shards, cut within a weight.
writeFileSync(join(folder, "group1-shard1of2.bin"), all.subarray(0, 13));
writeFileSync(join(folder, "group1-shard2of2.bin"), all.subarray(13));
const paths = ["group1-shard1of2.bin", "group1-shard2of2.bin"];
const model = {
  format: "layers-model",
  generatedBy: "make_tfjs.mjs",
  convertedBy: null,
  modelTopology: { keras_version: "2.15.0", backend: "tensorflow", model_config: { class_name: "Sequential" } },
  weightsManifest: [{ paths, weights: specs }],
};
writeFileSync(join(folder, "model.json"), `${JSON.stringify(model, null, 1)}\n`);
writeFileSync(join(folder, "expected.json"), `${JSON.stringify(expected)}\n`);
