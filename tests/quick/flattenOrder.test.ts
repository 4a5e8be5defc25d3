// The rows of a dense layer after a flatten of pictures, in files of weights alone.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { writeFileAtomic } from "#striate/files/index";
import { encodeNpz, loadWeights, saveModel } from "#striate/formats/index";
import { conv2d, type DataFormat, dense, flatten } from "#striate/layers/index";
import { type Model, sequential } from "#striate/model/index";
import { permute, type Tensor, tensor } from "#striate/tensor/index";
import { predict } from "#striate/training/index";

const folder = mkdtempSync(join(tmpdir(), "striate-flatten-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const torch = new URL("../goldens/torch/", import.meta.url);
const golden: { pictures: number[]; predictions: number[] } = JSON.parse(
  readFileSync(new URL("flatten.json", torch), "utf8"),
);

function net(dataFormat: DataFormat, seed = 0): Model {
  return sequential({ inputShape: dataFormat === "channelsFirst" ? [2, 4, 5] : [4, 5, 2], seed }, [
    conv2d({ filters: 3, kernelSize: 3, dataFormat, activation: "relu", name: "conv" }),
    flatten(),
    dense({ units: 4, name: "fc" }),
  ]);
}

const first = tensor("float32", [2, 2, 4, 5], Float32Array.from(golden.pictures));

async function predictions(model: Model): Promise<Tensor> {
  const isFirst = model.inputShape[0] === 2;
  return predict(model, isFirst ? first : permute(first, [0, 2, 3, 1]), { engine: "reference" });
}

async function expectSame(a: Model, b: Model): Promise<void> {
  const [{ data }, { data: expected }] = [await predictions(a), await predictions(b)];
  for (const [i, value] of data.entries()) expect(Number(value)).toBeCloseTo(Number(expected[i]), 5);
}

test.each(["channelsLast", "channelsFirst"] as const)(
  "a state dict of PyTorch predicts what it predicts there, %s",
  async (format) => {
    const model = net(format);
    const nameOf = (key: string) => key.replace("/kernel", ".weight").replace("/bias", ".bias");
    await loadWeights(model, new URL("flatten.pth", torch).pathname, { nameOf });
    const { data } = await predictions(model);
    for (const [i, value] of data.entries()) expect(Number(value)).toBeCloseTo(golden.predictions[i] ?? Number.NaN, 5);
  },
);

describe.each([".safetensors", ".npz"])("%s", (ending) => {
  const path = join(folder, `w${ending}`);

  test("carries channels first into any net, and back", async () => {
    const source = net("channelsFirst", 5);
    await saveModel(source, path);
    for (const format of ["channelsLast", "channelsFirst"] as const) {
      const model = net(format);
      await loadWeights(model, path);
      await expectSame(model, source);
    }
  });

  test("without a word has channels last, and a net with channels first asks", async () => {
    const source = net("channelsLast", 6);
    await saveModel(source, path);
    const model = net("channelsFirst");
    await expect(loadWeights(model, path)).rejects.toThrow(
      `${path}: the rows of fc/kernel stand for pictures that are flattened with channels first in the model, and the file ` +
        'does not say in which order it has them; say it by flattenedAs: "channelsFirst" or "channelsLast"',
    );
    await loadWeights(model, path, { flattenedAs: "channelsLast" });
    await expectSame(model, source);
    const same = net("channelsLast");
    await loadWeights(same, path);
    expect([...same.weights]).toEqual([...source.weights]);
  });

  test("takes flattenedAs for files of others", async () => {
    const source = net("channelsFirst", 7);
    const other = join(folder, "other.npz");
    await writeFileAtomic(other, await encodeNpz(source.weights));
    const model = net("channelsLast");
    await loadWeights(model, other, { flattenedAs: "channelsFirst" });
    await expectSame(model, source);
  });
});

test("what cannot be meant is said", async () => {
  const { decodeNpy, decodeSafetensors, identifyFile, readNpz, readTorchFile } = await import("#striate/formats/index");
  const { parseOnnx } = await import("#striate/onnx/index");
  expect(() => decodeNpy("a.npy" as never, "a")).toThrow(
    'decodeNpy takes the bytes of a file as a Uint8Array, received "a.npy"',
  );
  expect(() => decodeSafetensors(undefined as never, "a")).toThrow("decodeSafetensors takes the bytes");
  expect(() => parseOnnx(5 as never)).toThrow("parseOnnx takes the bytes of a file as a Uint8Array, received 5");
  expect(() => parseOnnx(new Uint8Array(1), { nme: "a" } as never)).toThrow('parseOnnx has no option "nme"');
  for (const read of [identifyFile, readNpz, readTorchFile]) {
    await expect(read("a.npz" as never, "a")).rejects.toThrow(
      'reads from what openFile, bytesAccess or blobAccess gives, received "a.npz"',
    );
  }
});
