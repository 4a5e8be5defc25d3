// What is wrong with pictures, and which of them are the same scene.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { arrays, imageFolder } from "#striate/data/index";
import { encodeImage, gaussianBlur, type Image, laplacian, pictureQuality, toBytes } from "#striate/image/index";
import { normal, type Tensor, tensor } from "#striate/tensor/index";
import { nearDuplicates, pictureFaults } from "#striate/transfer/index";
import { scalingOf } from "#striate/transfer/scaling";
import { temporaryFolder, writePictures } from "../support/pictureFolder.ts";

/** Squares of two greys, with some noise: sharp edges. */
function squares(height: number, width: number, seed = 0, side = 8): Image<"uint8"> {
  const noise = normal({ seed, stream: "squares", counter: 0 }, height * width * 3, 0, 4);
  const data = Uint8Array.from(noise, (value, i) => {
    const [y, x] = [Math.floor(i / (3 * width)), Math.floor(i / 3) % width];
    return (Math.floor(y / side) + Math.floor(x / side)) % 2 === 0 ? 190 + value : 60 + value;
  });
  return tensor("uint8", [height, width, 3], data);
}

const scaled = (image: Image<"uint8">, change: (value: number) => number): Image<"uint8"> => {
  return { ...image, data: image.data.map(change) };
};

test("quality is mean, deviation and the variance of the Laplacian, at 224 pixels", () => {
  const values = normal({ seed: 1, stream: "quality", counter: 0 }, 12 * 9, 100, 30);
  const image = tensor("float32", [12, 9, 1], values);
  const { data } = laplacian(image);
  const mean = (some: Float32Array) => some.reduce((sum, x) => sum + x, 0) / some.length;
  const variance = (some: Float32Array) => mean(some.map((x) => (x - mean(some)) ** 2));
  const { brightness, contrast, sharpness } = pictureQuality(image);
  expect(brightness).toBeCloseTo(mean(values), 3);
  expect(contrast).toBeCloseTo(Math.sqrt(variance(values)), 3);
  expect(sharpness / variance(data)).toBeCloseTo(1, 4);
  const [large, small] = [squares(448, 448), squares(224, 224)].map(pictureQuality);
  expect(large?.brightness).toBeCloseTo(small?.brightness ?? 0, 0);
  expect(pictureQuality(tensor("uint8", [1, 1, 4], Uint8Array.of(255, 0, 0, 0)))).toEqual({
    brightness: expect.closeTo(76.245, 3),
    contrast: 0,
    sharpness: 0,
  });
});

test("dark, washed out, blurred and tiny pictures are named, with padding left aside", async () => {
  const folder = temporaryFolder();
  const good = squares(120, 160);
  const blurred = toBytes(gaussianBlur(squares(120, 160, 2, 40), { sigma: 6 }));
  await writePictures(folder, {
    "a/0-good.png": await encodeImage(good),
    "a/1-dark.png": await encodeImage(scaled(good, (x) => x / 6)),
    "a/2-bright.png": await encodeImage(scaled(good, (x) => 255 - (255 - x) / 6)),
    "b/3-blurred.png": await encodeImage(blurred),
    "b/4-tiny.png": await encodeImage(squares(40, 200)),
    "b/5-none.jpg": new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0]),
    "b/6-good.png": await encodeImage(squares(160, 120, 1)),
  });
  for (const fit of ["pad", "stretch"] as const) {
    const { train } = await imageFolder(folder, { size: 112, fit });
    const faults = await pictureFaults(train);
    expect(faults.map(({ path, fault }) => [path, fault])).toEqual([
      [join(folder, "a/1-dark.png"), "dark"],
      [join(folder, "a/2-bright.png"), "bright"],
      [join(folder, "b/3-blurred.png"), "blurred"],
      [join(folder, "b/4-tiny.png"), "tiny"],
    ]);
    expect(faults[3]?.size).toEqual({ height: 40, width: 200 });
  }
  const black = arrays({ inputs: tensor("float32", [2, 8, 8, 3], new Float32Array(384)), targets: [0, 1], classes: 2 });
  expect(await pictureFaults(black)).toMatchObject([
    { index: 0, fault: "dark" },
    { index: 1, fault: "dark" },
  ]);
});

describe("near duplicates", () => {
  /** The groups by all pairs. */
  function byAllPairs(features: Tensor<"float32">, count: number, size: number, similarity: number): Int32Array {
    const { data } = scalingOf(features).apply(features);
    const row = (i: number) => Array.from(data.subarray(i * size, (i + 1) * size));
    const product = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
    const rows = Array.from({ length: count }, (_, i) => row(i));
    const group = Int32Array.from({ length: count }, (_, i) => i);
    for (const [a, one] of rows.entries()) {
      for (const [b, other] of rows.entries()) {
        const cosine = product(one, other) / Math.sqrt(product(one, one) * product(other, other));
        if (a >= b || cosine < similarity || group[a] === group[b]) continue;
        const [low, high] = [Math.min(group[a] ?? 0, group[b] ?? 0), Math.max(group[a] ?? 0, group[b] ?? 0)];
        for (const [i, its] of group.entries()) if (its === high) group[i] = low;
      }
    }
    return group;
  }

  test("are all pairs of that similarity, whatever was compared in a few axes only", () => {
    const [count, size] = [240, 100];
    const draw = (stream: string, n: number) => normal({ seed: 2, stream, counter: 0 }, n);
    // 12 scenes, some nearer to each other than others.
    const [scenes, noise] = [draw("scenes", 12 * size), draw("noise", count * size)];
    const data = noise.map((value, i) => {
      const [picture, feature] = [Math.floor(i / size), i % size];
      return (scenes[(picture % 12) * size + feature] ?? 0) + value * (0.1 + (picture % 7) * 0.12);
    });
    const features = tensor("float32", [count, size], data);
    for (const similarity of [0.6, 0.85, 0.95]) {
      const groups = nearDuplicates(features, similarity);
      expect(groups).toEqual(byAllPairs(features, count, size, similarity));
      expect(new Set(groups).size).toBeLessThan(count);
    }
  });

  test("may be few, of few features, or all the same", () => {
    expect([...nearDuplicates(tensor("float32", [3, 2], Float32Array.of(1, 0, 0, 1, 1, 0.01)))]).toEqual([0, 1, 0]);
    expect([...nearDuplicates(tensor("float32", [1, 2], Float32Array.of(1, 0)))]).toEqual([0]);
    expect([...nearDuplicates(tensor("float32", [3, 2], Float32Array.of(1, 2, 1, 2, 1, 2)))]).toEqual([0, 0, 0]);
  });
});
