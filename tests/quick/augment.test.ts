import { readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { imageDataGenerator } from "#striate/data/index";
import { decodeImage } from "#striate/image/index";
import type { Shape } from "#striate/tensor/index";
import { at, sizeOf, tensor } from "#striate/tensor/index";
import { readGolden } from "../support/goldens.ts";
import { pictures } from "../support/pattern.ts";
import { temporaryFolder, writePictures } from "../support/pictureFolder.ts";

type Options = NonNullable<Parameters<typeof imageDataGenerator>[0]>;
type Parameters_ = Parameters<ReturnType<typeof imageDataGenerator>["applyTransform"]>[1];

interface Golden {
  readonly transforms: readonly {
    readonly shape: Shape;
    readonly values?: readonly [factor: number, offset: number];
    readonly options: Options;
    readonly parameters: Parameters_;
    readonly result: readonly number[];
  }[];
  readonly standardized: readonly {
    readonly shape: Shape;
    readonly options: Options;
    readonly fit?: NonNullable<Parameters<ReturnType<typeof imageDataGenerator>["fit"]>[1]>;
    readonly inverted?: boolean;
    readonly results: readonly number[];
  }[];
  readonly drawn: {
    readonly size: Shape;
    readonly options: Options;
    readonly parameters: Readonly<Record<string, readonly [mean: number, std: number, least: number, most: number]>>;
  };
}

const golden = readGolden<Golden>("augment.json");

/** Grey values 0..255, those of make_augment.py. */
function bytes(shape: Shape, k: number, [factor, offset]: readonly [number, number] = [1, 0]) {
  const values = pictures(shape, k);
  const [scale, start] = [Math.fround(factor), Math.fround(offset)];
  return tensor(
    "float32",
    shape,
    values.data.map((value) => Math.fround(Math.min(255, Math.floor(value * 256)) * scale) + start),
  );
}

function largestError(result: Float32Array, wanted: readonly number[]): number {
  expect(result.length).toBe(wanted.length);
  return result.reduce((most, value, i) => Math.max(most, Math.abs(value - at(wanted, i))), 0);
}

describe("Keras's numbers", () => {
  test.each(golden.transforms)("$shape $values $options under $parameters", (given) => {
    const { shape, values, options, parameters, result } = given;
    const picture = bytes(shape, 1, values);
    const before = picture.data.slice();
    const transformed = imageDataGenerator(options).applyTransform(picture, parameters);
    expect(transformed.shape).toEqual(shape);
    expect(largestError(transformed.data, result)).toBeLessThan(1e-3);
    expect(picture.data).toEqual(before);
  });

  test.each(golden.standardized)("$shape standardized by $options $fit $inverted", (given) => {
    const { shape, options, fit, inverted, results } = given;
    const all = bytes(shape, 2);
    const inverse: Options["preprocessingFunction"] = (picture) => ({
      ...picture,
      data: picture.data.map((x) => 255 - x),
    });
    const generator = imageDataGenerator({ ...options, ...(inverted && { preprocessingFunction: inverse }) });
    generator.fit(all, fit);
    const size = sizeOf(shape.slice(1));
    const made = Array.from({ length: results.length / size }, (_, row) =>
      generator.standardize(tensor("float32", shape.slice(1), all.data.slice(row * size, (row + 1) * size))),
    );
    const together = Float32Array.from(made.flatMap(({ data }) => [...data]));
    const scale = Math.max(1e-6, ...results.map(Math.abs));
    expect(largestError(together, results) / scale).toBeLessThan(5e-5);
  });
});

describe("what is drawn", () => {
  const shape = [100, 50, 3];
  const drawn = (options: Options, count = 300) => {
    const generator = imageDataGenerator(options);
    return Array.from({ length: count }, (_, seed) => generator.getRandomTransform(shape, seed));
  };
  const span = (values: readonly (number | undefined)[]) => [
    Math.min(...values.map(Number)),
    Math.max(...values.map(Number)),
  ];

  test("nothing by default", () => {
    const nothing = { theta: 0, tx: 0, ty: 0, shear: 0, zx: 1, zy: 1, flipHorizontal: false, flipVertical: false };
    expect(drawn({}, 1)).toEqual([nothing]);
  });

  test("fills the ranges and stays in them", () => {
    const options = { rotationRange: 40, shearRange: 10, zoomRange: 0.3, channelShiftRange: 5 } as const;
    const all = drawn({ ...options, brightnessRange: [0.5, 1.5], widthShiftRange: 0.2, heightShiftRange: 0.1 });
    const ranges = [
      [all.map(({ theta }) => theta), -40, 40],
      [all.map(({ shear }) => shear), -10, 10],
      [all.map(({ zx }) => zx), 0.7, 1.3],
      [all.map(({ zy }) => zy), 0.7, 1.3],
      // A fraction of the width, 50, sideways; of the height, 100, up and down.
      [all.map(({ tx }) => tx), -10, 10],
      [all.map(({ ty }) => ty), -10, 10],
      [all.map(({ brightness }) => brightness), 0.5, 1.5],
      [all.map(({ channelShiftIntensity }) => channelShiftIntensity), -5, 5],
    ] as const;
    for (const [values, low, high] of ranges) {
      const [least = 0, most = 0] = span(values);
      expect(least).toBeGreaterThanOrEqual(low);
      expect(most).toBeLessThanOrEqual(high);
      expect(most - least).toBeGreaterThan(0.9 * (high - low));
    }
  });

  test("shifts by whole pixels, by lists, by fractions, and zoom by a pair", () => {
    const set = (values: readonly (number | undefined)[]) =>
      [...new Set(values.map((x) => Number(x) + 0))].sort((a, b) => a - b);
    expect(set(drawn({ widthShiftRange: 3 }).map(({ tx }) => tx))).toEqual([-2, -1, 0, 1, 2]);
    expect(set(drawn({ heightShiftRange: [4, 7] }).map(({ ty }) => ty))).toEqual([-7, -4, 4, 7]);
    expect(set(drawn({ heightShiftRange: [0.1, 0.2] }).map(({ ty }) => ty))).toEqual([-20, -10, 10, 20]);
    expect(span(drawn({ zoomRange: [0.5, 0.6] }).map(({ zx }) => zx)).every((z) => z >= 0.5 && z <= 0.6)).toBe(true);
    const flips = drawn({ horizontalFlip: true }).filter(({ flipHorizontal }) => flipHorizontal).length;
    expect(flips).toBeGreaterThan(120);
    expect(flips).toBeLessThan(180);
  });

  test("with Keras's means and deviations, between its least and greatest", () => {
    const { size, options, parameters } = golden.drawn;
    const generator = imageDataGenerator(options);
    const draws = Array.from({ length: 4000 }, (_, seed) => generator.getRandomTransform(size, seed));
    for (const [name, [mean, std, least, most]] of Object.entries(parameters)) {
      const values = draws.map((draw) => Number(draw[name as keyof Parameters_]));
      const average = values.reduce((sum, x) => sum + x, 0) / values.length;
      const variance = values.reduce((sum, x) => sum + (x - average) ** 2, 0) / values.length;
      // Four standard errors of a difference between two means of 4,000; of deviations less.
      expect(Math.abs(average - mean), name).toBeLessThanOrEqual(0.09 * std);
      expect(Math.abs(Math.sqrt(variance) - std), name).toBeLessThanOrEqual(0.05 * std);
      expect(Math.abs(Math.min(...values) - least), name).toBeLessThanOrEqual(0.02 * (most - least));
      expect(Math.abs(Math.max(...values) - most), name).toBeLessThanOrEqual(0.02 * (most - least));
    }
  });

  test("the same by the same seed, another without one", () => {
    const generator = imageDataGenerator({ rotationRange: 40 });
    expect(generator.getRandomTransform(shape, 5)).toEqual(generator.getRandomTransform(shape, 5));
    expect(generator.getRandomTransform(shape)).not.toEqual(generator.getRandomTransform(shape));
    const picture = bytes([8, 8, 3], 1);
    expect(generator.randomTransform(picture, 3)).toEqual(
      generator.applyTransform(picture, generator.getRandomTransform(picture.shape, 3)),
    );
  });

  test.each([
    [{ zoomRange: [1, 2, 3] }, "zoomRange is two numbers"],
    [{ brightnessRange: [1] }, "brightnessRange is two numbers"],
    [{ fillMode: "mirror" }, "fillMode is one of constant, nearest, reflect, wrap; got mirror"],
    [{ dataFormat: "NCHW" }, "dataFormat is one of"],
    [{ interpolationOrder: 6 }, "interpolationOrder is 0 \\(nearest\\), 1 \\(linear\\) or 2 to 5"],
    [{ rotationRange: Number.NaN }, "rotationRange is a number from -1000000 to 1000000; got NaN"],
    [{ validationSplit: 1 }, "validationSplit is from 0 on and less than 1"],
    [{ widthShiftRange: [] }, "widthShiftRange is a number or a list"],
  ])("%s is refused", (options, message) => {
    expect(() => imageDataGenerator(options as Options)).toThrow(new RegExp(`imageDataGenerator: ${message}`));
  });
});

describe("turning around the centre", () => {
  test("keeps the middle of a picture that is not square, where Keras's point does not", () => {
    const wide = tensor("float32", [5, 9, 1], new Float32Array(45));
    wide.data[22] = 1;
    const middle = (pivot: "keras" | "centre") =>
      imageDataGenerator({ pivot, fillMode: "constant" }).applyTransform(wide, { theta: 90 }).data[22];
    expect(middle("centre")).toBeCloseTo(1, 6);
    expect(middle("keras")).toBeCloseTo(0, 6);
  });
});

describe("a flow", () => {
  const all = tensor(
    "uint8",
    [10, 4, 4, 1],
    Uint8Array.from({ length: 160 }, (_, i) => i),
  );
  const targets = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1];

  test("changes pictures by the seed, the epoch and the picture; values are 0..255", async () => {
    const generator = imageDataGenerator({ rotationRange: 40, horizontalFlip: true });
    const flow = generator.flow(all, targets, { seed: 1 });
    const first = await flow.read([3, 4], { epoch: 2 });
    expect(Math.max(...first.inputs.data)).toBeGreaterThan(1);
    expect((await flow.read([4], { epoch: 2 })).inputs.data).toEqual(first.inputs.data.slice(16));
    expect((await flow.read([4], { epoch: 3 })).inputs.data).not.toEqual(first.inputs.data.slice(16));
    expect(
      await imageDataGenerator({ rescale: 1 / 255 })
        .flow(all, targets)
        .read([9]),
    ).toEqual({
      inputs: tensor(
        "float32",
        [1, 4, 4, 1],
        Float32Array.from({ length: 16 }, (_, i) => (144 + i) * Math.fround(1 / 255)),
      ),
      targets: tensor("int32", [1], Int32Array.from([1])),
    });
  });

  test("is applyTransform and standardize, also where rescale is part of the resampling", async () => {
    for (const options of [
      {},
      { interpolationOrder: 0 },
      { interpolationOrder: 3 },
      { interpolationOrder: 4 },
      { brightnessRange: [0.5, 0.6] as const },
    ]) {
      const moving = { rotationRange: 40, horizontalFlip: true, fillMode: "constant", cval: 9, ...options } as const;
      const { inputs } = await imageDataGenerator({ ...moving, rescale: 1 / 255 })
        .flow(all, targets, { seed: 4 })
        .read([5]);
      const plain = await imageDataGenerator(moving).flow(all, targets, { seed: 4 }).read([5]);
      expect(
        largestError(
          inputs.data,
          [...plain.inputs.data].map((x) => x / 255),
        ),
      ).toBeLessThan(1e-6);
    }
  });

  test("goes on without end, every picture once in each epoch", async () => {
    const flow = imageDataGenerator().flow(all, targets, { batchSize: 4, seed: 2 });
    expect([flow.batches, flow.batchSize, flow.length]).toEqual([3, 4, 10]);
    const seen: number[] = [];
    for await (const { inputs } of flow) {
      for (let row = 0; row < at(inputs.shape, 0); row++) seen.push(Number(inputs.data[row * 16]) / 16);
      if (seen.length >= 20) break;
    }
    const sorted = (some: readonly number[]) => [...some].sort((a, b) => a - b);
    expect(sorted(seen.slice(0, 10))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(sorted(seen.slice(10, 20))).toEqual(sorted(seen.slice(0, 10)));
    expect(seen.slice(10, 20)).not.toEqual(seen.slice(0, 10));
  });

  test("splits as Keras: the first part is the validation", async () => {
    const generator = imageDataGenerator({ validationSplit: 0.25 });
    const [training, validation] = (["training", "validation"] as const).map((subset) =>
      generator.flow(all, targets, { subset }),
    );
    expect([training?.length, validation?.length]).toEqual([8, 2]);
    expect((await validation?.read([1]))?.inputs.data[0]).toBe(16);
    expect((await training?.read([0]))?.inputs.data[0]).toBe(32);
    const sorted = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    expect(() => generator.flow(all, sorted, { subset: "training" })).toThrow(/have different classes/);
    expect(generator.flow(all, sorted, { subset: "training", ignoreClassSplit: true }).length).toBe(8);
    expect(() => imageDataGenerator().flow(all, targets, { subset: "training" })).toThrow(/needs a validationSplit/);
    expect(() => imageDataGenerator({ featurewiseCenter: true }).flow(all)).toThrow(/call fit\(pictures\) before flow/);
  });

  test("writes what it made to a folder", async () => {
    const saveToDir = join(temporaryFolder(), "seen");
    await imageDataGenerator().flow(all, targets, { saveToDir, savePrefix: "p" }).read([3, 7], { epoch: 1 });
    expect(readdirSync(saveToDir)).toEqual(["p_3_1.png", "p_7_1.png"]);
    const { shape, data } = await decodeImage(join(saveToDir, "p_3_1.png"), { channels: 1 });
    expect(shape).toEqual([4, 4, 1]);
    expect([data[0], data[15]]).toEqual([0, 255]);
  });

  test("from a directory follows links to folders where it is asked to, as Keras", async () => {
    const [folder, elsewhere] = [temporaryFolder(), temporaryFolder()];
    await writePictures(folder, { "a/1.png": 1, "b/2.png": 2 });
    await writePictures(elsewhere, { "3.png": 3 });
    symlinkSync(elsewhere, join(folder, "a", "linked"));
    symlinkSync(elsewhere, join(folder, "c"));
    const count = async (options: object) =>
      (await imageDataGenerator().flowFromDirectory(folder, { targetSize: [4, 4], ...options })).length;
    expect(await count({})).toBe(3);
    expect(await count({ followLinks: true })).toBe(4);
  });

  test("from a directory: Keras's order, subsets and class modes", async () => {
    const folder = temporaryFolder();
    const names = ["a", "b"].flatMap((name, k) => [0, 1, 2, 3].map((i) => [`${name}/${i}.png`, 100 * k + i]));
    await writePictures(folder, Object.fromEntries(names));
    const generator = imageDataGenerator({ validationSplit: 0.5 });
    const targetSize = [4, 4] as const;
    const flow = await generator.flowFromDirectory(folder, { targetSize, subset: "validation" });
    const { inputs, targets: hot } = await flow.read([0, 1, 2, 3]);
    expect([0, 1, 2, 3].map((row) => inputs.data[row * 48])).toEqual([0, 1, 100, 101]);
    expect([...hot.data]).toEqual([1, 0, 1, 0, 0, 1, 0, 1]);
    const read = async (classMode: "sparse" | "binary" | "input") =>
      (await (await generator.flowFromDirectory(folder, { targetSize, classMode })).read([7])).targets;
    expect(await read("sparse")).toEqual(tensor("int32", [1], Int32Array.from([1])));
    expect(await read("binary")).toEqual(tensor("float32", [1, 1], Float32Array.from([1])));
    expect((await read("input")).shape).toEqual([1, 4, 4, 3]);
    const from = (options: object) => generator.flowFromDirectory(folder, { targetSize, ...options });
    await expect(from({ classMode: "other" })).rejects.toThrow(/classMode is one of categorical, .*; got other/);
    await expect(from({ subset: "val" })).rejects.toThrow(/subset is training or validation; got val/);
    await expect(imageDataGenerator().flowFromDirectory(folder, { subset: "validation" })).rejects.toThrow(
      /needs a validationSplit/,
    );
    const first = imageDataGenerator({ dataFormat: "channelsFirst" });
    const grey = await first.flowFromDirectory(folder, { targetSize: [4, 6], colorMode: "grayscale" });
    expect(grey.inputShape).toEqual([1, 4, 6]);
  });
});
