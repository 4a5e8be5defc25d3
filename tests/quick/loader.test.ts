import { readdir, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { arrays, imageDataGenerator, imageFolder, loader, type ReadOptions, subset } from "#striate/data/index";
import { encodeImage } from "#striate/image/index";
import { labels, pictures } from "../support/pattern.ts";
import { temporaryFolder, writePictures } from "../support/pictureFolder.ts";

const GENERATOR = imageDataGenerator({ rotationRange: 90, horizontalFlip: true, widthShiftRange: 0.3 });

async function folderOf(count: number, cutOff = false): Promise<string> {
  const folder = temporaryFolder();
  for (let i = 0; i < count; i++) {
    const { shape, data } = pictures([9, 9, 3], i);
    const file = await encodeImage({ dtype: "float32", shape, data: data.map((value) => value * 255) });
    await writePictures(folder, { [`${i % 2 === 0 ? "a" : "b"}/${i}.png`]: file });
  }
  if (cutOff) await writePictures(folder, { "a/bad.png": Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 0]) });
  return folder;
}

const BATCHES = [
  [5, 2, 9, 0],
  [1, 7, 3, 8],
  [6, 4],
];

async function readAll(dataset: ReturnType<typeof loader>, epoch: number) {
  const read = [];
  for (const [i, indices] of BATCHES.entries()) {
    const options: ReadOptions = { epoch, upcoming: BATCHES.slice(i + 1) };
    const { inputs, targets } = await dataset.read(indices, options);
    read.push({ inputs: [...inputs.data], targets: [...targets.data], shape: inputs.shape });
  }
  return read;
}

describe("a loader", () => {
  test("reads the same for any number of workers, in the same order, augmented or not", async () => {
    const { train } = await imageFolder(await folderOf(10, true), { size: 6 });
    const flow = GENERATOR.flowFrom(train, { seed: 5 });
    const made = [];
    for (const workers of [0, 1, 3]) {
      const loaded = loader(flow, { workers });
      made.push([await readAll(loaded, 0), await readAll(loaded, 1)]);
      expect(loaded.problems?.().map(({ path }) => path.endsWith("bad.png"))).toEqual([true]);
      await loaded.close();
    }
    expect(made[1]).toEqual(made[0]);
    expect(made[2]).toEqual(made[0]);
    expect(made[0]?.[1]).not.toEqual(made[0]?.[0]);
    // And as the data set itself.
    const [indices = []] = BATCHES;
    const { inputs } = await flow.read(indices, { epoch: 1 });
    expect(made[0]?.[1]?.[0]?.inputs).toEqual([...inputs.data]);
  });

  test("takes arrays and parts of a data set", async () => {
    const data = arrays({ inputs: pictures([12, 4, 4, 1], 1), targets: labels(12, 2, 3) });
    const part = subset(GENERATOR.flowFrom(data), 2, 12);
    const loaded = loader(part, { workers: 2 });
    const { inputs, targets } = await loaded.read([9, 0, 3]);
    const wanted = await part.read([9, 0, 3]);
    expect(inputs).toEqual(wanted.inputs);
    expect(targets).toEqual(wanted.targets);
    await loaded.close();
  });

  test("takes a generator's flow from a directory", async () => {
    const flow = await GENERATOR.flowFromDirectory(await folderOf(4), { targetSize: [6, 6], seed: 2 });
    const loaded = loader(flow, { workers: 2 });
    const { targets } = await loaded.read([0, 3], { epoch: 1 });
    expect([...targets.data]).toEqual([1, 0, 0, 1]);
    expect(await loaded.read([0, 3], { epoch: 1 })).toEqual(await flow.read([0, 3], { epoch: 1 }));
    await loaded.close();
  });

  test("keeps decoded pictures in memory, within the budget", async () => {
    for (const workers of [0, 1]) {
      const folder = await folderOf(10);
      const { train } = await imageFolder(folder, { size: 4 });
      // Five pictures of 48 bytes.
      const loaded = loader(train, { workers, cache: { memoryBytes: 5 * 48 } });
      const first = await loaded.read([0, 1, 2, 3, 4]);
      await loaded.read([5, 6, 7, 8, 9]);
      await rm(folder, { recursive: true });
      expect((await loaded.read([0, 1, 2, 3, 4])).inputs).toEqual(first.inputs);
      expect(loaded.problems?.()).toEqual([]);
      await loaded.read([9]);
      expect(loaded.problems?.()).not.toEqual([]);
      await loaded.close();
    }
  });

  test("keeps decoded pictures on disk for the next run, and decodes damaged ones again", async () => {
    const folder = await folderOf(10);
    const cache = { folder: join(temporaryFolder(), "cache") };
    const { train } = await imageFolder(folder, { size: 4 });
    const all = Array.from({ length: 10 }, (_, i) => i);
    const first = loader(train, { workers: 2, cache });
    const wanted = await first.read(all);
    await first.close();
    const stored = await readdir(cache.folder);
    expect(stored).toHaveLength(10);
    await truncate(join(cache.folder, stored[0] ?? ""), 20);
    const second = loader(train, { workers: 1, cache });
    expect((await second.read(all)).inputs).toEqual(wanted.inputs);
    await second.close();
  });

  test("keeps the folder of the cache within its budget, over all workers and all runs", async () => {
    const { train } = await imageFolder(await folderOf(30), { size: 4 });
    // A picture of 48 bytes and its hash of 32.
    const cache = { folder: join(temporaryFolder(), "cache"), diskBytes: 12 * 80 };
    for (const [run, workers] of [2, 0, 3].entries()) {
      const loaded = loader(train, { workers, cache });
      for (let from = 0; from < 30; from += 5) {
        await loaded.read(Array.from({ length: 5 }, (_, i) => (from + i + 11 * run) % 30));
      }
      await loaded.close();
      const held = await readdir(cache.folder);
      expect(held.length).toBeLessThanOrEqual(12);
      expect(held.length).toBeGreaterThan(5);
    }
    for (const wrong of [{ diskBytes: -1 }, { memoryBytes: Number.NaN }]) {
      expect(() => loader(train, { cache: wrong })).toThrow(/cache: (disk|memory)Bytes is a number of bytes from 0 on/);
    }
  });

  test("reads ahead what is told, and no more than the depth", async () => {
    const asked: string[] = [];
    const data = arrays({ inputs: pictures([40, 2], 1), targets: labels(40, 2, 3) });
    const { describe: _, ...rest } = data;
    const watched = {
      ...rest,
      read(indices: ArrayLike<number>) {
        asked.push(Array.from(indices).join());
        return data.read(indices);
      },
    };
    const loaded = loader(watched, { prefetch: 2 });
    const plan = [[0], [1], [2], [3], [4]];
    await loaded.read([0], { upcoming: plan.slice(1) });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(asked).toEqual(["0", "1", "2"]);
    await loaded.read([1], { upcoming: plan.slice(2) });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(asked).toEqual(["0", "1", "2", "3"]);
  });

  test("keeps no batch that it has given away", async () => {
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    const data = arrays({ inputs: pictures([40, 2], 1), targets: labels(40, 2, 3) });
    for (const workers of [0, 1]) {
      const loaded = loader(data, { workers });
      const given: WeakRef<object>[] = [];
      for (let i = 0; i < 5; i++) given.push(new WeakRef((await loaded.read([i, i + 1])).inputs.data));
      // What a promise has just resolved with is held for a turn.
      await new Promise((resolve) => setTimeout(resolve, 10));
      collect();
      expect(given.slice(0, 4).map((each) => each.deref())).toEqual(Array(4).fill(undefined));
      await loaded.close();
    }
  });

  test("reads the same whether batches or examples are shared out", async () => {
    const { train } = await imageFolder(await folderOf(10, true), { size: 6 });
    const made = [];
    for (const options of [{ prefetch: 3 }, { prefetch: 1 }, { cache: { memoryBytes: 1000 } }]) {
      const loaded = loader(GENERATOR.flowFrom(train, { seed: 5 }), { workers: 3, ...options });
      made.push(await readAll(loaded, 1));
      await loaded.close();
    }
    expect(made[1]).toEqual(made[0]);
    expect(made[2]).toEqual(made[0]);
  });

  test("stops at once on its signal, what is under way too", async () => {
    const { train } = await imageFolder(await folderOf(10), { size: 400 });
    for (const workers of [0, 2]) {
      const controller = new AbortController();
      const loaded = loader(train, { workers, signal: controller.signal });
      const many = Array.from({ length: 400 }, (_, i) => i % 10);
      const reading = loaded.read(many, { upcoming: [many, many] });
      const begin = performance.now();
      controller.abort();
      await expect(reading).rejects.toMatchObject({ code: "interrupted" });
      await expect(loaded.read([0])).rejects.toMatchObject({ code: "interrupted" });
      expect(performance.now() - begin).toBeLessThan(1000);
    }
    const loaded = loader(train, { workers: 1, signal: AbortSignal.abort() });
    await expect(loaded.read([0])).rejects.toMatchObject({ code: "interrupted" });
  });

  test("passes errors on, and refuses functions", async () => {
    const folder = await folderOf(4, true);
    const { train } = await imageFolder(folder, { size: 4, onError: "fail" });
    const loaded = loader(train, { workers: 2 });
    const all = Array.from({ length: train.length }, (_, i) => i);
    await expect(loaded.read(all)).rejects.toMatchObject({ code: "data", message: expect.stringMatching(/bad\.png/) });
    // One bad batch does not end it.
    const good = train.files.findIndex(({ path }) => !path.endsWith("bad.png"));
    expect((await loaded.read([good])).inputs.shape).toEqual([1, 4, 4, 3]);
    await loaded.close();
    const own = imageDataGenerator({ preprocessingFunction: (picture) => picture }).flowFrom(train);
    expect(() => loader(own, { workers: 2 })).toThrow(/cannot be sent to workers/);
    expect(() => loader(train, { workers: -1 })).toThrow(/workers is a whole number from 0 on; got -1/);
  });
});
