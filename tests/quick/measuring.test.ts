import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dataset, imageFolder, loader } from "#striate/data/index";
import type { Engine } from "#striate/engine/index";
import { dense, globalAveragePooling2d } from "#striate/layers/index";
import { type Model, sequential } from "#striate/model/index";
import { fromNumbers, tensor } from "#striate/tensor/index";
import { evaluate, fit, sgd } from "#striate/training/index";
import { startSmall } from "../support/engines.ts";
import { temporaryFolder, writePictures } from "../support/pictureFolder.ts";
import { numbersOf, smallNet, striped } from "../support/runs.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await startSmall();
});
afterAll(() => engine?.close());

/** What begins as a PNG and goes no further. */
const DAMAGED = Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 0]);

/** Says bright or dark by the mean grey, with a loss that depends on it. */
function brightness(): Model {
  const net = sequential({ name: "brightness", inputShape: [8, 8, 3] }, [
    globalAveragePooling2d(),
    dense({ name: "out", units: 2, activation: "softmax" }),
  ]);
  net.setWeights(
    new Map([
      ["out/kernel", fromNumbers("float32", [3, 2], [-3, 3, -3, 3, -3, 3])],
      ["out/bias", fromNumbers("float32", [2], [4.5, -4.5])],
    ]),
  );
  return net;
}

describe("pictures that stand in for those that cannot be read", () => {
  // Class a is dark, b bright; one bright picture lies in a, so that accuracy depends on what is counted.
  const good = { "a/0.png": 10, "a/1.png": 240, "b/0.png": 200, "b/1.png": 220, "b/2.png": 230 };
  const damaged = { "a/2.png": DAMAGED, "a/3.png": DAMAGED, "b/3.png": DAMAGED };

  test.each([0, 2])("are left out of a measurement, with %d workers", async (workers) => {
    const [all, readable] = [temporaryFolder(), temporaryFolder()];
    await writePictures(all, { ...good, ...damaged });
    await writePictures(readable, good);
    const wanted = await evaluate(brightness(), (await imageFolder(readable, { size: 8 })).train, { engine });
    const loaded = loader((await imageFolder(all, { size: 8 })).train, { workers });
    for (const batchSize of [3, 8]) {
      const measured = await evaluate(brightness(), loaded, { engine, batchSize });
      expect(measured.count).toBe(5);
      expect(measured.metrics.accuracy).toBeCloseTo(4 / 5, 10);
      expect(measured.metrics).toEqual(wanted.metrics);
      expect(measured.loss).toBeCloseTo(wanted.loss, 6);
    }
    const { epochs } = await fit(brightness(), loaded, {
      engine,
      validation: loaded,
      optimizer: sgd({ learningRate: 0 }),
    });
    expect(epochs[0]?.validationAccuracy).toBeCloseTo(4 / 5, 10);
    await loaded.close();
  });
});

test("a picture is not left out because too many files are open at the moment", { timeout: 60_000 }, async () => {
  const folder = temporaryFolder();
  for (let i = 0; i < 12; i++) await writePictures(folder, { [`photos/${i % 2 ? "a" : "b"}/${i}.png`]: 20 * i });
  const script = join(folder, "read.mjs");
  const data = pathToFileURL(join(import.meta.dirname, "../../dist/data/index.js")).href;
  await writeFile(
    script,
    `import { closeSync, openSync } from "node:fs";
     import { imageFolder } from ${JSON.stringify(data)};
     const { train } = await imageFolder(${JSON.stringify(join(folder, "photos"))}, { size: 8 });
     await train.read([0]);
     const exhaust = () => {
       const held = [];
       try { for (;;) held.push(openSync("/dev/null")); } catch {}
       return held;
     };
     const held = exhaust();
     setTimeout(() => held.forEach((file) => closeSync(file)), 150);
     const { standIns } = await train.read(Array.from({ length: 12 }, (_, i) => i));
     exhaust();
     const error = await train.read([5]).then(() => undefined, ({ code, message }) => code + ": " + message);
     console.log(JSON.stringify({ standIns, problems: train.problems(), error }));`,
  );
  const run = promisify(execFile)("sh", ["-c", 'ulimit -n 120; exec "$0" "$1"', process.execPath, script]);
  const { problems, standIns, error } = JSON.parse((await run).stdout);
  expect({ problems, standIns }).toEqual({ problems: [], standIns: undefined });
  expect(error).toMatch(/^io: .*\d\.png: the system is out of something it needs to read files \(EMFILE\).*ulimit -n/);
});

describe("a data set of one's own trains as one of ours", () => {
  const ours = striped(20);
  const whole = async (data: Dataset) => {
    const model = smallNet();
    const { epochs } = await fit(model, data, { engine, batchSize: 20, epochs: 3, shuffle: false, validation: data });
    return { epochs, weights: numbersOf(model.weights) };
  };

  test("which gives the same tensors every time", async () => {
    const batch = await ours.read(Array.from({ length: 20 }, (_, i) => i));
    expect(await whole({ length: 20, inputShape: [6, 6, 1], classes: 3, read: () => batch })).toEqual(
      await whole(ours),
    );
  });

  test("which gives memory that threads share, and one tensor as inputs and targets", async () => {
    const shared = new Float32Array(new SharedArrayBuffer(4 * 20 * 36));
    const { inputs } = await ours.read(Array.from({ length: 20 }, (_, i) => i));
    shared.set((inputs as { data: Float32Array }).data);
    const picture = { dtype: "float32", shape: [20, 6, 6, 1], data: shared as never } as const;
    const same: Dataset = { length: 20, inputShape: [6, 6, 1], read: () => ({ inputs: picture, targets: picture }) };
    const own = tensor("float32", [20, 6, 6, 1], Float32Array.from(shared));
    for (const data of [same, { ...same, fresh: true, read: () => ({ inputs: own, targets: own }) }]) {
      const net = sequential({ inputShape: [6, 6, 1] }, [dense({ units: 1 })]);
      const { epochs } = await fit(net, data, { engine, batchSize: 20, loss: "meanSquaredError" });
      expect(Object.keys(epochs[0] ?? {})).toEqual(["epoch", "loss", "learningRate"]);
    }
  });
});
