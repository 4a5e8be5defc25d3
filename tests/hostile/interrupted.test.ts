import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { augment, type Dataset, imageFolder, loader, randomFlip } from "#striate/data/index";
import type { Engine } from "#striate/engine/index";
import { conv2d, dense, dropout, globalAveragePooling2d } from "#striate/layers/index";
import { type Model, sequential } from "#striate/model/index";
import { type FitOptions, fit, modelCheckpoint, readCheckpoint } from "#striate/training/index";
import { startSmall } from "../support/engines.ts";
import { writePictures } from "../support/pictureFolder.ts";
import { numbersOf } from "../support/runs.ts";

/** 14 pictures in batches of 4: three whole ones and one of 2. */
const PICTURES = 14;
const BATCHES = 4;
const EPOCHS = 2;

let engine: Engine;
let folder = "";
beforeAll(async () => {
  engine = await startSmall();
  folder = await mkdtemp(join(tmpdir(), "striate-interrupted-"));
  for (let i = 0; i < PICTURES; i++) await writePictures(folder, { [`photos/${i % 2 ? "a" : "b"}/${i}.png`]: 17 * i });
});
afterAll(async () => {
  await engine?.close();
  await rm(folder, { recursive: true, force: true });
});

const net = (seed: number): Model =>
  sequential({ name: "net", inputShape: [8, 8, 3], seed }, [
    conv2d({ filters: 3, kernelSize: 3, activation: "relu" }),
    dropout({ rate: 0.3 }),
    globalAveragePooling2d(),
    dense({ units: 2, activation: "softmax" }),
  ]);

/** A run on a folder of pictures, read and augmented by workers; `watch` sees every batch that is asked for. */
async function run(
  name: string,
  model: Model,
  options: FitOptions = {},
  watch: (read: number, controller: AbortController) => void = () => undefined,
) {
  const controller = new AbortController();
  const { train } = await imageFolder(join(folder, "photos"), { size: 8 });
  const pictures = augment(train, [randomFlip()], { seed: 3 });
  const loaded = loader(pictures, { workers: 2, prefetch: 2, signal: controller.signal });
  let reads = 0;
  const watched: Dataset = {
    ...loaded,
    read: (indices, how) => {
      const batch = loaded.read(indices, how);
      watch(++reads, controller);
      return batch;
    },
  };
  try {
    const { epochs } = await fit(model, watched, {
      engine,
      epochs: EPOCHS,
      batchSize: 4,
      seed: 5,
      signal: controller.signal,
      callbacks: [modelCheckpoint({ path: join(folder, name) })],
      ...options,
    });
    return { epochs, weights: numbersOf(model.weights) };
  } finally {
    await loaded.close();
  }
}

describe("a run that is interrupted while the next batch is read", () => {
  const moments = Array.from({ length: EPOCHS * BATCHES }, (_, i) => i + 1);

  test("goes on to the bit, whichever read it was", { timeout: 120_000 }, async () => {
    const whole = await run("whole", net(1));
    for (const moment of moments) {
      const name = `at-${moment}`;
      const stopped = run(name, net(1), {}, (read, controller) => {
        // The signal rejects this very read, which is under way while a step runs.
        if (read === moment) controller.abort();
      });
      await expect(stopped, name).rejects.toMatchObject({ code: "interrupted" });
      const { progress } = await readCheckpoint(join(folder, name), net(2));
      const { epoch, batch, step, sums } = progress;
      expect(epoch * BATCHES + batch, `position of a checkpoint ${name}`).toBe(step);
      expect(sums.examples, `sums of a checkpoint ${name}`).toBe(Math.min(4 * batch, PICTURES));
      const resumed = await run(name, net(2), { resume: join(folder, name) });
      expect(resumed, name).toEqual(whole);
    }
  });
});

test("an error of reading ends the run after the step that ran meanwhile is told", async () => {
  const told: number[] = [];
  const { train } = await imageFolder(join(folder, "photos"), { size: 8 });
  let reads = 0;
  const failing: Dataset = {
    ...train,
    read: (indices) => {
      if (++reads === 3) throw new Error("the third batch is damaged");
      return train.read(indices);
    },
  };
  const callbacks = [{ name: "steps", onBatchEnd: ({ step }: { step: number }) => void told.push(step) }];
  await expect(fit(net(1), failing, { engine, batchSize: 4, callbacks })).rejects.toThrow("the third batch is damaged");
  expect(told).toEqual([1, 2]);
});
