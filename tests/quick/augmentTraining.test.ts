import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  arrays,
  augment,
  gaussianNoise,
  imageFolder,
  loader,
  mixup,
  type ReadOptions,
  randomCrop,
  randomFlip,
} from "#striate/data/index";
import type { Engine } from "#striate/engine/index";
import { type Callback, type FitOptions, fit, modelCheckpoint } from "#striate/training/index";
import { startSmall } from "../support/engines.ts";
import { labels, pictures } from "../support/pattern.ts";
import { temporaryFolder, writePictures } from "../support/pictureFolder.ts";
import { numbersOf, smallNet } from "../support/runs.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await startSmall();
});
afterAll(() => engine?.close());

const DATA = arrays({ inputs: pictures([24, 6, 6, 1], 1), targets: labels(24, 2, 3), classes: 3 });
const AUGMENTED = augment(DATA, [randomFlip(), randomCrop({ padding: 1 }), gaussianNoise()], { seed: 3 });

async function trained(data: typeof DATA, options: FitOptions = {}) {
  const model = smallNet();
  const { epochs } = await fit(model, data, { engine, batchSize: 8, epochs: 2, seed: 1, ...options });
  return { epochs, weights: numbersOf(model.weights) };
}

test("training tells the data its epoch, and what comes next", async () => {
  const seen: ReadOptions[] = [];
  const { describe: _, ...rest } = DATA;
  const watched = {
    ...rest,
    read(indices: ArrayLike<number>, options: ReadOptions = {}) {
      seen.push(options);
      return DATA.read(indices);
    },
  };
  await trained(watched);
  expect(seen.map(({ epoch, upcoming }) => [epoch, upcoming?.length])).toEqual([
    [0, 2],
    [0, 1],
    [0, 0],
    [1, 2],
    [1, 1],
    [1, 0],
  ]);
});

test("augmented training is the same for any number of workers, and changes with the epoch", async () => {
  const wanted = await trained(AUGMENTED);
  for (const workers of [0, 1, 3]) {
    const loaded = loader(AUGMENTED, { workers });
    expect(await trained(loaded)).toEqual(wanted);
    await loaded.close();
  }
  expect(await trained(DATA)).not.toEqual(wanted);
});

test("augmented training goes on bit for bit from the middle of an epoch", async () => {
  const wanted = await trained(AUGMENTED);
  const path = join(temporaryFolder(), "checkpoint.safetensors");
  const controller = new AbortController();
  const stopper: Callback = {
    name: "stopper",
    onBatchEnd: ({ step }) => {
      if (step === 4) controller.abort();
    },
  };
  const callbacks = [modelCheckpoint({ path }), stopper];
  await expect(trained(AUGMENTED, { callbacks, signal: controller.signal })).rejects.toMatchObject({
    code: "interrupted",
  });
  const resumed = await trained(AUGMENTED, { callbacks: [modelCheckpoint({ path })], resume: path });
  expect(resumed).toEqual(wanted);
});

test("mixed batches train with soft targets", async () => {
  const { epochs } = await trained(mixup(AUGMENTED), { loss: "categoricalCrossentropy", epochs: 3 });
  expect(epochs).toHaveLength(3);
  expect(epochs.every(({ loss }) => Number.isFinite(loss))).toBe(true);
});

test("what could not be read is in the history", async () => {
  const folder = temporaryFolder();
  await writePictures(folder, { "a/1.png": 1, "a/2.png": 20, "b/3.png": 200, "c/4.png": 90 });
  const { train } = await imageFolder(folder, { size: 6, channels: 1 });
  await writeFile(join(folder, "b/3.png"), "no picture any more");
  const { problems } = await fit(smallNet(), train, { engine, batchSize: 2, epochs: 1 });
  expect(problems?.map(({ path }) => path)).toEqual([join(folder, "b/3.png")]);
});
