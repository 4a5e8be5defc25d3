// Files that mean harm by where they lead, by what they become in memory, and by what they put into messages.
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseJson } from "#striate/checks/index";
import { csvManifest, cutout, parseIdx, randomAffine, randomCrop, stepOf } from "#striate/data/index";
import { StriateError } from "#striate/errors";
import { bytesAccess, encodeZip, openZip } from "#striate/files/index";
import { encodeHdf5, withHdf5 } from "#striate/formats/hdf5/index";
import {
  decodeSafetensors,
  encodeNpz,
  identifyFile,
  loadModel,
  loadTfjs,
  readArrays,
  readNpz,
  readOnnxFile,
  readTorchFile,
  stateDict,
} from "#striate/formats/index";
import { modelFromKerasConfig } from "#striate/formats/keras/index";
import { decodeImage, encodeImage } from "#striate/image/index";
import { textTable } from "#striate/model/textTable";
import { parseOnnx } from "#striate/onnx/index";
import { zeros } from "#striate/tensor/index";
import { refusal } from "../support/fuzz.ts";
import { type FileParts, node, onnxFile } from "../support/onnxFiles.ts";
import { temporaryFolder } from "../support/pictureFolder.ts";

const isPosix = process.platform !== "win32";
const bytes = (code: string) => Buffer.from(code, "latin1");
const zipOf = async (...files: Parameters<typeof encodeZip>) => Buffer.concat(await encodeZip(...files));

function safetensors(header: string, data: Uint8Array = new Uint8Array(4)): Uint8Array {
  const json = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

describe("a file that names parts of itself", () => {
  const manifest = (paths: readonly string[]) =>
    JSON.stringify({
      format: "layers-model",
      modelTopology: { class_name: "Sequential", config: { layers: [] } },
      weightsManifest: [{ paths, weights: [{ name: "w", shape: [2], dtype: "float32" }] }],
    });
  const external = (location: string): FileParts => ({
    nodes: [node("Add", ["x", "w"], ["y"])],
    initializers: [
      { name: "w", dims: [2n], dataType: 1, dataLocation: 1, externalData: [{ key: "location", value: location }] },
    ],
  });

  test.skipIf(!isPosix)(
    "is read from regular files in its own folder alone: TensorFlow.js and ONNX alike",
    async () => {
      const folder = temporaryFolder();
      const inside = join(folder, "model");
      mkdirSync(inside);
      writeFileSync(join(folder, "secret"), new Uint8Array(8));
      symlinkSync(join(folder, "secret"), join(inside, "link"));
      symlinkSync("/dev/zero", join(inside, "endless"));
      execFileSync("mkfifo", [join(inside, "pipe")]);
      writeFileSync(join(inside, "large"), "");
      truncateSync(join(inside, "large"), 2 ** 33);
      for (const [name, message] of [
        ["link", "leads out of the model's folder"],
        ["endless", "leads out of the model's folder"],
        ["pipe", "is no regular file"],
        ["none", "no such file"],
      ] as const) {
        writeFileSync(join(inside, "model.json"), manifest([name]));
        expect(await refusal(() => loadTfjs(join(inside, "model.json")))).toContain(message);
        writeFileSync(join(inside, "m.onnx"), onnxFile(external(name)));
        expect(await refusal(() => readOnnxFile(join(inside, "m.onnx")))).toContain(message);
      }
      writeFileSync(join(inside, "model.json"), manifest(["large"]));
      expect(await refusal(() => loadTfjs(join(inside, "model.json")))).toContain("has more than the 8 bytes");
      writeFileSync(join(inside, "model.json"), manifest(new Array(1200).fill("large")));
      expect(await refusal(() => loadTfjs(join(inside, "model.json")))).toContain('names the shard "large" twice');
    },
  );

  test("becomes no more than its budget where many tensors are the same bytes of another file", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "data"), new Uint8Array(2 ** 20));
    const count = 400;
    const names = Array.from({ length: count }, (_, i) => `w${i}`);
    const file = onnxFile({
      nodes: [node("Sum", ["x", ...names], ["y"])],
      initializers: names.map((name) => ({
        name,
        dims: [2n ** 18n],
        dataType: 1,
        dataLocation: 1,
        externalData: [{ key: "location", value: "data" }],
      })),
    });
    writeFileSync(join(folder, "m.onnx"), file);
    expect(await refusal(() => readOnnxFile(join(folder, "m.onnx")))).toMatch(/data: .*m\.onnx: data: would become /);
    const model = readOnnxFile(join(folder, "m.onnx"), { maxBytes: 2 ** 30 });
    expect(model.initializers.size).toBe(count);
  });

  test.skipIf(!isPosix)("a pipe in a list of pictures or in the place of any file is not waited for", async () => {
    const folder = temporaryFolder();
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    writeFileSync(join(folder, "list.csv"), "path,label\npipe,a\npipe,b\n");
    expect(await refusal(() => csvManifest(join(folder, "list.csv")))).toContain("it is no regular file");
    expect(await refusal(() => csvManifest(pipe))).toContain("it is no regular file");
    expect(await refusal(() => loadModel(pipe))).toContain("it is no regular file");
    expect(await refusal(() => readArrays(pipe))).toContain("it is no regular file");
  });
});

describe("a small file that becomes a large one is refused, and read where its user allows it", () => {
  const zeroes = new Uint8Array(2 ** 21);

  test("npz", async () => {
    const parts = await encodeNpz(new Map(["a", "b", "c"].map((name) => [name, zeros("uint8", [2 ** 21])])), {
      compress: true,
    });
    const file = Buffer.concat(parts);
    expect(file.length).toBeLessThan(20_000);
    const read = (maxBytes: number) => readNpz(bytesAccess(file, "a.npz"), "a.npz", { maxBytes });
    expect(await refusal(() => read(2 ** 22))).toMatch(
      /^data: a\.npz: would become 4,194,\d+ bytes or more in memory, out of \d+,\d+ in the file; the limit is 4,194,304\. .*maxBytes.*--max-bytes/,
    );
    expect((await read(2 ** 23)).size).toBe(3);
  });

  test("PyTorch's zips, whose storages are deflated", async () => {
    const tensor = (key: number) =>
      `ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nCharStorage\nU\x01${key}U\x03cpuJ\x00\x00\x20\x00tQK\x00(J\x00\x00\x20\x00t(K\x01t\x89NtR`;
    const file = await zipOf([
      { name: "a/data.pkl", data: bytes(`}(U\x01a${tensor(0)}U\x01b${tensor(1)}u.`) },
      ...[0, 1].map((key) => ({ name: `a/data/${key}`, data: zeroes, compress: true })),
    ]);
    const read = (maxBytes: number) => readTorchFile(bytesAccess(file, "a.pth"), "a.pth", { maxBytes });
    expect(await refusal(() => read(12_000_000))).toContain("the limit is 12,000,000");
    expect(stateDict(await read(2 ** 25), "a").size).toBe(2);
  });

  test("HDF5, with many datasets of which each is in proportion", async () => {
    const file = Buffer.concat(
      await encodeHdf5(
        ["a", "b", "c"].map((dataset) => ({ dataset, shape: [2 ** 18], data: new Float32Array(2 ** 18) })),
      ),
    );
    const read = (maxBytes: number) =>
      withHdf5(
        { bytes: file },
        "a.h5",
        async (opened) => {
          for (const dataset of opened.contents.datasets.keys()) await opened.read(dataset);
          return opened.contents.datasets.size;
        },
        { maxBytes },
      );
    expect(await refusal(() => read(2 ** 21))).toContain("a.h5: would become");
    expect(await read(2 ** 22)).toBe(3);
  });

  test("gzip of IDX, and pictures of 16 bits", async () => {
    const { gzipSync } = await import("node:zlib");
    const idx = Buffer.concat([Buffer.from([0, 0, 8, 1, 0, 32, 0, 0]), zeroes]);
    expect(parseIdx(gzipSync(idx), "a").shape).toEqual([2 ** 21]);
    expect(await refusal(() => parseIdx(gzipSync(idx), "a", { maxBytes: 2 ** 20 }))).toContain("raise maxBytes");
    const { default: sharp } = await import("sharp");
    const deep = await sharp(Buffer.alloc(100 * 100 * 3), { raw: { width: 100, height: 100, channels: 3 } })
      .ensureAlpha()
      .toColourspace("rgb16")
      .png()
      .toBuffer();
    expect(await refusal(() => decodeImage(deep, { maxPixels: 10_000 }))).toContain(
      "in more than 8 bits, which takes 120,000 bytes to decode, and at most 40,000 are taken",
    );
    expect((await decodeImage(deep, { maxPixels: 30_000 })).shape).toEqual([100, 100, 3]);
    const plain = await encodeImage(zeros("uint8", [100, 100, 3]));
    expect((await decodeImage(plain, { maxPixels: 10_000 })).shape).toEqual([100, 100, 3]);
  });
});

describe("JSON from anybody", () => {
  const deep = `${'{"a":['.repeat(50_000)}${"]}".repeat(50_000)}`;

  test("nested without end is refused wherever JSON is read, by the file's name", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "model.json");
    writeFileSync(path, deep);
    expect(await refusal(() => loadModel(path))).toContain(`${path}: `);
    writeFileSync(path, `{"weightsManifest":[],"modelTopology":${deep}}`);
    for (const work of [
      () => loadModel(path),
      () => loadTfjs(path),
      () => modelFromKerasConfig(deep),
      () => modelFromKerasConfig({ model_config: deep }),
      () => decodeSafetensors(safetensors(`{"__metadata__":${deep}}`), "a"),
      () => decodeSafetensors(safetensors(deep), "a"),
      () => identifyFile(bytesAccess(Buffer.from(deep), "a"), "a"),
    ]) {
      expect(await refusal(work)).toContain("nests lists and objects more than 200 deep");
    }
  });

  test("takes texts of brackets, quotes and backslashes for what they are", () => {
    const refuse = (what: string) => new StriateError("data", what);
    const given = { "a\\": '[[["', b: ['\\"{', { "a\\": "x" }], 'k"': ":" };
    expect(parseJson(JSON.stringify(given), refuse, { uniqueKeys: true })).toEqual(given);
    expect(() => parseJson('{"a":1,"\\u0061":2}', refuse, { uniqueKeys: true })).toThrow('has the key "a" twice');
    expect(parseJson('[{"a":1},{"a":2}]', refuse, { uniqueKeys: true })).toHaveLength(2);
  });

  test("of Keras that lacks what a layer needs", () => {
    const config = (layer: object) => ({
      class_name: "Sequential",
      config: {
        name: "m",
        layers: [{ class_name: "InputLayer", config: { batch_input_shape: [null, 8, 8, 3] } }, layer],
      },
    });
    for (const [class_name, options, message] of [
      ["Conv2D", { filters: 3 }, "kernel_size"],
      ["Rescaling", {}, "scale"],
      ["Reshape", {}, "target_shape"],
      ["Permute", {}, "dims"],
      ["DepthwiseConv2D", {}, "kernel_size"],
    ] as const) {
      const layer = { class_name, config: { name: "l", ...options } };
      // By Keras's name of the option where the reader says it, by ours where the layer itself does.
      const ours = message.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
      expect(() => modelFromKerasConfig(config(layer), { file: "a" })).toThrow(
        new RegExp(`^a: .*layer l .*(${message}|${ours})`),
      );
    }
  });

  test("of safetensors names no tensor twice", () => {
    const entry = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
    expect(() => decodeSafetensors(safetensors(`{"w":${entry},"w":${entry}}`), "a")).toThrow('has the key "w" twice');
  });
});

test("zips: an entry whose own header makes it reach into the next one is refused", async () => {
  const file = await zipOf(["a", "b"].map((name) => ({ name, data: new Uint8Array(100) })));
  const zip = async (change: (bytes: Buffer) => void) => {
    const changed = Buffer.from(file);
    change(changed);
    return (await openZip(bytesAccess(changed, "a.zip"), "a.zip")).read("a");
  };
  expect(await zip(() => undefined)).toHaveLength(100);
  // The length of the extra field in the local header of the first entry.
  expect(await refusal(() => zip((changed) => changed.writeUInt16LE(20, 28)))).toContain("reach into another entry's");
  // Both entries of the directory at the first one's place.
  const second = file.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  expect(await refusal(() => zip((changed) => changed.writeUInt32LE(0, second + 42)))).toContain("reach into another");
});

describe("steps of augmentation from a file", () => {
  test.each([
    ["widthShiftRange", () => randomAffine({ widthShiftRange: 1e300 })],
    ["heightShiftRange", () => randomAffine({ heightShiftRange: [0, 1e300] })],
    ["zoomRange", () => randomAffine({ zoomRange: 1e300 })],
    ["rotationRange", () => randomAffine({ rotationRange: 1e300 })],
    ["count", () => cutout({ count: 1e8 })],
    ["size", () => cutout({ size: 1e300 })],
    ["size", () => randomCrop({ size: 2 ** 32 })],
    ["size", () => stepOf({ name: "randomResizedCrop", options: { size: [8, 2 ** 32] } })],
    ["padding", () => randomCrop({ padding: 1e9 })],
  ])("%s is bounded", async (option, make) => {
    expect(await refusal(make)).toMatch(new RegExp(`^usage: .*${option}`));
  });
});

describe("messages", () => {
  const LONG = `\u001b[31m\u0007\u202e${"n".repeat(2 ** 22)}\r`;
  const named = (json: object) => Buffer.from(JSON.stringify(json));
  const layer = (config: object, class_name = "Dense") => ({
    class_name: "Sequential",
    config: { layers: [{ class_name, config: { batch_input_shape: [null, 2], ...config } }] },
  });
  const tensorEntry = { dtype: "F32", shape: [1], data_offsets: [0, 4] };
  const torch = (code: string) => async () =>
    readTorchFile(bytesAccess(await zipOf([{ name: "a/data.pkl", data: bytes(code) }]), "a"), "a");
  const x = (text: string) => {
    const utf8 = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(utf8.length);
    return `X${length.toString("latin1")}${utf8.toString("latin1")}`;
  };
  const onnx = (parts: FileParts) => () => parseOnnx(onnxFile(parts));

  test.each<[string, () => unknown]>([
    ["safetensors: a tensor", () => decodeSafetensors(safetensors(JSON.stringify({ [LONG]: 1 })), "a")],
    [
      "safetensors: a type",
      () => decodeSafetensors(safetensors(JSON.stringify({ w: { ...tensorEntry, dtype: LONG } })), "a"),
    ],
    [
      "safetensors: metadata",
      () => decodeSafetensors(safetensors(JSON.stringify({ __metadata__: { [LONG]: 1 } })), "a"),
    ],
    [
      "safetensors: a shape",
      () =>
        decodeSafetensors(safetensors(JSON.stringify({ w: { ...tensorEntry, shape: new Array(1e6).fill(2) } })), "a"),
    ],
    ["JSON: keys", () => identifyFile(bytesAccess(named({ [LONG]: 1 }), "a"), "a")],
    ["Keras: a class", () => modelFromKerasConfig(layer({ name: "l" }, LONG))],
    ["Keras: a layer", () => modelFromKerasConfig(layer({ name: LONG, units: -1 }))],
    ["Keras: an option", () => modelFromKerasConfig(layer({ name: "l", units: 1, [LONG]: 5 }))],
    ["Keras: a value", () => modelFromKerasConfig(layer({ name: "l", units: 1, activation: LONG }))],
    ["Keras: a model", () => modelFromKerasConfig({ class_name: LONG, config: {} })],
    ["PyTorch: a global", torch(`c${LONG.replace("\u202e", "")}\nx\n.`)],
    ["PyTorch: a key", async () => stateDict(await torch(`}(${x(LONG)}K\x01u.`)(), "a")],
    ["PyTorch: a persistent id", torch(`${x(LONG)}Q.`)],
    ["PyTorch: a call", torch(`${x(LONG)})R.`)],
    ["PyTorch: a number", torch(`I${"1".repeat(1e6)}\n.`)],
    ["ONNX: an operator", onnx({ nodes: [node(LONG, ["x"], ["y"])] })],
    ["ONNX: a node", onnx({ nodes: [node("Nothing", ["x"], ["y"], {}, LONG)] })],
    ["ONNX: a value", onnx({ nodes: [node("Relu", [LONG], ["y"])] })],
    [
      "ONNX: an initializer",
      onnx({ nodes: [node("Relu", ["x"], ["y"])], initializers: [{ name: LONG, dims: [2n], dataType: 1 }] }),
    ],
    [
      "ONNX: a location",
      onnx({
        nodes: [node("Relu", ["x"], ["y"])],
        initializers: [
          { name: "w", dims: [2n], dataType: 1, dataLocation: 1, externalData: [{ key: "location", value: LONG }] },
        ],
      }),
    ],
  ])("%s that is long and speaks to the terminal", async (_, read) => {
    const message = await refusal(read);
    expect(message.length).toBeLessThan(1500);
    expect(message).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  test("and tables neither", () => {
    const table = textTable(
      ["a", "b"],
      [
        [LONG, "1"],
        ["x", "2"],
      ],
      ["total", "3"],
      { left: [0] },
    );
    expect(Math.max(...table.map((line) => line.length))).toBeLessThan(300);
    expect(table.join("")).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  test("whatever they are made of, have no controls and an end", () => {
    const { message } = new StriateError("data", `a\u001b[2J${"b".repeat(4e7)}\u009b\nc`);
    expect(message.length).toBeLessThan(8200);
    expect(message).toMatch(/^a\\u001b\[2Jb+\.\.\. \(\d+ characters more\) \.\.\.b+\\u009b\nc$/);
  });
});
