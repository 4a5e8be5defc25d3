// Files come from anybody, and small ones must not keep a program busy: each format is read in time that grows with the file.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { cifar10, csvManifest, parseIdx } from "#striate/data/index";
import { bytesAccess, encodeZip, openZip } from "#striate/files/index";
import { encodeHdf5, withHdf5 } from "#striate/formats/hdf5/index";
import {
  decodeNpy,
  decodeSafetensors,
  encodeNpz,
  encodeSafetensors,
  parseTfjsModel,
  readNpz,
  readTfjsWeights,
  readTorchFile,
  stateDict,
} from "#striate/formats/index";
import { modelFromKerasConfig } from "#striate/formats/keras/index";
import { readPickle } from "#striate/formats/torch/pickle";
import { fromNumbers, type Tensor } from "#striate/tensor/index";
import { grows, growsWithTheFile } from "../support/cost.ts";
import { refusal } from "../support/fuzz.ts";

const folder = mkdtempSync(join(tmpdir(), "striate-cost-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (code: string) => Buffer.from(code, "latin1");
const u32 = (value: number) => String.fromCharCode(...[0, 8, 16, 24].map((shift) => (value >>> shift) & 255));
const zipOf = async (...files: Parameters<typeof encodeZip>) => Buffer.concat(await encodeZip(...files));
const times = (count: number, make: (i: number) => string) => Array.from({ length: count }, (_, i) => make(i)).join("");
const torch = (code: string, storage: Uint8Array) =>
  zipOf([
    { name: "a/data.pkl", data: bytes(code) },
    { name: "a/data/0", data: storage },
  ]);
const read = async (file: Uint8Array) => readTorchFile(bytesAccess(file, "a.pth"), "a.pth");
/** A refusal is an answer, too. */
const readOrRefuse = (file: Uint8Array) => read(file).catch((error: Error) => expect(error.name).toBe("StriateError"));

/** A tensor of one element of storage 0, by a view that begins at `first`, as PyTorch before 0.4 shared storages. */
const viewed = (type: string, count: number, first: number) =>
  `ctorch._utils\n_rebuild_tensor\n((U\x07storagectorch\n${type}\nU\x010U\x03cpuJ${u32(count)}` +
  `(U\x01vJ${u32(first)}J${u32(1)}ttQK\x00(K\x01t(K\x01ttR`;

const plain = { global: () => undefined, persistent: () => ({ python: "x" }), advice: "" };

describe("time that grows with the file", () => {
  test.each(["BoolStorage", "CharStorage", "HalfStorage"])("PyTorch: views of a %s", async (type) => {
    const make = (size: number) =>
      torch(`(${times(size, (i) => viewed(type, 2 * size, i))}t.`, new Uint8Array(4 * size));
    await growsWithTheFile(make, 1000, read);
  });

  test("PyTorch: a state dict of many tensors, and dicts that share one without tensors", async () => {
    const tensors = (size: number) =>
      torch(
        `}(${times(size, (i) => `X${u32(8)}${String(i).padStart(8, "0")}${viewed("FloatStorage", 1, 0)}`)}u.`,
        new Uint8Array(4),
      );
    await growsWithTheFile(tensors, 1000, async (file) => stateDict(await read(file), "a"));
    const shared = (size: number) => {
      const list = Array.from({ length: size }, () => []);
      const content = new Map(Array.from({ length: size }, (_, i) => [String(i), new Map([["x", list]])]));
      return () => refusal(() => stateDict(content, "a"));
    };
    await grows(shared(2000), shared(8000));
  });

  test("PyTorch: devices of one long text, shapes of one long list", async () => {
    const device = (size: number) =>
      torch(
        `ctorch\ndevice\nq\x00X${u32(size)}${"a".repeat(size)}q\x010(${times(size, () => "h\x00h\x01\x85R")}t.`,
        new Uint8Array(0),
      );
    await growsWithTheFile(device, 20_000, readOrRefuse);
    const shape = (size: number) =>
      torch(
        `ctorch._utils\n_rebuild_tensor\nq\x000(${"K\x01".repeat(size)}tq\x010((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x01tQK\x00h\x01h\x01tq\x02` +
          `(${times(size, () => "h\x00h\x02R")}t.`,
        new Uint8Array(4),
      );
    await growsWithTheFile(shape, 5000, readOrRefuse);
  });

  test("pickles: memos and dicts by numbers that fall together", async () => {
    const memo = (size: number) => bytes(`N${times(size, (i) => `r${u32(i * 4096)}`)}.`);
    const load = (file: Uint8Array) => readPickle(file, 0, plain, "a");
    const loadOrRefuse = (file: Uint8Array) => refusal(() => void load(file)).catch(() => undefined);
    await growsWithTheFile(memo, 20_000, loadOrRefuse);
    const long = (i: number) => `\x8a\x0c${u32(1)}${u32(1)}${u32(i + 1)}`;
    await growsWithTheFile((size) => bytes(`}(${times(size, (i) => `${long(i)}N`)}u.`), 20_000, loadOrRefuse);
  });

  test("zips and NumPy's archives", async () => {
    const files = (size: number) =>
      Array.from({ length: size }, (_, i) => ({ name: `f${i}`, data: new Uint8Array(8) }));
    await growsWithTheFile(
      (size) => zipOf(files(size)),
      200,
      async (file) => {
        const zip = await openZip(bytesAccess(file, "a"), "a");
        for (const name of zip.entries.keys()) await zip.read(name);
      },
    );
    const arrays = (size: number) =>
      new Map(Array.from({ length: size }, (_, i) => [`a${i}`, fromNumbers("float32", [2], [1, 2])]));
    await growsWithTheFile(
      async (size) => Buffer.concat(await encodeNpz(arrays(size))),
      150,
      (file) => readNpz(bytesAccess(file, "a"), "a"),
    );
  });

  test("npy: a shape of many sizes", async () => {
    const make = (size: number) => {
      const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${"1,".repeat(size)}), }`;
      return bytes(`\x93NUMPY\x02\x00${u32(header.length)}${header}`);
    };
    await growsWithTheFile(make, 50_000, (file) => refusal(() => decodeNpy(file, "a")));
  });

  test("safetensors", async () => {
    const tensors = (size: number) =>
      new Map<string, Tensor>(
        Array.from({ length: size }, (_, i) => [`t${i}`, fromNumbers("bool", [8], new Array(8).fill(1))]),
      );
    await growsWithTheFile(
      (size) => Buffer.concat(encodeSafetensors(tensors(size))),
      2000,
      (file) => decodeSafetensors(file, "a"),
    );
  });

  test("TensorFlow.js", async () => {
    const make = (size: number) =>
      Buffer.from(
        JSON.stringify({
          weightsManifest: Array.from({ length: size }, (_, i) => ({
            paths: [`shard${i}`],
            weights: [{ name: `w${i}`, shape: [2], dtype: "float32" }],
          })),
        }),
      );
    await growsWithTheFile(make, 1000, async (file) => {
      await readTfjsWeights(parseTfjsModel(file, "a").manifest, async () => new Uint8Array(8), "a");
    });
  });

  test("HDF5: groups with attributes, and datasets", async () => {
    const make = async (size: number) => {
      const parts = Array.from({ length: size }, (_, i) => [
        { group: `g${i}`, attributes: { name: `layer${i}` } },
        { dataset: `g${i}/d`, shape: [2], data: Float32Array.of(1, 2) },
      ]);
      return Buffer.concat(await encodeHdf5(parts.flat()));
    };
    await growsWithTheFile(make, 100, (file) =>
      withHdf5({ bytes: file }, "a", async (open) => {
        for (const dataset of open.contents.datasets.keys()) await open.read(dataset);
      }),
    );
  });

  test("Keras's JSON", async () => {
    const make = (size: number) => {
      const layers = Array.from({ length: size }, (_, i) => ({
        class_name: "Activation",
        config: { name: `a${i}`, activation: "relu" },
        inbound_nodes: [[[i === 0 ? "in" : `a${i - 1}`, 0, 0, {}]]],
      }));
      const first = {
        class_name: "InputLayer",
        config: { name: "in", batch_input_shape: [null, 4] },
        inbound_nodes: [],
      };
      const ends = { input_layers: [["in", 0, 0]], output_layers: [[`a${size - 1}`, 0, 0]] };
      return Buffer.from(
        JSON.stringify({ class_name: "Functional", config: { name: "m", layers: [first, ...layers], ...ends } }),
      );
    };
    await growsWithTheFile(make, 200, (file) => modelFromKerasConfig(file.toString()));
  });

  test("IDX", async () => {
    const make = (size: number) => {
      const file = Buffer.alloc(8 + size);
      file.writeUInt32BE(0x801, 0);
      file.writeUInt32BE(size, 4);
      return file;
    };
    await growsWithTheFile(make, 2 ** 22, (file) => parseIdx(file, "a"));
  });

  test("CSV manifests", async () => {
    const path = join(folder, "list.csv");
    const make = (size: number) =>
      Buffer.from(`path,label\n${times(size, (i) => `"no ""picture""${i}.png",${i % 2}\n`)}`);
    await growsWithTheFile(make, 1000, async (file) => {
      writeFileSync(path, file);
      await refusal(() => csvManifest(path));
    });
    const cell = (size: number) => Buffer.from(`path,label\n"${'""'.repeat(size)}",a\n`);
    await growsWithTheFile(cell, 100_000, async (file) => {
      writeFileSync(path, file);
      await refusal(() => csvManifest(path));
    });
  });

  test("CIFAR-10", async () => {
    writeFileSync(join(folder, "batches.meta.txt"), "a\nb\n");
    for (let i = 1; i < 6; i++) writeFileSync(join(folder, `data_batch_${i}.bin`), new Uint8Array(3073));
    await growsWithTheFile(
      (size) => new Uint8Array(3073 * size),
      300,
      async (file) => {
        writeFileSync(join(folder, "test_batch.bin"), file);
        await cifar10(folder);
      },
    );
  });
});
