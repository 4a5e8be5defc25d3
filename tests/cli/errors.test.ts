import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NET_NAMES } from "#striate/zoo/index";
import {
  dataFiles,
  expectFailure,
  failure,
  idx,
  json,
  jsonLines,
  SMALL,
  SMALL_NET,
  startInShell,
  striate,
  writeData,
} from "../support/cli.ts";
import { HEIC } from "../support/pictureFolder.ts";

let cwd = "";
/** A finished run of two epochs, which every test leaves as it is. */
const GOOD = "runs/good";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "striate-errors-"));
  await writeData(join(cwd, "data"));
  await json(cwd, "train", ...SMALL, "--epochs", "2", "--out", GOOD);
});
afterAll(() => rm(cwd, { recursive: true }));

/** A copy of the good run with one file replaced. */
async function runWith(name: string, file: string, content: string | Uint8Array): Promise<string> {
  const folder = join(cwd, "runs", name);
  await mkdir(folder);
  for (const good of await readdir(join(cwd, GOOD))) {
    await writeFile(join(folder, good), await readFile(join(cwd, GOOD, good)));
  }
  await writeFile(join(folder, file), content);
  return `runs/${name}`;
}

const goodFile = (name: string) => readFile(join(cwd, GOOD, name));

describe.concurrent("used wrongly: exit code 2, and the message lists what there is", () => {
  test.each([
    [[], "no command was given"],
    [
      ["tarin"],
      `there is no command "tarin"; did you mean "train"? There are transfer, advise, train, lr-find, evaluate`,
    ],
    [
      ["train", "--epoch", "3"],
      `train has no option "--epoch"; did you mean "--epochs"? It has --model, --kernel-size`,
    ],
    [["train", "--epochs"], "option '--epochs <N>' argument missing"],
    [["train", "--epochs", "0"], `--epochs takes a whole number of at least 1; received "0"`],
    [["train", "--epochs", "1e99"], "--epochs takes a whole number"],
    [["train", "--batch-size", "1.5"], "--batch-size takes a whole number"],
    [["train", "--learning-rate", "-1"], "--learning-rate takes a number greater than 0"],
    [["train", "--learning-rate", "fast"], "--learning-rate takes a number greater than 0"],
    [["train", "--filters", "20"], "--filters takes 2 whole numbers of at least 1, such as 20,50"],
    [["train", "--kernel-size", "3,3,3"], "--kernel-size takes 1 to 2 whole numbers"],
    [["train", "--kernel-size", "0"], "--kernel-size takes"],
    [["train", "--validation-split", "1"], "--validation-split takes a number from 0 on and less than 1"],
    [
      ["train", "--model", "vgg99"],
      `there is no model "vgg99"; did you mean "vgg19"? There are ${NET_NAMES.join(", ")}`,
    ],
    [["train", "--model", "lenet5", "--filters", "6,16"], "model lenet5 has no option filters"],
    [["train", "--activation", "swish"], `there is no activation "swish"; there are linear, relu`],
    [["train", "--engine", "cuda"], `there is no engine "cuda"; there are onnxruntime, reference`],
    [
      ["train", "--optimizer", "adamw"],
      `there is no optimizer "adamw"; did you mean "adamW"? There are sgd, adagrad, rmsprop, adam, adamW`,
    ],
    [["train", "--momentum", "0.9"], "--momentum has no use here: optimizer adam has none"],
    [["train", "--optimizer", "sgd", "--nesterov"], "--nesterov has no use here: it needs --momentum"],
    [["train", "--schedule", "linear"], "--schedule takes one of constant, step, exponential, cosine"],
    [["train", "--schedule", "constant", "--decay-steps", "3"], "--decay-steps has no use here: it needs --schedule"],
    [["train", "--early-stopping", "3", "--validation-split", "0"], "--early-stopping has no use here"],
    [["train", "--data", "fashion-mnist", "--classes", "3"], "fashion-mnist has 10 classes; leave out --classes"],
    [["train", "--resume"], "--resume needs the folder of the run: --out"],
    [["train", "--resume", "--out", "runs/none"], "there is no run in runs/none; there are runs/good"],
    [["train", "--out", GOOD], "--out runs/good holds a run already (config.json); go on with it by --resume, or"],
    [["train", "photos", "extra"], "too many arguments"],
    [["evaluate"], "missing required argument 'run'"],
    [["evaluate", "data"], "there is no run in data; there are runs/good"],
    [["predict", GOOD, "--top", "none"], "--top takes a whole number"],
    [
      ["summary", "vgg99"],
      `there is no model, file or run "vgg99"; did you mean "vgg19"? Models are ${NET_NAMES.join(", ")}; of runs there are runs/good`,
    ],
    [["summary", "lenet", "vgg99"], `there is no model, file or run "vgg99"`],
    [["summary", "lenet", "lenet5", "vgg16"], "too many arguments"],
    [["summary", "lenet", "--no-include-top"], "model lenet has no option includeTop"],
    [["summary", "vgg16", "--pooling", "avg"], "pooling is for a net without its classifier"],
    [["summary", "vgg16", "--no-include-top", "--pooling", "min"], "--pooling takes one of avg, max"],
    [["bench", "vgg99"], `there is no model "vgg99"`],
    [["bench", "lenet", "--mode", "both"], "--mode takes one of train, infer"],
  ])("%j", async (args, words) => {
    await failure(2, words, cwd, ...args);
    expect(await readdir(join(cwd, "runs"))).toEqual(["good"]);
  });

  test("with --json the error is a line of JSON on standard output", async () => {
    for (const [args, code, words] of [
      [["train", "--epoch"], 2, "no option"],
      [["tarin"], 2, "no command"],
      [["evaluate", "nowhere"], 2, "there is no run in nowhere"],
    ] as const) {
      const finished = await striate(cwd, ...args, "--json");
      expect(finished).toMatchObject({ code, stderr: "" });
      expect(jsonLines(finished)).toEqual([{ error: { code: "usage", message: expect.stringContaining(words) } }]);
    }
    const missing = await striate(cwd, "train", "--data", "nowhere", "--json");
    expect(missing.code).toBe(1);
    expect(jsonLines(missing)).toEqual([{ error: { code: "io", message: expect.stringContaining("no such folder") } }]);
  });

  test("--debug shows where, at either place", async () => {
    for (const args of [
      ["--debug", "evaluate", "nowhere"],
      ["evaluate", "nowhere", "--debug"],
    ]) {
      const { code, stderr } = await striate(cwd, ...args);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^ {4}at /m);
    }
  });
});

describe.concurrent("bad data: exit code 1, a message that names the file, and no run is begun", () => {
  const good = dataFiles();
  const images = good["train-images-idx3-ubyte"] ?? new Uint8Array();
  const labels = good["train-labels-idx1-ubyte"] ?? new Uint8Array();
  const { "t10k-labels-idx1-ubyte": _, ...incomplete } = good;
  const cases: [string, Record<string, Uint8Array>, string][] = [
    [
      "cut short",
      { ...good, "train-images-idx3-ubyte": images.subarray(0, 1000) },
      "train-images-idx3-ubyte: is cut short",
    ],
    [
      "gzip cut short",
      { ...good, "train-images-idx3-ubyte": gzipSync(images).subarray(0, 500) },
      "gzip data are cut short",
    ],
    [
      "swapped",
      { ...good, "train-images-idx3-ubyte": labels, "train-labels-idx1-ubyte": images },
      "train-images-idx3-ubyte: holds [64], where pictures are [count,height,width]. The files of pictures and of labels",
    ],
    [
      "another magic",
      { ...good, "t10k-labels-idx1-ubyte": Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3, 4) },
      "t10k-labels-idx1-ubyte: is no IDX file: it begins with 89 50 4e 47",
    ],
    ["fewer labels", { ...good, "train-labels-idx1-ubyte": idx([63], new Uint8Array(63)) }, "holds 64 pictures, but"],
    [
      "a label outside the classes",
      { ...good, "train-labels-idx1-ubyte": idx([64], new Uint8Array(64).fill(7, 5, 6)) },
      "train-labels-idx1-ubyte: label 7 at index 5 is outside the 3 classes",
    ],
    [
      "nothing",
      {},
      "nothing: is empty. Give a folder that holds a folder of pictures for each class, or one that holds IDX",
    ],
    ["a file less", incomplete, "files of the data set are missing"],
    ["pictures of two sizes", { ...good, "t10k-images-idx3-ubyte": idx([30, 9, 9], new Uint8Array(2430)) }, "one size"],
  ];

  test.each(cases)("%s", async (name, files, words) => {
    const folder = name.replaceAll(" ", "-");
    await writeData(join(cwd, folder), files);
    const args = ["--data", folder, "--classes", "3", ...SMALL_NET];
    const message = await failure(1, words, cwd, "train", ...args);
    expect(message).toContain(folder);
    expect(await readdir(join(cwd, "runs"))).toEqual(["good"]);
  });

  test("no folder, or a file in its place", async () => {
    await failure(1, "nowhere: there is no such folder", cwd, "evaluate", GOOD, "--data", "nowhere");
    await failure(
      1,
      "nowhere: there is no such folder. Give fashion-mnist, or a folder that holds a folder of pic",
      cwd,
      "train",
      "--data",
      "nowhere",
    );
    await failure(1, "is not a folder", cwd, "train", "--data", "data/train-images-idx3-ubyte");
  });

  test("a kernel that is larger than its input", async () => {
    const words =
      "layer c3 (partialConv2d) on input [4,4,6]: its kernelSize 5x5 is larger than its input of 4x4; use at";
    await failure(1, words, cwd, "train", "--model", "lenet5", "--data", "data", "--classes", "3");
    await failure(1, words, cwd, "summary", "lenet5", "--input-shape", "8,8,1");
    const small = "model vgg16 takes pictures of at least 32x32, received [31,32,3]";
    await failure(1, small, cwd, "summary", "vgg16", "--input-shape", "31,32,3");
  });

  test("pictures to predict of another kind, size or format", async () => {
    await writeFile(join(cwd, "cat.png"), "no picture");
    await writeFile(join(cwd, "note.txt"), "no picture");
    await writeFile(join(cwd, "large"), idx([2, 9, 9], new Uint8Array(162)));
    const predict = (code: number, words: string, file: string) => failure(code, words, cwd, "predict", GOOD, file);
    await predict(1, "cat.png: is no picture that can be read: it begins with the text", "cat.png");
    await predict(1, "note.txt: is no picture that can be read: it begins with the text", "note.txt");
    await writeFile(join(cwd, "IMG_1.HEIC"), HEIC);
    await predict(1, "IMG_1.HEIC: is HEIC, which is not decoded. Convert it to JPEG", "IMG_1.HEIC");
    await predict(1, "large: holds [2,9,9], but model lenet takes pictures [8,8,1]", "large");
    await predict(1, "none: there is no such file", "none");
    await failure(1, "2 of 2 pictures could not be read", cwd, "predict", GOOD, "cat.png", "note.txt");
  });

  test("data that does not fit the run's model", async () => {
    const [train, test] = [idx([12, 9, 9], new Uint8Array(972)), idx([12], new Uint8Array(12))];
    const names = [
      "train-images-idx3-ubyte",
      "train-labels-idx1-ubyte",
      "t10k-images-idx3-ubyte",
      "t10k-labels-idx1-ubyte",
    ];
    await writeData(join(cwd, "other"), Object.fromEntries(names.map((name, i) => [name, i % 2 === 0 ? train : test])));
    const words = "the data has examples of shape [9,9,1], but model lenet takes [8,8,1]";
    await failure(1, words, cwd, "evaluate", GOOD, "--data", "other");
  });
});

describe("a run that is damaged: exit code 1, and its files stay as they are", () => {
  test.each<[string, string, () => Promise<string | Uint8Array>, string]>([
    [
      "cut",
      "checkpoint.safetensors",
      async () => (await goodFile("checkpoint.safetensors")).subarray(0, 9000),
      "is cut short",
    ],
    ["zero", "checkpoint.safetensors", async () => "", "is cut short: 0 bytes"],
    ["noise", "checkpoint.safetensors", async () => "nonsense".repeat(50), "is no safetensors file, or damaged"],
    [
      "plain",
      "checkpoint.safetensors",
      () => goodFile("model.safetensors"),
      "is a safetensors file, but not a checkpoint of Striate",
    ],
    ["config", "config.json", async () => "{}", "config.json is not what a run of Striate is started with: format"],
    [
      "half",
      "config.json",
      async () => `{"format": 1, "opt`,
      "config.json is not what a run of Striate is started with",
    ],
  ])("%s: %s", async (name, file, content, words) => {
    const run = await runWith(name, file, await content());
    const before = await readFile(join(cwd, run, file));
    const message = await failure(1, words, cwd, "train", "--resume", "--out", run, "--epochs", "9");
    expect(message).toContain(`${run}/${file}`);
    expect(await readFile(join(cwd, run, file))).toEqual(before);
    expect(await readdir(join(cwd, run))).toHaveLength(6);
  });

  test("the checkpoint of another model", async () => {
    await json(cwd, "train", ...SMALL, "--filters", "4,5", "--epochs", "1", "--out", "runs/wider");
    const foreign = await readFile(join(cwd, "runs/wider/checkpoint.safetensors"));
    const run = await runWith("foreign", "checkpoint.safetensors", foreign);
    const words = "does not fit model lenet:\n  conv1/kernel is float32[3,3,1,4] there and float32[3,3,1,2] here\n  ";
    await failure(1, words, cwd, "train", "--resume", "--out", run);
    await rm(join(cwd, run, "model.safetensors"));
    const misfit = "do not fit into model lenet:\n  conv1/kernel is float32[3,3,1,2], in the file float32[3,3,1,4]";
    await failure(1, misfit, cwd, "evaluate", run);
  });

  test("a model that is cut short", async () => {
    const run = await runWith("short", "model.safetensors", (await goodFile("model.safetensors")).subarray(0, 2000));
    for (const command of ["evaluate", "predict"]) {
      await failure(1, "model.safetensors: is cut short", cwd, command, run);
    }
  });
});

describe("a loss that is no number: exit code 1, and the last good checkpoint stays", () => {
  test.each(["1e30", "1e12"])("learning rate %s", async (rate) => {
    const run = `runs/rate${rate}`;
    const args = [
      "--optimizer",
      "sgd",
      "--learning-rate",
      rate,
      "--epochs",
      "3",
      "--checkpoint-every",
      "1",
      "--out",
      run,
    ];
    const finished = await striate(cwd, "train", ...SMALL, ...args, "--json");
    expect(finished.code).toBe(1);
    expect(finished.stderr).not.toMatch(/^ {4}at /m);
    const message = expect.stringMatching(/step \d+.*Try a learning rate that is 10 times smaller/s);
    expect(jsonLines(finished).at(-1)).toEqual({ error: { code: "nan-loss", message } });
    const files = await readdir(join(cwd, run));
    if (!files.includes("checkpoint.safetensors")) return;
    // What is kept can be used.
    expect(await json(cwd, "evaluate", run)).toMatchObject([{ count: 30 }]);
  });
});

describe("the disk refuses: exit code 1, and nothing is half written", () => {
  test("a run folder that cannot be made", async () => {
    await writeFile(join(cwd, "file"), "");
    const words = "file/run: the folder of the run cannot be made";
    await failure(1, words, cwd, "train", ...SMALL, "--out", "file/run");
    await failure(1, "file: the folder of the run cannot be made", cwd, "train", ...SMALL, "--out", "file");
  });

  test("a run folder that may not be written to", async ({ skip }) => {
    skip(process.getuid === undefined || process.getuid() === 0, "root may write anywhere, and Windows has no modes");
    const folder = join(cwd, "read-only");
    await mkdir(folder);
    await chmod(folder, 0o555);
    await failure(1, "read-only: cannot be written to", cwd, "train", ...SMALL, "--out", "read-only");
    await chmod(folder, 0o755);
    expect(await readdir(folder)).toEqual([]);
  });

  test("a disk that fills up while a checkpoint is written", async () => {
    const run = await runWith("full", "history.jsonl", await goodFile("history.jsonl"));
    const before = await goodFile("checkpoint.safetensors");
    // No file may grow beyond 4 blocks of 512 bytes or 1 KiB, which a checkpoint would.
    const line = `ulimit -f 4 && exec "$@"`;
    const finished = await startInShell(cwd, line, "train", "--resume", "--out", run, "--epochs", "4").finished;
    expectFailure(finished, 1, `${run}/checkpoint.safetensors: could not be written`);
    expect(await readFile(join(cwd, run, "checkpoint.safetensors"))).toEqual(before);
    expect((await readdir(join(cwd, run))).sort()).toEqual((await readdir(join(cwd, GOOD))).sort());
  });
});
