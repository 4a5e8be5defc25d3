import { describe, expect, test } from "vitest";
import {
  arrays,
  augment,
  type Batch,
  balanced,
  type Dataset,
  imageDataGenerator,
  imageFolder,
  loader,
  mixup,
  type ReadOptions,
  randomCrop,
  randomFlip,
  randomResizedCrop,
  type SingleInputDataset,
  split,
  subset,
  weighted,
} from "#striate/data/index";
import { fromNumbers, type Tensor, tensor } from "#striate/tensor/index";
import { pictures } from "../support/pattern.ts";
import { temporaryFolder, writePictures } from "../support/pictureFolder.ts";

/** 5 classes of 20 examples, sorted by class: what comes from folders and from many files. */
const SORTED = Array.from({ length: 100 }, (_, i) => Math.floor(i / 20));
const data = (targets: Tensor | readonly number[] = SORTED) =>
  arrays({ inputs: pictures([100, 4, 4, 3], 1), targets, classes: 5 });

function countsOf(labels: ArrayLike<number>): number[] {
  const counts = new Array<number>(5).fill(0);
  for (const label of Array.from(labels)) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

async function everything(dataset: Dataset, options?: ReadOptions): Promise<Batch> {
  return dataset.read(
    Array.from({ length: dataset.length }, (_, i) => i),
    options,
  );
}

const inputsOf = async (dataset: SingleInputDataset, options?: ReadOptions) =>
  Array.from((await dataset.read([0, 1, 2, 3], options)).inputs.data);

describe("a split", () => {
  test("has every class in both parts of data that is sorted by class", async () => {
    const { train, validation } = split(data(), 0.2);
    expect(countsOf((await everything(validation)).targets.data as Int32Array)).toEqual([4, 4, 4, 4, 4]);
    expect(countsOf((await everything(train)).targets.data as Int32Array)).toEqual([16, 16, 16, 16, 16]);
    expect(countsOf(train.labels?.() ?? [])).toEqual([16, 16, 16, 16, 16]);
  });

  test("knows the classes of one-hot rows and of labels [n,1]", () => {
    const oneHot = tensor("float32", [100, 5], new Float32Array(500));
    for (const [i, label] of SORTED.entries()) oneHot.data[5 * i + label] = 1;
    const column = fromNumbers("int32", [100, 1], SORTED);
    for (const targets of [oneHot, column]) {
      expect(countsOf(split(data(targets), 0.2).validation.labels?.() ?? [])).toEqual([4, 4, 4, 4, 4]);
    }
  });

  test("draws where classes are not known, by the seed, and has each example once", async () => {
    const numbers = tensor("float32", [100, 1], new Float32Array(SORTED.map((_, i) => i + 0.5)));
    const drawn = async (seed?: number) => {
      const { train, validation } = split(data(numbers), 0.2, seed === undefined ? {} : { seed });
      const parts = [await everything(train), await everything(validation)].map(({ targets }) => [
        ...(targets as Tensor<"float32">).data,
      ]);
      expect(
        parts
          .flat()
          .map(Number)
          .sort((a, b) => a - b),
      ).toEqual([...numbers.data]);
      return parts[1];
    };
    expect(await drawn()).toEqual(await drawn(0));
    expect(await drawn(1)).not.toEqual(await drawn(0));
    expect(Math.min(...((await drawn())?.map(Number) ?? []))).toBeLessThan(50);
  });

  test("does not augment what it keeps for validation", async () => {
    const plain = await inputsOf(split(data(), 0.2).validation);
    const generator = imageDataGenerator({ rotationRange: 90, horizontalFlip: true });
    const augmented: readonly SingleInputDataset[] = [
      augment(data(), [randomFlip(), randomCrop({ padding: 2 }), randomResizedCrop({ scale: [0.1, 0.5] })]),
      generator.flowFrom(data(), { seed: 1 }),
      mixup(data(), { alpha: 1 }),
      mixup(augment(data(), [randomFlip()])),
    ];
    for (const dataset of augmented) {
      const { train, validation } = split(dataset, 0.2);
      expect(await inputsOf(validation, { epoch: 3 })).toEqual(plain);
      expect(await inputsOf(train)).not.toEqual(await inputsOf(train, { epoch: 1 }));
    }
  });

  test("of a loader is read by its workers, augmented and not", async () => {
    const folder = temporaryFolder();
    for (let i = 0; i < 12; i++) await writePictures(folder, { [`${i < 6 ? "a" : "b"}/${i}.png`]: 20 * i });
    const { train: folderData } = await imageFolder(folder, { size: 8 });
    const shifted = augment(folderData, [randomCrop({ padding: 3 })], { seed: 1 });
    const plain = await everything(split(folderData, 0.34).validation);
    for (const workers of [0, 2]) {
      const loaded = loader(shifted, { workers });
      const { train, validation } = split(loaded, 0.34);
      expect(await everything(validation, { epoch: 1 })).toEqual(plain);
      expect(await everything(train, { epoch: 1 })).toEqual(await everything(split(shifted, 0.34).train, { epoch: 1 }));
      await loaded.close();
    }
  });

  test("says what to do where a step changes the shape of what it would measure", async () => {
    const halve = Object.assign((picture: Tensor<"float32">) => ({
      ...picture,
      shape: [2, 4, 3],
      data: picture.data.slice(0, 24),
    }));
    const { validation } = split(augment(data(), [halve]), 0.2);
    await expect(validation.read([0])).rejects.toThrow(/make pictures of \[4,4,3\] into \[2,4,3\].*`unaugmented`/);
    const measured = split(augment(data(), [Object.assign(halve, { unaugmented: halve })]), 0.2).validation;
    expect((await measured.read([0])).inputs).toMatchObject({ shape: [1, 2, 4, 3] });
    const cropped = split(augment(data(), [randomCrop({ size: 2 })]), 0.2).validation;
    const [first = Number.NaN] = await inputsOf(subset(split(data(), 0.2).validation, 0, 4));
    expect((await cropped.read([0])).inputs).toMatchObject({ shape: [1, 2, 2, 3] });
    expect((await cropped.read([0])).inputs).not.toMatchObject({ data: { 0: first } });
  });

  test("refuses data whose examples are drawn anew in each epoch", () => {
    expect(() => split(balanced(data(), SORTED), 0.2)).toThrow(/split first/);
    expect(split(data(), 0.2, { seed: 3 }).train.length).toBe(80);
    expect(() => split(data(), 0.2, { seed: -1 })).toThrow(
      "split: seed must be a whole number of at least 0, received -1",
    );
  });
});

/** A data set as a class of somebody's own, with getters and private fields, whose methods need their `this`. */
class Own implements SingleInputDataset {
  readonly #examples = data();
  get length() {
    return this.#examples.length;
  }
  get inputShape() {
    return this.#examples.inputShape;
  }
  get classes() {
    return 5;
  }
  labels() {
    return this.#examples.labels?.();
  }
  problems() {
    return [{ path: `${this.#examples.length}.png`, reason: "is damaged" }];
  }
  read(indices: ArrayLike<number>) {
    return this.#examples.read(indices);
  }
}

describe("a data set of a class of one's own", () => {
  const derivations: Readonly<Record<string, (own: SingleInputDataset) => SingleInputDataset>> = {
    subset: (own) => subset(own, 0, 100),
    split: (own) => split(own, 0.2).train,
    augment: (own) => augment(own, [randomFlip()]),
    generator: (own) => imageDataGenerator().flowFrom(own),
    mixup: (own) => mixup(own),
    balanced: (own) => balanced(own, SORTED),
    weighted: (own) => weighted(own, SORTED),
    loader: (own) => loader(own, { workers: 0 }),
  };
  test.each(Object.entries(derivations))("goes through %s", async (_, derive) => {
    const derived = derive(new Own());
    expect(derived).toMatchObject({ inputShape: [4, 4, 3], classes: 5 });
    expect(derived.length).toBeGreaterThanOrEqual(80);
    expect(derived.problems?.()).toEqual([{ path: "100.png", reason: "is damaged" }]);
    expect((await derived.read([3, 1])).inputs.shape).toEqual([2, 4, 4, 3]);
  });

  test("keeps its own memory when its pictures are augmented", async () => {
    const kept = tensor(
      "float32",
      [1, 4, 4, 3],
      Float32Array.from({ length: 48 }, (_, i) => i / 48),
    );
    const before = [...kept.data];
    const same: SingleInputDataset = {
      length: 1,
      inputShape: [4, 4, 3],
      read: () => ({ inputs: kept, targets: fromNumbers("int32", [1], [0]) }),
    };
    const flipped = augment(same, [randomFlip({ probability: 1 })]);
    const first = [...(await flipped.read([0])).inputs.data];
    expect([...(await flipped.read([0])).inputs.data]).toEqual(first);
    expect(first).not.toEqual(before);
    expect([...kept.data]).toEqual(before);
  });
});

describe("sample weights", () => {
  test("go with their examples through everything that derives data sets, workers too", async () => {
    const weights = SORTED.map((_, i) => i / 100);
    const whole = arrays({ inputs: pictures([100, 4, 4, 3], 1), targets: SORTED, sampleWeights: weights });
    const loaded = loader(augment(subset(whole, 10, 90), [randomFlip()]), { workers: 2, cache: { memoryBytes: 1 } });
    expect(loaded.weighted).toBe(true);
    const { sampleWeights } = await loaded.read([5, 0, 79]);
    expect(sampleWeights).toEqual(fromNumbers("float32", [3], [0.15, 0.1, 0.89]));
    await loaded.close();
  });

  test.each([
    [[1, 2], "100 examples came with 2 sample weights; give one for each"],
    [SORTED.map((_, i) => (i === 7 ? -1 : 1)), "that of example 7 is -1"],
    [SORTED.map((_, i) => (i === 8 ? Number.NaN : 1)), "that of example 8 is NaN"],
  ])("that cannot be meant are refused", (weights, message) => {
    expect(() => weighted(data(), weights)).toThrow(message);
  });
});
