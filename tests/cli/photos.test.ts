import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadModel } from "#striate/formats/index";
import { encodeImage } from "#striate/image/index";
import { largestBatchNormMomentum } from "#striate/model/index";
import { failure, json, striate, writeData } from "../support/cli.ts";
import { pattern } from "../support/pattern.ts";

let cwd = "";
const SMALL = [
  "--model",
  "lenet",
  "--filters",
  "2,3",
  "--kernel-size",
  "3",
  "--batch-size",
  "8",
  "--engine",
  "onnxruntime",
  "--threads",
  "1",
];

/** Two classes of photos that differ in colour, 24 each, with a name that no shell likes, and files that are none. */
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "striate-photos-"));
  for (const [k, name] of ["red ones", "blau ü"].entries()) {
    const folder = join(cwd, "photos", name);
    await mkdir(folder, { recursive: true });
    for (let i = 0; i < 24; i++) {
      const noise = pattern([20, 30, 3], 100 * k + i, 100).data;
      const data = Uint8Array.from(noise, (x, j) => 100 + x + (j % 3 === 2 * k ? 80 : 0));
      const photo = { dtype: "uint8", shape: [20, 30, 3], data } as const;
      await writeFile(join(folder, `p ${i}.jpg`), await encodeImage(photo, { format: "jpeg" }));
    }
  }
  const [red, text] = [join(cwd, "photos", "red ones"), "bread, milk"];
  await writeFile(join(red, "list.jpg"), text);
  await writeFile(join(red, "cut.jpg"), (await readFile(join(red, "p 1.jpg"))).subarray(0, 400));
});
afterAll(() => rm(cwd, { recursive: true }));

test("train learns from a folder of photos, skips what is none, and predict knows photos", async () => {
  const args = ["photos", "--image-size", "16", "--epochs", "6", "--learning-rate", "0.01", "--out", "runs/a"];
  const events = await json(cwd, "train", ...args, ...SMALL);
  expect(events[0]).toMatchObject({ event: "start", data: { train: 39, validation: 5, test: 5 } });
  const problems = events.filter(({ event }) => event === "problem").map(({ path }) => String(path).split("/").at(-1));
  expect(problems.sort()).toEqual(["cut.jpg", "list.jpg"]);
  expect(events.at(-1)).toMatchObject({ event: "done", test: { accuracy: 1 }, dataWait: expect.any(Number) });
  const config = JSON.parse(await readFile(join(cwd, "runs/a/config.json"), "utf8"));
  expect(config).toMatchObject({ inputShape: [16, 16, 3], classNames: ["blau ü", "red ones"] });
  expect(config.steps.map(({ name }: { name: string }) => name)).toEqual(["randomFlip", "randomAffine"]);
  const [said] = await json(cwd, "predict", "runs/a", "photos/blau ü/p 3.jpg");
  expect(said).toMatchObject({ input: "photos/blau ü/p 3.jpg", class: "blau ü" });
  expect(await json(cwd, "predict", "runs/a", "--limit", "2")).toHaveLength(2);
  expect((await json(cwd, "evaluate", "runs/a"))[0]).toMatchObject({ accuracy: 1, count: 5 });
});

test("the same run comes out of any number of workers, and of a resume", async () => {
  await writeFile(
    join(cwd, "steps.json"),
    '[{ "name": "randomFlip" }, { "name": "cutout", "options": { "size": 4 } }]',
  );
  const start = (out: string, ...more: readonly string[]) =>
    striate(cwd, "train", "photos", "--image-size", "12", "--augment", "steps.json", "--out", out, ...SMALL, ...more);
  const history = (out: string) => readFile(join(cwd, out, "history.jsonl"), "utf8");
  expect((await start("runs/none", "--epochs", "2", "--workers", "0")).code).toBe(0);
  expect((await start("runs/two", "--epochs", "2", "--workers", "2")).code).toBe(0);
  expect(await history("runs/two")).toBe(await history("runs/none"));
  // What the steps were is in the run: the file may be gone.
  await rm(join(cwd, "steps.json"));
  for (const out of ["runs/none", "runs/two"]) {
    const { code } = await striate(cwd, "train", "--resume", "--out", out, "--epochs", "3", "--workers", "1");
    expect(code).toBe(0);
  }
  expect(await history("runs/two")).toBe(await history("runs/none"));
  expect((await history("runs/two")).trim().split("\n")).toHaveLength(3);
});

test("folders train, validation and test are the parts", async () => {
  for (const part of ["train", "validation", "test"]) {
    for (const name of ["blau ü", "red ones"]) {
      await mkdir(join(cwd, "parts", part, name), { recursive: true });
      const count = part === "train" ? 8 : part === "test" ? 3 : 2;
      for (let i = 0; i < count; i++) {
        await copyFile(join(cwd, "photos", name, `p ${i}.jpg`), join(cwd, "parts", part, name, `${i}.jpg`));
      }
    }
  }
  const [start] = await json(
    cwd,
    "train",
    "--data",
    "parts",
    "--image-size",
    "8,12",
    "--epochs",
    "1",
    "--out",
    "runs/p",
    ...SMALL,
  );
  expect(start).toMatchObject({ data: { train: 16, validation: 4, test: 6 } });
});

test("what cannot be is told before anything is written", async () => {
  await writeData(join(cwd, "idx"));
  await mkdir(join(cwd, "single", "cats"), { recursive: true });
  await copyFile(join(cwd, "photos", "red ones", "p 0.jpg"), join(cwd, "single", "cats", "a.jpg"));
  await writeFile(join(cwd, "odd.json"), '[{ "name": "explode" }]');
  const cases: readonly (readonly [number, string, ...(readonly string[])])[] = [
    [2, "--image-size is for a folder of pictures", "idx", "--classes", "3", "--image-size", "16"],
    [2, "--max-pixels is for a folder of pictures", "idx", "--classes", "3", "--max-pixels", "100"],
    [2, "photos has 2 classes, not 5", "photos", "--classes", "5"],
    [2, "--on-error is for a folder of pictures", "idx", "--classes", "3", "--on-error", "fail"],
    [1, "list.jpg: is no picture", "photos", "--on-error", "fail"],
    [2, "the data is photos or --data idx; give one", "photos", "--data", "idx"],
    [2, 'there is no augmentation step "explode"; there are randomFlip', "photos", "--augment", "odd.json"],
    [1, '--augment takes default, strong, none, or a JSON file; "wild" cannot be read', "photos", "--augment", "wild"],
    [1, 'has one class only, "cats"; make a folder for each class', "single"],
    [1, "has 1 pictures and no folders; make a folder for each class", "single/cats"],
    [
      2,
      "a validation split of 0.6 and a test split of 0.4 leave nothing to train on",
      "photos",
      ...splits("0.6", "0.4"),
    ],
    [2, "idx has test pictures of its own; leave out --test-split", "idx", "--classes", "3", "--test-split", "0.2"],
    [2, "parts has validation pictures of its own; leave out --validation-split", "parts", ...splits("0.2")],
  ];
  for (const [code, words, ...args] of cases) {
    await failure(code, words, cwd, "train", "--model", "lenet", ...args, "--out", "runs/x");
  }
  await expect(readFile(join(cwd, "runs/x/config.json"))).rejects.toThrow();
});

test("batch normalization gets a momentum that the steps of a run allow, which stays with the run", async () => {
  const args = ["--model", "mobilenet-v2", "--image-size", "32", "--epochs", "1", "--batch-size", "2"];
  const { code, stderr } = await striate(cwd, "train", "photos", ...args, "--out", "runs/bn", "--augment", "none");
  expect(code).toBe(0);
  expect(stderr).toContain(
    "batch normalization's momentum is at most 0.5, since this run has 20 steps; the net's own is 0.999",
  );
  const { options } = JSON.parse(await readFile(join(cwd, "runs/bn/config.json"), "utf8"));
  expect(options.batchNormMomentum).toBe(0.5);
  await json(cwd, "convert", "runs/bn", "bn.keras");
  expect(largestBatchNormMomentum(await loadModel(join(cwd, "bn.keras")))).toBe(0.5);
  const words = "--batch-norm-momentum has no use here: lenet has no batch normalization";
  await failure(2, words, cwd, "train", "photos", "--model", "lenet", "--batch-norm-momentum", "0.5");
});

/** The options of a split. */
function splits(validation: string, test?: string): readonly string[] {
  return ["--validation-split", validation, ...(test === undefined ? [] : ["--test-split", test])];
}

/** A folder of two classes, with the first photos of each. */
async function twoClasses(folder: string, count: number): Promise<void> {
  for (const name of ["blau ü", "red ones"]) {
    await mkdir(join(cwd, folder, name), { recursive: true });
    for (let i = 0; i < count; i++) {
      await copyFile(join(cwd, "photos", name, `p ${i}.jpg`), join(cwd, folder, name, `${i}.jpg`));
    }
  }
}

describe("what is measured is called what it is:", () => {
  const train = (out: string, ...more: readonly string[]) =>
    striate(cwd, "train", "few", "--image-size", "8", "--epochs", "2", "--out", out, ...SMALL, ...more);
  const numbers = (count: number) =>
    expect.stringMatching(new RegExp(`^accuracy [01]\\.\\d{4}, loss .* on ${count} pictures`));
  const said = (stdout: string, what: string) =>
    stdout.split("\n").flatMap((line) => (line.startsWith(`${what} `) ? [line.slice(what.length + 1)] : []));
  beforeAll(() => twoClasses("few", 10));

  test("a test part is kept for the end", async () => {
    const { stdout } = await train("runs/three");
    expect(stdout).toContain("16 to train, 2 to validate, 2 to test");
    expect(said(stdout, "test")).toEqual([numbers(2)]);
    const files = (await readFile(join(cwd, "runs/three/data.jsonl"), "utf8")).trim().split("\n");
    const parts = files.map((line) => JSON.parse(line) as { part: string; path: string });
    expect(new Set(parts.map(({ path }) => path)).size).toBe(20);
    expect(parts.filter(({ part }) => part === "test")).toHaveLength(2);
    expect(await json(cwd, "evaluate", "runs/three")).toMatchObject([{ count: 2, part: "test" }]);
  });

  test("without one the validation is told, as such", async () => {
    const { stdout } = await train("runs/two-parts", "--test-split", "0");
    expect(stdout).toContain("18 to train, 2 to validate, none to test");
    expect(said(stdout, "validation")).toEqual([numbers(2)]);
    expect(said(stdout, "test")).toEqual([]);
    const measured = await striate(cwd, "evaluate", "runs/two-parts");
    expect(measured.stdout).toContain("on 2 validation pictures (the run kept none to test) of ");
  });

  test("with neither it trains on all, and says what that means", async () => {
    const { code, stdout } = await train("runs/all", ...splits("0", "0"));
    expect(code).toBe(0);
    expect(stdout).toContain("20 to train, none to validate, none to test");
    expect(stdout).toContain("without validation, nothing shows when the net starts to overfit");
    expect(stdout).toContain("no pictures were kept to measure on");
    await failure(2, "runs/all: the run kept no pictures to measure on; name some", cwd, "evaluate", "runs/all");
    await failure(2, "the run kept no pictures to measure on", cwd, "predict", "runs/all");
  });

  test("evaluate --data measures all of it", async () => {
    await twoClasses("others", 7);
    expect(await json(cwd, "evaluate", "runs/three", "--data", "others")).toMatchObject([{ count: 14, part: "given" }]);
    expect(await json(cwd, "evaluate", "runs/three", "--data", "parts")).toMatchObject([{ count: 6, part: "given" }]);
  });
});

test("a run whose photos have changed is not resumed or measured, and is told which", async () => {
  await twoClasses("changing", 6);
  const options = ["--image-size", "8", "--out", "runs/changing", ...SMALL];
  await json(cwd, "train", "changing", "--epochs", "1", ...options);
  const [gone, more] = [join(cwd, "changing/red ones/2.jpg"), join(cwd, "changing/blau ü/new.jpg")];
  const [bytes, before] = await Promise.all(
    [gone, join(cwd, "runs/changing/config.json")].map((path) => readFile(path)),
  );
  await rm(gone);
  await writeFile(more, bytes ?? "");
  await copyFile(join(cwd, "photos/red ones/p 9.jpg"), join(cwd, "changing/red ones/3.jpg"));
  const words =
    "the data of runs/changing has changed since it began: 1 added (blau ü/new.jpg), 1 removed (red ones/2.jpg), 1 changed (red ones/3.jpg)";
  const resume = ["train", "--resume", "--out", "runs/changing", "--epochs", "2"];
  await failure(1, `${words}. Restore it, or start another run with --out`, cwd, ...resume);
  await failure(1, words, cwd, "evaluate", "runs/changing");
  await failure(1, words, cwd, "predict", "runs/changing");
  expect(await readFile(join(cwd, "runs/changing/config.json"))).toEqual(before);
  await rm(more);
  await writeFile(gone, bytes ?? "");
  await copyFile(join(cwd, "photos/red ones/p 3.jpg"), join(cwd, "changing/red ones/3.jpg"));
  await json(cwd, ...resume);
});

test("what could not be read stays in the folder of the run, also after a resume that does not see it", async () => {
  const folder = join(cwd, "mended");
  for (const name of ["a", "b"]) {
    await mkdir(join(folder, name), { recursive: true });
    for (let i = 0; i < 6; i++) {
      await copyFile(join(cwd, "photos", "red ones", `p ${i}.jpg`), join(folder, name, `${i}.jpg`));
    }
  }
  const good = await readFile(join(folder, "b/1.jpg"));
  // As long as when it is mended: data that changes is not gone on with.
  const damaged = Buffer.concat([good.subarray(0, 400), Buffer.alloc(good.length - 400)]);
  for (const name of ["b/1.jpg", "a/5.jpg"]) await writeFile(join(folder, name), damaged);
  const args = ["--validation-split", "0.2", "--image-size", "12", "--out", "runs/mended", ...SMALL];
  await json(cwd, "train", "mended", "--epochs", "1", ...args);
  const listed = async () =>
    (await readFile(join(cwd, "runs/mended/problems.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  const wanted = ["a/5.jpg", "b/1.jpg"].map((name) => ({
    path: join(folder, name),
    reason: expect.stringMatching(/^is cut off or damaged/),
  }));
  expect(await listed()).toEqual(wanted);
  await writeFile(join(folder, "b/1.jpg"), good);
  await writeFile(join(folder, "a/5.jpg"), good);
  const events = await json(cwd, "train", "--resume", "--out", "runs/mended", "--epochs", "2");
  expect(events.filter(({ event }) => event === "problem")).toMatchObject(wanted);
  expect(await listed()).toEqual(wanted);
});

test("a run goes on, and is measured, with its own classes only", async () => {
  for (const [folder, names] of [
    ["own", ["b", "c"]],
    ["other", ["a", "b"]],
  ] as const) {
    for (const name of names) {
      await mkdir(join(cwd, folder, name), { recursive: true });
      for (let i = 0; i < 4; i++) {
        await copyFile(join(cwd, "photos", "red ones", `p ${i}.jpg`), join(cwd, folder, name, `${i}.jpg`));
      }
    }
  }
  await json(cwd, "train", "own", "--epochs", "1", "--image-size", "12", "--out", "runs/own", ...SMALL);
  const words = "has the classes a, b; the run was started with b, c";
  await failure(1, words, cwd, "evaluate", "runs/own", "--data", "other");
  await rename(join(cwd, "own", "c"), join(cwd, "own", "a"));
  await failure(1, words, cwd, "train", "--resume", "--out", "runs/own", "--epochs", "2");
  await failure(1, words, cwd, "predict", "runs/own");
});

test("predict takes folders and globs, leaves a bad photo among many out, and says so at the end", async () => {
  await mkdir(join(cwd, "trip"), { recursive: true });
  for (const name of ["a b.jpg", "line\nbreak.jpg"]) {
    await copyFile(join(cwd, "photos", "red ones", "p 2.jpg"), join(cwd, "trip", name));
  }
  await writeFile(join(cwd, "trip", "bad.jpg"), "bread, milk");
  await json(cwd, "train", "photos", "--epochs", "1", "--image-size", "12", "--out", "runs/trip", ...SMALL);
  const said = await striate(cwd, "predict", "runs/trip", "trip", "--top", "1");
  expect(said.code).toBe(1);
  expect(
    said.stdout
      .replace(/ {2}(red|blau).*/g, "")
      .trim()
      .split("\n"),
  ).toEqual(["trip/a b.jpg", "trip/line\\u000abreak.jpg"]);
  expect(said.stderr).toMatch(/^ {2}trip\/bad\.jpg: is no picture.*\nstriate: 1 of 3 pictures could not be read/m);
  expect(await json(cwd, "predict", "runs/trip", "trip/*b*.jpg", "--limit", "1")).toHaveLength(1);
  // Of the test pictures too: a prediction is never that of another picture.
  const all = await json(cwd, "predict", "runs/trip", "--limit", "5");
  const [own] = all;
  const [alone] = await json(cwd, "predict", "runs/trip", String(own?.input));
  expect(alone).toEqual(own);
});

test("with --on-error fail a damaged picture ends the training, whoever reads it", async () => {
  await mkdir(join(cwd, "strict", "a"), { recursive: true });
  await mkdir(join(cwd, "strict", "b"), { recursive: true });
  for (let i = 0; i < 12; i++) {
    const name = `${"ab"[i % 2]}/${i}.jpg`;
    await copyFile(join(cwd, "photos", "red ones", `p ${i}.jpg`), join(cwd, "strict", name));
  }
  await writeFile(join(cwd, "strict/b/1.jpg"), (await readFile(join(cwd, "strict/b/3.jpg"))).subarray(0, 400));
  for (const workers of ["0", "2"]) {
    const args = ["--image-size", "8", "--on-error", "fail", "--workers", workers, "--out", `runs/strict${workers}`];
    const { code, stderr } = await striate(cwd, "train", "strict", "--epochs", "1", ...args, ...SMALL);
    expect(stderr).toMatch(/^striate: .*strict\/b\/1\.jpg: is cut off or damaged/m);
    expect(code).toBe(1);
  }
});

test("pictures in one folder are trained and measured by the class in their names", async () => {
  for (const name of ["blau ü", "red ones"]) {
    await mkdir(join(cwd, "flat"), { recursive: true });
    for (let i = 0; i < 12; i++)
      await copyFile(join(cwd, "photos", name, `p ${i}.jpg`), join(cwd, "flat", `x-${name}-${i}.jpg`));
  }
  const classes = ["--class-pattern", "x-(blau|red)"];
  const args = ["flat", ...classes, "--image-size", "16", "--epochs", "1", "--out", "runs/flat"];
  expect((await json(cwd, "train", ...args, ...SMALL))[0]).toMatchObject({
    data: { train: 20, validation: 2, test: 2 },
  });
  const config = JSON.parse(await readFile(join(cwd, "runs/flat/config.json"), "utf8"));
  expect([config.classNames, config.options.classPattern]).toEqual([["blau", "red"], "x-(blau|red)"]);
  expect((await json(cwd, "evaluate", "runs/flat"))[0]).toMatchObject({ count: 2, part: "test" });
  const foreign = (await json(cwd, "evaluate", "runs/flat", "--data", "flat", ...classes))[0];
  expect(foreign).toMatchObject({ count: 24, part: "given" });
  expect((await json(cwd, "data", "flat", ...classes))[0]).toMatchObject({
    pictures: 24,
    classes: [{ name: "blau" }, { name: "red" }],
  });
  await failure(2, "give --data as well", cwd, "evaluate", "runs/flat", ...classes);
});

test("lr-find suggests a learning rate, as numbers and as a picture", async () => {
  const args = ["photos", "--image-size", "16", "--steps", "20", "--to", "1", "--csv", "r.csv", "--picture", "r.png"];
  const [found] = await json(cwd, "lr-find", ...args, ...SMALL);
  expect(found).toMatchObject({ suggestion: expect.any(Number), steepest: expect.any(Number), csv: "r.csv" });
  const lines = (await readFile(join(cwd, "r.csv"), "utf8")).split("\n");
  expect([lines[0], lines.length]).toEqual(["rate,loss,smoothed", 22]);
  expect((await readFile(join(cwd, "r.png"))).subarray(1, 4).toString()).toBe("PNG");
  await failure(2, "--to is greater than --from", cwd, "lr-find", "photos", "--from", "1", "--to", "0.1");
});
