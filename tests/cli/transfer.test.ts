import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeSafetensors, saveModel } from "#striate/formats/index";
import { encodeImage } from "#striate/image/index";
import { batchNormalization, conv2d, dense, globalAveragePooling2d, input, maxPooling2d } from "#striate/layers/index";
import { model } from "#striate/model/index";
import { uniform } from "#striate/tensor/random";
import { pretrained } from "#striate/zoo/index";
import { failure, json, start, striate } from "../support/cli.ts";

let cwd = "";
const COMMON = ["--engine", "onnxruntime", "--threads", "1"];
const SMALL = ["--backbone", "tiny.keras", ...COMMON];

/** A photo in which one colour is brighter than the others. */
async function writePhoto(path: string, colour: number, seed: number): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true });
  // Patches of random colours, more or less contrast: no two photos are alike but for the class's colour.
  const [contrast = 0, ...noise] = uniform({ seed, stream: "photo", counter: 0 }, 1 + 4 * 6 * 3);
  const data = Uint8Array.from({ length: 20 * 30 * 3 }, (_, i) => {
    const [y, x, channel] = [Math.floor(i / 90), Math.floor(i / 3) % 30, i % 3];
    const patch = noise[(Math.floor(y / 5) * 6 + Math.floor(x / 5)) * 3 + channel] ?? 0;
    return 30 + (20 + 100 * contrast) * patch + (channel === colour ? 90 : 0);
  });
  await writeFile(path, await encodeImage({ dtype: "uint8", shape: [20, 30, 3], data }, { format: "jpeg" }));
}

/** A net with two stages, for pictures of 16x16. */
async function writeBackbone(path: string): Promise<void> {
  const x = input({ shape: [16, 16, 3] });
  const early = conv2d({ name: "early", filters: 6, kernelSize: 3, padding: "same", activation: "relu" })(x);
  const pooled = maxPooling2d({ name: "pool", poolSize: 2 })(batchNormalization({ name: "norm" })(early));
  const late = conv2d({ name: "late", filters: 16, kernelSize: 3, padding: "same", activation: "relu" })(pooled);
  const outputs = dense({ name: "old", units: 7, activation: "softmax" })(
    globalAveragePooling2d({ name: "gap" })(late),
  );
  await saveModel(model({ inputs: x, outputs, name: "tiny", seed: 3 }), path);
}

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "striate-transfer-"));
  await writeBackbone(join(cwd, "tiny.keras"));
  for (const [k, name] of ["red", "green"].entries()) {
    for (let i = 0; i < 15; i++) await writePhoto(join(cwd, "photos", name, `${i}.jpg`), k, 100 * k + i);
    for (const [part, count] of [
      ["train", 8],
      ["validation", 3],
      ["test", 4],
    ] as const) {
      for (let i = 0; i < count; i++) {
        await writePhoto(join(cwd, "parts", part, name, `${i}.jpg`), k, 1000 * part.length + 100 * k + i);
      }
    }
  }
  // Labelled green, and red.
  await writePhoto(join(cwd, "photos", "green", "wrong.jpg"), 0, 777);
  await writeFile(join(cwd, "photos", "red", "broken.jpg"), new Uint8Array());
});
afterAll(() => rm(cwd, { recursive: true }));

describe("striate transfer", () => {
  test("makes a classifier that predicts, evaluates and exports like any run, and says on which evidence", async () => {
    const args = ["photos", ...SMALL, "--out", "runs/a", "--folds", "3"];
    const events = await json(cwd, "transfer", ...args);
    expect(events.map(({ event }) => event)).toEqual(["start", "features", "advice", "problem", "done"]);
    const [begin, features, advice, , done] = events;
    expect(begin).toMatchObject({ run: "runs/a", backbone: "tiny.keras", classNames: ["green", "red"] });
    expect(features).toMatchObject({ count: 31, cached: 0, seconds: expect.any(Number) });
    expect(advice).toMatchObject({ strategy: "features", reasons: [expect.any(String), expect.any(String)] });
    expect(advice?.suspects).toMatchObject([
      { class: "green", looksLike: "red", path: join(cwd, "photos/green/wrong.jpg") },
    ]);
    expect(advice?.probes).toHaveLength(2);
    expect(done).toMatchObject({
      run: "runs/a",
      strategy: "features",
      stage: "late",
      validation: { accuracy: expect.any(Number), loss: expect.any(Number) },
      folds: [expect.any(Number), expect.any(Number), expect.any(Number)],
      accuracy: { mean: expect.any(Number), low: expect.any(Number), high: expect.any(Number) },
      seconds: expect.any(Number),
    });
    // The run needs the file of the backbone no more.
    const { validation } = done as { validation: { accuracy: number; loss: number } };
    const [evaluation] = await json(cwd, "evaluate", "runs/a");
    expect(evaluation).toMatchObject({ part: "validation", accuracy: validation.accuracy });
    expect(evaluation?.loss).toBeCloseTo(validation.loss, 4);
    const [prediction] = await json(cwd, "predict", "runs/a", "photos/red/3.jpg");
    expect(prediction).toMatchObject({ class: "red" });
    await json(cwd, "export", "runs/a", "a.onnx");
    expect(await json(cwd, "predict", "a.onnx", "photos/red/3.jpg")).toMatchObject([{ class: "red" }]);
    expect(await json(cwd, "predict", "runs/a", "--limit", "2")).toHaveLength(2);
    const [whole] = await json(cwd, "evaluate", "runs/a", "--data", "parts");
    expect(whole).toMatchObject({ count: 8, part: "given" });
  });

  test("validates and tests on the folders that there are for it", async () => {
    const [begin, ...events] = await json(
      cwd,
      "transfer",
      "parts",
      ...SMALL,
      "--out",
      "runs/p",
      "--strategy",
      "features",
    );
    expect(begin).toMatchObject({ data: { train: 16, validation: 6, test: 8 }, strategy: "features" });
    const done = events.at(-1) as { test: { accuracy: number; loss: number } };
    const [evaluation] = await json(cwd, "evaluate", "runs/p");
    expect(evaluation).toMatchObject({ part: "test", count: 8, accuracy: done.test.accuracy });
    expect(evaluation?.loss).toBeCloseTo(done.test.loss, 4);
  });

  test("fine-tunes, and a run that was interrupted ends as if it had not been", async () => {
    const recipe = ["--strategy", "fineTuneAll", "--epochs", "40", "--learning-rate", "0.00001", "--batch-size", "4"];
    const whole = await json(cwd, "transfer", "photos", ...SMALL, ...recipe, "--out", "runs/whole");
    const started = start(cwd, "transfer", "photos", ...SMALL, ...recipe, "--out", "runs/cut");
    await started.saw(" 2/40");
    started.process.kill("SIGINT");
    const { code, stdout } = await started.finished;
    expect(code).toBe(130);
    expect(stdout).toContain("striate transfer --resume --out runs/cut");
    const rest = await json(cwd, "train", "--resume", "--out", "runs/cut");
    const epochs = whole.filter(({ event }) => event === "epoch").length;
    expect(rest.filter(({ event }) => event === "epoch").length).toBeLessThan(epochs);
    const weights = (run: string) => readFile(join(cwd, run, "model.safetensors"));
    expect((await weights("runs/cut")).equals(await weights("runs/whole"))).toBe(true);
    await writePhoto(join(cwd, "photos", "red", "later.jpg"), 0, 500);
    await rm(join(cwd, "runs/cut/model.safetensors"));
    await failure(1, "has changed since it began: 1 added", cwd, "transfer", "--resume", "--out", "runs/cut");
    await rm(join(cwd, "photos", "red", "later.jpg"));
  });

  test("is what train does with photos and no net, by the options that both have", async () => {
    const args = ["--image-size", "16", "--epochs", "1", "--out", "runs/t", ...COMMON];
    const why = "--optimizer is for a net that is trained by itself";
    await failure(2, why, cwd, "train", "photos", "--optimizer", "sgd", ...args);
    const { code, stderr } = await striate(
      cwd,
      "train",
      "parts",
      "--image-size",
      "32",
      "--seed",
      "1",
      "--out",
      "runs/t",
    );
    expect(code, stderr).toBe(0);
    const config = JSON.parse(await readFile(join(cwd, "runs/t/config.json"), "utf8"));
    expect(config).toMatchObject({ kind: "transfer", inputShape: [32, 32, 3], options: { seed: 1, size: [32] } });
  });

  test("says what cannot be before anything is written", async () => {
    for (const name of ["Cat", "cat"]) await writePhoto(join(cwd, "spelt", name, "a.jpg"), 0, 1);
    await writePhoto(join(cwd, "one", "cat", "a.jpg"), 0, 1);
    for (const name of ["cat", "dog"]) {
      await mkdir(join(cwd, "unreadable", name), { recursive: true });
      await writeFile(join(cwd, "unreadable", name, "a.jpg"), new Uint8Array());
    }
    const cases: readonly (readonly [number, string, ...(readonly string[])])[] = [
      [2, "name the folder of the photos: striate transfer photos"],
      [2, "fashion-mnist is no folder of photos, which transfer learning is for", "fashion-mnist"],
      [1, 'has one class only, "cat"', "one"],
      [1, "there are no pictures in its folders", "unreadable"],
      [2, 'tiny.keras cannot be cut at "nowhere"; it can at early (16x16x6)', "photos", "--cut", "nowhere"],
      [2, "--validation-split is above 0", "photos", "--validation-split", "0"],
      [2, "--strategy takes one of features, fineTuneLast", "photos", "--strategy", "tune"],
    ];
    for (const [code, words, ...args] of cases) {
      await failure(code, words, cwd, "transfer", ...args, ...SMALL, "--out", "runs/x");
    }
    const spelt = "differ only in case";
    await failure(1, spelt, cwd, "transfer", "spelt", ...SMALL, "--out", "runs/x");
    const unknown = "efficientnet is neither a net of the zoo nor a file of a model";
    await failure(2, unknown, cwd, "transfer", "photos", "--backbone", "efficientnet", "--out", "runs/x");
    await expect(readFile(join(cwd, "runs/x/config.json"))).rejects.toThrow();
  });

  test("the backbone that comes along learns a dozen pictures", async () => {
    const args = ["parts", "--size", "64", "--strategy", "features", "--out", "runs/lite", ...COMMON];
    expect((await json(cwd, "transfer", ...args)).at(-1)).toMatchObject({
      strategy: "features",
      stage: "top_activation",
    });
    expect(await json(cwd, "predict", "runs/lite", "parts/test/red/0.jpg")).toHaveLength(1);
  });
});

test("train --weights imagenet begins with what a net learned, --freeze keeps of it what it names", async () => {
  const net = ["--model", "efficientnet-lite0", "--weights", "imagenet", "--freeze", "stem*,block*"];
  const args = ["--image-size", "32", "--epochs", "1", "--augment", "none", "--workers", "0", ...COMMON];
  await json(cwd, "train", "parts", ...net, ...args, "--out", "runs/imagenet");
  const weights = await weightsOf("runs/imagenet");
  const { model: published } = await pretrained("efficientnet-lite0", { includeTop: false, inputShape: [32, 32, 3] });
  const stem = "stem_conv/kernel";
  expect(weights.get(stem)?.data).toEqual(published.weights.get(stem)?.data);
  const top = "top_conv/kernel";
  expect(weights.get(top)?.data).not.toEqual(published.weights.get(top)?.data);
  expect(await json(cwd, "predict", "runs/imagenet", "parts/test/red/0.jpg")).toHaveLength(1);
  const unknown = "lenet";
  await failure(2, unknown, cwd, "train", "parts", "--model", "lenet", "--weights", "imagenet", "--out", "runs/x");
  await failure(2, "nowhere", cwd, "train", "parts", "--model", "lenet", "--freeze", "nowhere", "--out", "runs/x");
});

/** The weights of a run. */
async function weightsOf(run: string) {
  return decodeSafetensors(await readFile(join(cwd, run, "model.safetensors")), run).tensors as ReadonlyMap<
    string,
    { readonly data: ArrayLike<number> }
  >;
}

test("striate advise measures, trains nothing, and lists what looks wrong", async () => {
  const { code, stdout, stderr } = await striate(cwd, "advise", "photos", ...SMALL, "--list", "list.csv");
  expect(code, stderr).toBe(0);
  expect(stdout).toContain("advice: features");
  expect(stdout).toContain("green/wrong.jpg looks like red");
  const [head, ...rows] = (await readFile(join(cwd, "list.csv"), "utf8")).split("\r\n");
  expect(head).toBe("kind,path,class,looks like,probability,scene");
  expect(rows[0]).toMatch(/^suspect,.*wrong\.jpg,green,red,0\.\d{4},$/);
  const events = await json(cwd, "advise", "photos", ...SMALL);
  expect(events.map(({ event }) => event)).toEqual(["features", "advice"]);
  expect(events[1]).toMatchObject({
    seconds: { features: 0, scratch: expect.any(Number) },
    learningCurve: expect.any(Array),
  });
});
