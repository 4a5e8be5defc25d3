import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bytesAccess, encodeZip } from "#striate/files/index";
import { identifyFile } from "#striate/formats/index";
import { readsOrRefuses, refusal } from "../support/fuzz.ts";

const golden = (name: string) => new Uint8Array(readFileSync(new URL(`../goldens/${name}`, import.meta.url)));
const identify = (bytes: Uint8Array) => identifyFile(bytesAccess(bytes, "a.bin"), "a.bin");
const text = (content: string) => new TextEncoder().encode(content);
const zip = async (...names: string[]) =>
  Buffer.concat(await encodeZip(names.map((name) => ({ name, data: Uint8Array.of(1) }))));

/** An ONNX model with ir_version 9, a producer, a graph of `size` bytes, an opset. */
function onnx(size = 300): Uint8Array {
  const graph = new Array<number>(size).fill(0);
  const length = [(size & 127) | 128, size >> 7];
  return Uint8Array.from([8, 9, 0x12, 2, 65, 66, 0x3a, ...length, ...graph, 0x42, 2, 0x10, 20]);
}

const HDF5 = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

describe("identifyFile", () => {
  test.each(["state", "legacy", "checkpoint2", "checkpoint5", "checkpoint_legacy", "python2"])(
    "torch: %s",
    async (name) => {
      expect(await identify(golden(`torch/${name}.pth`))).toBe("torch");
    },
  );

  test("npy, npz, safetensors, TensorFlow.js", async () => {
    expect(await identify(golden("numpy/f4.npy"))).toBe("npy");
    expect(await identify(golden("numpy/stored.npz"))).toBe("npz");
    expect(await identify(golden("official.safetensors"))).toBe("safetensors");
    expect(await identify(golden("tfjs/model.json"))).toBe("tfjs");
  });

  test("Keras's zip, HDF5 at each of its places, ONNX", async () => {
    expect(await identify(await zip("metadata.json", "config.json", "model.weights.h5"))).toBe("keras");
    expect(await identify(Uint8Array.from([...HDF5, ...new Array<number>(100).fill(0)]))).toBe("hdf5");
    expect(await identify(Uint8Array.from([...new Array<number>(1024).fill(0), ...HDF5]))).toBe("hdf5");
    expect(await identify(onnx())).toBe("onnx");
  });

  test.each<[string, Uint8Array | Promise<Uint8Array>, string]>([
    ["an empty file", new Uint8Array(), "data: a.bin: is empty"],
    ["a PNG", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), "it is a PNG picture"],
    ["a JPEG", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), "a JPEG picture"],
    ["gzip", Uint8Array.of(0x1f, 0x8b, 8), "compressed by gzip; unpack it first"],
    ["a web page", text("\n<!DOCTYPE html><html>"), "a web page; the download went wrong"],
    ["a pointer of Git LFS", text("version https://git-lfs.github.com/spec/v1\noid"), "run git lfs pull"],
    ["TensorFlow Lite", Uint8Array.from([0x1c, 0, 0, 0, ...text("TFL3")]), "a TensorFlow Lite model"],
    ["a plain pickle", Uint8Array.of(0x80, 4, 0x7d, 0x2e), "a pickle of Python, but not of torch.save"],
    ["another zip", zip("a.txt", "b.txt"), "a zip of 2 files, a.txt, b.txt"],
    ["an empty zip", zip(), "an empty zip"],
    ["other JSON", text('{"name": 1, "version": 2}'), "JSON with the keys name, version"],
    ["half of a JSON", text('{"weightsManifest": ['), "text that begins as JSON, but is not JSON"],
    ["zeros", new Uint8Array(100), "it is 100 bytes that begin with 00 00 00 00 00 00 00 00. Keras, ONNX, HDF5"],
    ["protobuf without a graph", Uint8Array.of(8, 9), "2 bytes that begin with 08 09"],
    ["ONNX cut short", onnx().subarray(0, 200), "200 bytes that begin with 08 09 12"],
    ["ONNX with more after it", Uint8Array.from([...onnx(), 0, 1]), "bytes that begin with"],
  ])("says what it found: %s", async (_, bytes, message) => {
    const found = await refusal(async () => identify(await bytes));
    expect(found).toMatch(/^data: a\.bin: /);
    expect(found).toContain(message);
  });

  test("steps over a large graph, and reads little of it", async () => {
    const source = bytesAccess(onnx(16_000), "a");
    let read = 0;
    const watched = {
      size: source.size,
      read: (offset: number, length: number) => {
        read += length;
        return source.read(offset, length);
      },
    };
    expect(await identifyFile(watched, "a")).toBe("onnx");
    expect(read).toBeLessThan(3000);
  });

  test("100 damaged copies of each golden file have a kind or are refused", async () => {
    const folder = new URL("../goldens/", import.meta.url);
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const some = names.filter((name) =>
      /(state\.pth|legacy\.pth|stored\.npz|official\.safetensors|model\.json)$/.test(name),
    );
    expect(some.length).toBeGreaterThan(4);
    for (const name of some) await readsOrRefuses(golden(name.replaceAll("\\", "/")), 100, identify);
    await readsOrRefuses(onnx(), 100, identify);
  });
});
