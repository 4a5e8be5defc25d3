import { describe, expect, test } from "vitest";
import { checkStepOptions } from "#striate/cli/data/augmentationSchema";
import {
  arrays,
  augment,
  batchPlan,
  colorJitter,
  cutmix,
  cutout,
  gaussianNoise,
  loader,
  mixup,
  RAND_AUGMENT_OPERATIONS,
  randAugment,
  randomAffine,
  randomCrop,
  randomFlip,
  randomResizedCrop,
  type Step,
  saltAndPepper,
  speckleNoise,
  stepOf,
} from "#striate/data/index";
import { randomStream, tensor } from "#striate/tensor/index";
import { labels, pictures } from "../support/pattern.ts";

const PICTURE = pictures([16, 20, 3], 1);
const random = (counter = 0) => randomStream({ seed: 1, stream: "test", counter });
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, x) => sum + x, 0) / values.length;

const STEPS: Readonly<Record<string, (options: { readonly probability?: number }) => Step>> = {
  randomFlip,
  randomAffine: (options) => randomAffine({ rotationRange: 30, zoomRange: 0.2, ...options }),
  randomCrop: (options) => randomCrop({ padding: 4, ...options }),
  randomResizedCrop,
  gaussianNoise,
  speckleNoise,
  saltAndPepper: (options) => saltAndPepper({ amount: 0.2, ...options }),
  colorJitter: (options) => colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, ...options }),
  cutout,
  randAugment: (options) => randAugment({ among: ["rotate", "brightness"], ...options }),
};

describe.each(Object.entries(STEPS))("%s", (_, make) => {
  test("changes values alone, keeps them in 0..1, and leaves the given picture as it is", () => {
    const before = PICTURE.data.slice();
    const made = make({ probability: 1 })(PICTURE, random());
    expect(made.shape).toEqual(PICTURE.shape);
    expect(made.data).not.toEqual(before);
    expect(made.data.every((x) => x >= 0 && x <= 1)).toBe(true);
    expect(PICTURE.data).toEqual(before);
  });

  test("is the same for the same random numbers, another for others, and not done at probability 0", () => {
    const step = make({ probability: 1 });
    expect(step(PICTURE, random()).data).toEqual(step(PICTURE, random()).data);
    const several = new Set([0, 1, 2, 3, 4, 5].map((i) => step(PICTURE, random(i)).data.join()));
    if (step.description?.name !== "randomFlip") expect(several.size).toBeGreaterThan(1);
    expect(make({ probability: 0 })(PICTURE, random()).data).toEqual(PICTURE.data);
    expect(() => make({ probability: 2 })).toThrow(/probability is a number from 0 to 1; got 2/);
  });
});

describe("the amount is what was asked for", () => {
  const grey = tensor("float32", [100, 100, 3], new Float32Array(30000).fill(0.5));

  test("of noise: the deviation, the fraction of pixels", () => {
    const deviation = (data: Float32Array) => Math.sqrt(mean(data.map((x) => (x - 0.5) ** 2)));
    expect(deviation(gaussianNoise({ stddev: 0.05 })(grey, random()).data)).toBeCloseTo(0.05, 3);
    expect(deviation(speckleNoise({ stddev: 0.1 })(grey, random()).data)).toBeCloseTo(0.05, 3);
    const { data } = saltAndPepper({ amount: 0.1, salt: 0.25 })(grey, random());
    const fraction = (value: number) => mean(Array.from(data, (x) => (x === value ? 1 : 0)));
    expect(fraction(1)).toBeCloseTo(0.025, 2);
    expect(fraction(0)).toBeCloseTo(0.075, 2);
  });

  test("of probability, flips and crops", () => {
    const flips = Array.from({ length: 400 }, (_, i) => randomFlip()(PICTURE, random(i)).data[0] !== PICTURE.data[0]);
    expect(mean(flips.map(Number))).toBeCloseTo(0.5, 1);
    const small = randomCrop({ size: [5, 7] })(PICTURE, random());
    expect(small.shape).toEqual([5, 7, 3]);
    const first = PICTURE.data.indexOf(Number(small.data[0]));
    expect([...small.data.subarray(0, 21)]).toEqual([...PICTURE.data.subarray(first, first + 21)]);
    expect(() => randomCrop({ size: 50 })(PICTURE, random())).toThrow(/50x50 is larger than a picture of 16x20/);
    expect(randomResizedCrop({ size: 8 })(PICTURE, random()).shape).toEqual([8, 8, 3]);
    const holes = cutout({ size: 6, fill: 0 })(grey, random()).data.filter((x) => x === 0).length;
    expect(holes).toBeGreaterThan(0);
    expect(holes).toBeLessThanOrEqual(6 * 6 * 3);
  });

  test("of every operation of RandAugment: none at magnitude 0, kept in 0..1 at 30", () => {
    const fixed = ["autoContrast", "equalize"];
    for (const name of RAND_AUGMENT_OPERATIONS) {
      const none = randAugment({ among: [name], magnitude: 0, operations: 1 })(PICTURE, random());
      const error = none.data.reduce((most, x, i) => Math.max(most, Math.abs(x - Number(PICTURE.data[i]))), 0);
      if (!fixed.includes(name)) expect(error, name).toBeLessThan(1 / 255);
      const most = randAugment({ among: [name], magnitude: 30, operations: 3 })(PICTURE, random());
      expect(
        most.data.every((x) => x >= 0 && x <= 1),
        name,
      ).toBe(true);
    }
    expect(() => randAugment({ among: ["x"] })).toThrow(/there is no operation of randAugment "x"; there are identity/);
  });
});

describe("the hue", () => {
  test("turned by a third makes green of red, and a full circle changes nothing", async () => {
    const { hueTurned } = await import("#striate/data/augment/steps/colour");
    const red = tensor("float32", [1, 1, 3], new Float32Array([1, 0, 0]));
    expect([...hueTurned(red, 1 / 3, 1).data].map((x) => Math.round(x * 100) / 100)).toEqual([0, 1, 0]);
    const same = hueTurned(PICTURE, 1, 1).data;
    expect(same.every((x, i) => Math.abs(x - Number(PICTURE.data[i])) < 1e-5)).toBe(true);
  });
});

describe("a pipeline", () => {
  const data = arrays({ inputs: pictures([12, 8, 8, 3], 3), targets: labels(12, 4, 3), classes: 3 });
  const steps = [randomFlip(), randomCrop({ padding: 2 }), gaussianNoise(), colorJitter({ brightness: 0.3 })];
  const augmented = augment(data, steps, { seed: 7 });

  test("depends on the seed, the epoch and the picture, not on the batch or the workers", async () => {
    const whole = await augmented.read([0, 1, 2, 3, 4, 5], { epoch: 2 });
    const alone = await augmented.read([4], { epoch: 2 });
    expect([...alone.inputs.data]).toEqual([...whole.inputs.data.subarray(4 * 192, 5 * 192)]);
    expect((await augmented.read([4], { epoch: 3 })).inputs).not.toEqual(alone.inputs);
    expect((await augment(data, steps, { seed: 8 }).read([4], { epoch: 2 })).inputs).not.toEqual(alone.inputs);
    const loaded = loader(augmented, { workers: 2 });
    expect(await loaded.read([0, 1, 2, 3, 4, 5], { epoch: 2 })).toEqual(whole);
    await loaded.close();
  });

  test("takes functions of one's own, and knows the shape that comes out", async () => {
    const own: Step = (picture) => ({ ...picture, data: picture.data.map((x) => 1 - x) });
    const made = augment(data, [own, randomCrop({ size: 4 })]);
    expect(made.inputShape).toEqual([4, 4, 3]);
    expect((await made.read([0, 1])).inputs.shape).toEqual([2, 4, 4, 3]);
    expect(made.describe?.()).toBeUndefined();
  });
});

describe("mixing a batch", () => {
  const data = arrays({ inputs: pictures([12, 8, 8, 3], 3), targets: labels(12, 4, 3), classes: 3 });
  const [batch = []] = batchPlan({ length: 12, batchSize: 6, seed: 1 });

  test.each([
    ["mixup", mixup],
    ["cutmix", cutmix],
  ])("%s: targets are shares that sum to 1, the same in every run", async (_, mix) => {
    const mixed = mix(data, { alpha: 1, seed: 3 });
    const { inputs, targets } = await mixed.read(batch, { epoch: 1 });
    expect(inputs.shape).toEqual([6, 8, 8, 3]);
    expect(targets.shape).toEqual([6, 3]);
    for (let row = 0; row < 6; row++)
      expect(mean(targets.data.subarray(row * 3, row * 3 + 3) as Float32Array)).toBeCloseTo(1 / 3, 5);
    expect(targets.data.some((x) => Number(x) > 0 && Number(x) < 1)).toBe(true);
    expect(await mixed.read(batch, { epoch: 1 })).toEqual({ inputs, targets });
    expect(await mixed.read(batch, { epoch: 2 })).not.toEqual({ inputs, targets });
    const plain = await mix(data, { probability: 0 }).read(batch);
    expect(plain.inputs).toEqual((await data.read(batch)).inputs);
    expect(() => mix(data, { alpha: 0 })).toThrow(/alpha is a number above 0/);
  });

  test("mixup's pictures are the shares of two, cutmix's target is the area", async () => {
    const flat = tensor(
      "float32",
      [2, 10, 10, 1],
      Float32Array.from({ length: 200 }, (_, i) => (i < 100 ? 0 : 1)),
    );
    const two = arrays({ inputs: flat, targets: [0, 1], classes: 2 });
    for (const mix of [mixup, cutmix]) {
      for (let epoch = 0; epoch < 20; epoch++) {
        const { inputs, targets } = await mix(two, { alpha: 1 }).read([0, 1], { epoch });
        for (const row of [0, 1]) {
          const share = Number(targets.data[row * 2 + 1]);
          expect(mean(inputs.data.subarray(row * 100, row * 100 + 100))).toBeCloseTo(share, 5);
        }
      }
    }
  });
});

describe("a step that is read from data", () => {
  test("is the one that described itself", () => {
    for (const step of [
      randomFlip(),
      randomAffine({ rotationRange: 9, widthShiftRange: [1, 2], zoomRange: [0.8, 1.2], fillMode: "wrap" }),
      randomCrop({ size: 6, padding: 2 }),
      randomResizedCrop({ size: [4, 5], scale: [0.2, 0.9] }),
      cutout({ size: 3, probability: 0.5 }),
      colorJitter({ hue: 0.1 }),
      randAugment({ operations: 1 }),
      gaussianNoise({ stddev: 0.1 }),
      speckleNoise(),
      saltAndPepper({ amount: 0.2 }),
    ]) {
      if (!step.description) throw new Error("a step of ours describes itself");
      expect(stepOf(step.description).description).toEqual(step.description);
    }
  });
});

describe("a step of a file", () => {
  test.each([
    ["randomFlip", { horizontl: true }, /^randomFlip: Unrecognized key: "horizontl"/],
    ["randomFlip", { direction: "diagonal" }, /^randomFlip: direction: .*"horizontal"/],
    ["randomCrop", { padding: "4" }, /^randomCrop: padding: .*expected number/],
    ["randomCrop", { size: [8, -8] }, /^randomCrop: size/],
    ["randomAffine", { rotation_range: 40 }, /^randomAffine: Unrecognized key: "rotation_range"/],
    ["gaussianNoise", { stddev: -1 }, /stddev is a number from 0 on/],
  ])("%s refuses %o", (name, options, message) => {
    const read = () => [checkStepOptions({ name, options }), stepOf({ name, options })];
    expect(read).toThrow(message);
  });

  test("may have every option", () => {
    const options = {
      operations: 1,
      magnitude: 5,
      among: ["equalize"],
      interpolationOrder: 1,
      max: 255,
      probability: 0.5,
    };
    expect(() => checkStepOptions({ name: "randAugment", options })).not.toThrow();
    expect(() => checkStepOptions({ name: "randomFlip", options: {} })).not.toThrow();
  });
});
