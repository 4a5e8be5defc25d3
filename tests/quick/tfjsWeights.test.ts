import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseTfjsManifest, parseTfjsModel, readTfjsWeights } from "#striate/formats/index";
import { readsOrRefuses, refusal } from "../support/fuzz.ts";
import { readGolden } from "../support/goldens.ts";

// Decoded by TensorFlow.js itself: see goldens/make_tfjs.mjs.
const golden = (name: string) => new Uint8Array(readFileSync(new URL(`../goldens/tfjs/${name}`, import.meta.url)));
const shard = async (path: string) => golden(path);
const MODEL = parseTfjsModel(golden("model.json"), "model.json");
type Expected = Record<string, { dtype: string; shape: number[]; values: (number | string)[] }>;

/** Weights of one group in one shard of these bytes. */
async function read(weights: unknown, bytes: readonly number[] = [], paths = ["a.bin"]) {
  const manifest = parseTfjsManifest([{ paths, weights }], "model.json");
  return readTfjsWeights(manifest, async () => Uint8Array.from(bytes), "model.json");
}

const weight = (changes: object = {}) => [{ name: "w", shape: [2], dtype: "uint8", ...changes }];

describe("TensorFlow.js's weights", () => {
  test("are the numbers that TensorFlow.js decodes, to the last bit", async () => {
    const weights = await readTfjsWeights(MODEL.manifest, shard, "model.json");
    const found = Array.from(weights, ([name, { dtype, shape, data }]) => {
      const values = Array.from(data as Iterable<number>, (value) => (Number.isFinite(value) ? value : String(value)));
      return [name, { dtype, shape, values }];
    });
    expect(Object.fromEntries(found)).toEqual(readGolden<Expected>("tfjs/expected.json"));
  });

  test("the model's topology and format come with them", () => {
    expect(MODEL.format).toBe("layers-model");
    expect(MODEL.topology).toMatchObject({ keras_version: "2.15.0", model_config: { class_name: "Sequential" } });
  });

  test("a float16 that is no quantization is read as one", async () => {
    const weights = await read(weight({ dtype: "float16" }), [0x00, 0x3c, 0x00, 0xc0]);
    expect([...(weights.get("w")?.data ?? [])]).toEqual([1, -2]);
  });

  test("bytes are read, which TensorFlow.js does not decode", async () => {
    expect([...((await read(weight(), [0, 255])).get("w")?.data ?? [])]).toEqual([0, 255]);
  });

  test("one shard is not copied", async () => {
    const bytes = Uint8Array.of(1, 2);
    const manifest = parseTfjsManifest([{ paths: ["a.bin"], weights: weight() }], "m");
    expect((await readTfjsWeights(manifest, async () => bytes, "m")).get("w")?.data.buffer).toBe(bytes.buffer);
  });
});

describe("refused", () => {
  test.each<[string, () => unknown, string]>([
    ["a shard cut short", () => read(weight(), [1]), '"a.bin" has 1 of the 2 bytes that the manifest tells of'],
    ["a shard that is too long", () => read(weight(), [1, 2, 3]), '"a.bin" has more than the 2 bytes'],
    [
      "shards that are too long",
      () => read(weight(), [1, 2], ["a", "b"]),
      'the 2 shards from "a" on has more than the 2',
    ],
    ["no shards", () => read(weight(), [1, 2], []), "has 0 of the 2 bytes"],
    ["a weight twice", () => read([...weight(), ...weight()], [1, 2, 3, 4]), 'weight "w": is there twice'],
    [
      "texts",
      () => read(weight({ dtype: "string" })),
      'has type "string"; float32, float16, int32, uint8, bool can be read',
    ],
    ["a method of JavaScript", () => read(weight({ dtype: "toString" })), 'has type "toString"'],
    ["a shape that overflows", () => read(weight({ shape: [2 ** 40, 2 ** 40] })), "that is too large"],
    ["a shape of 2^50 in a file of 2 bytes", () => read(weight({ shape: [2 ** 50] }), [1, 2]), "has 2 of the"],
    ["a negative size", () => read(weight({ shape: [-1] })), "has a damaged weightsManifest: 0.weights.0.shape.0: "],
    ["65 axes", () => read(weight({ shape: new Array(65).fill(1) })), "0.weights.0.shape: "],
    [
      "an unknown quantization",
      () => read(weight({ quantization: { dtype: "int4" } })),
      "0.weights.0.quantization.dtype: ",
    ],
    [
      "quantized bytes",
      () => read(weight({ quantization: { dtype: "uint8", scale: 1, min: 0 } })),
      "is uint8 quantized to uint8",
    ],
    [
      "int32 quantized to float16",
      () => read(weight({ dtype: "int32", quantization: { dtype: "float16" } })),
      "is int32 quantized to float16",
    ],
    [
      "a quantization without a scale",
      () => read(weight({ dtype: "float32", quantization: { dtype: "uint8", min: 0 } }), [1, 2]),
      "has no scale or no min",
    ],
    ["a bool that is neither", () => read(weight({ dtype: "bool" }), [1, 2]), "element 1 is 2, not 0 or 1"],
  ])("%s", async (_, act, message) => {
    const found = await refusal(act);
    expect(found).toMatch(/^data: model\.json: /);
    expect(found).toContain(message);
  });

  test.each([
    "../a.bin",
    "a/../../b.bin",
    "/etc/passwd",
    "C:\\a.bin",
    "a\\b.bin",
    "http://example.org/a.bin",
    "a//b",
    "./a",
    "",
    "a\u0000b",
    "%2e%2e/a",
    "a?b",
  ])("the path %j of a shard, before any shard is read", async (path) => {
    const manifest = parseTfjsManifest([{ paths: ["good.bin", path], weights: [] }], "m");
    let asked = 0;
    const readShard = async () => {
      asked++;
      return new Uint8Array();
    };
    expect(await refusal(() => readTfjsWeights(manifest, readShard, "m"))).toContain(
      "which is no plain path below its folder",
    );
    expect(asked).toBe(0);
  });

  test("what is no model.json", async () => {
    const parse = (text: string) => refusal(() => parseTfjsModel(new TextEncoder().encode(text), "model.json"));
    expect(await parse("{")).toContain("data: model.json: is no model.json: it is not JSON");
    expect(await parse("[1]")).toContain("it has no weightsManifest");
    expect(await parse('{"modelTopology": {}}')).toContain("it has no weightsManifest");
    expect(await parse('{"weightsManifest": {}}')).toContain("has a damaged weightsManifest");
  });

  test("500 damaged copies of a model.json, or read", async () => {
    const { refused } = await readsOrRefuses(golden("model.json"), 500, (bytes) =>
      readTfjsWeights(parseTfjsModel(bytes, "m").manifest, shard, "m").catch((error) => {
        // Another name of a shard: what the disk says of it is the caller's error.
        if (error.code !== "ENOENT") throw error;
      }),
    );
    expect(refused).toBeGreaterThan(200);
  });
});
