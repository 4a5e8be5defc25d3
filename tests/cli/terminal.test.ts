// What people see on a terminal: within its width, broken at words, without the control codes of others.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMMANDS } from "#striate/cli/commands/table";
import { epochTable } from "#striate/cli/commands/train/epochTable";
import { usage } from "#striate/cli/terminal/progress";
import { barLine } from "#striate/cli/terminal/progressBar";
import { ENGINE_NAMES } from "#striate/engine/index";
import { compareSummaries, comparisonText, summarize, summaryText } from "#striate/model/index";
import { buildNet, NET_NAMES } from "#striate/zoo/index";
import { json, SMALL, startInShell, striate, writeData } from "../support/cli.ts";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "striate-terminal-"));
  await writeData(join(cwd, "data"));
});
afterAll(() => rm(cwd, { recursive: true }));

const widest = (text: string) => Math.max(...text.split("\n").map((line) => line.length));

describe.concurrent("help", () => {
  test.each(["", ...COMMANDS.map(({ name }) => name)])("of %j fits 80 columns", async (command) => {
    const { stdout, code } = await striate(cwd, ...(command === "" ? [] : [command]), "--help");
    expect(code).toBe(0);
    expect(widest(stdout)).toBeLessThanOrEqual(80);
  });

  test("of train names every model, each on one line", async () => {
    const { stdout } = await striate(cwd, "train", "--help");
    for (const name of NET_NAMES) expect(stdout).toMatch(new RegExp(`(^| )${name}(,|$)`, "m"));
  });
});

describe("a bar", () => {
  const parts = ["loss 0.583", "acc 0.788", "0:19 gone, 0:33 left", "494 MB", "362 pictures/s"];

  test("fills the line, with what there is room for", () => {
    expect(barLine("epoch 2/3", 43, 85, parts, 80)).toBe(
      "epoch 2/3 \u2588\u2588\u2588\u2588\u2588\u2591\u2591\u2591\u2591\u2591 43/85  loss 0.583  acc 0.788  0:19 gone, 0:33 left  494 MB",
    );
    for (const columns of [80, 100, 120, 200]) {
      expect(barLine("epoch 20/100", 130, 940, parts, columns).length).toBeLessThan(columns);
    }
    expect(barLine("epoch 2/3", 43, 85, parts, 120)).toContain("362 pictures/s");
    expect(barLine("x", 0, 0, [], 80)).toContain("0/0");
  });

  test("shows no control codes of a file's name", () => {
    expect(barLine("edges", 1, 2, ["\x1b]0;owned\x07.png"], 80)).toContain("\\u001b]0;owned\\u0007.png");
  });

  test("tells time gone, time left and memory", () => {
    expect(usage(7, 3725)).toEqual(["0:07 gone, 1:02:05 left", expect.stringMatching(/^\d+ MB|\d\.\d GB$/)]);
  });
});

describe("epochs", () => {
  const log = {
    epoch: 1,
    loss: 0.71134,
    accuracy: 0.737,
    learningRate: 0.1,
    validationLoss: 0.5,
    validationAccuracy: 0.8,
  };

  test("are rows of a table of less than 80 columns", () => {
    const lines = epochTable(100);
    const first = lines(log, 10.12);
    expect(first).toEqual([
      "  epoch      loss  accuracy  val loss  val accuracy      time",
      "  1/100    0.7113    0.7370    0.5000        0.8000    10.1 s",
    ]);
    expect(lines({ ...log, epoch: 2 }, 12_345.6)).toEqual([
      "  2/100    0.7113    0.7370    0.5000        0.8000  12345.6 s",
    ]);
    expect(lines({ epoch: 3, loss: 1, learningRate: 0.1 }, 1)).toHaveLength(2);
  });
});

describe("a summary", () => {
  const summary = summarize(buildNet("resnet18"));

  test.each([80, 100, 120])(
    "of resnet18 fits %i columns, with shorter numbers and the middle of names left out",
    (width) => {
      const text = summaryText(summary, width);
      expect(widest(text)).toBeLessThanOrEqual(width);
      expect(text).toContain("11.7 M");
      expect(text).toContain("\u2026");
    },
  );

  test("is written in full where it fits, and without a width", () => {
    const lenet = summarize(buildNet("lenet"));
    expect(summaryText(lenet, 80)).toBe(summaryText(lenet));
    expect(summaryText(summary)).toContain("layer4_0_downsample_1 (batchNormalization)");
    expect(buildNet("resnet18").summary({ lineLength: 80 })).toBe(summaryText(summary, 80));
  });

  test("of two nets fits 80 columns", () => {
    const [naive, bottleneck] = ["inception-naive", "inception-bottleneck"].map((name) => summarize(buildNet(name)));
    if (!naive || !bottleneck) throw new Error("there are two");
    const comparison = compareSummaries(naive, bottleneck);
    expect(widest(comparisonText(comparison, 80))).toBeLessThanOrEqual(80);
    expect(widest(comparisonText(comparison))).toBeGreaterThan(80);
  });
});

describe("a run's lines", () => {
  test("are on standard output, where a pipe gets them", async () => {
    const args = ["train", ...SMALL, "--epochs", "2", "--out", "piped"];
    const { code, stdout } = await startInShell(cwd, `"$@" 2>/dev/null | cat > log && cat log`, ...args).finished;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^lenet: /);
    expect(stdout).toMatch(/^epoch +loss +accuracy +val loss +val accuracy +time$/m);
    expect(stdout).toMatch(/^ *2\/2 +\d/m);
    expect(stdout).toContain("accuracy 0.");
    for (const line of stdout.match(/^(epoch| *\d+\/).*$/gm) ?? []) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("are JSON alone with --json", async () => {
    const events = await json(cwd, "train", ...SMALL, "--epochs", "1", "--out", "machine");
    expect(events.map(({ event }) => event)).toEqual(["start", "epoch", "done"]);
  });
});

describe("names of others", () => {
  const hostile = "\x1b]0;owned\x07\x9b31m";

  test("reach the terminal escaped, as errors and as results, as text and as JSON", async () => {
    for (const args of [
      ["evaluate", hostile],
      ["summary", hostile],
      ["train", "--data", hostile],
      ["edges", hostile],
    ]) {
      for (const format of [[], ["--json"]]) {
        const { stdout, stderr } = await striate(cwd, ...args, ...format);
        expect(stdout + stderr).toContain("owned");
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
        expect(stdout + stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
      }
    }
  });
});

describe.concurrent("did you mean", () => {
  test.each([
    [["tarin"], `there is no command "tarin"; did you mean "train"? There are transfer, advise, train`],
    [["train", "--epoch", "3"], `train has no option "--epoch"; did you mean "--epochs"? It has --model`],
    [["train", "--model", "resnet-18"], `there is no model "resnet-18"; did you mean "resnet18"?`],
    [["train", "--optimizer", "adamw"], `there is no optimizer "adamw"; did you mean "adamW"?`],
    [["train", "--engine", "onnxruntim"], `did you mean "onnxruntime"? There are ${ENGINE_NAMES.join(", ")}`],
    [
      ["train", "--schedule", "cosin"],
      `--schedule takes one of constant, step, exponential, cosine; received "cosin"; did you mean "cosine"?`,
    ],
    [["train", "--activation", "Relu"], `there is no activation "Relu"; did you mean "relu"?`],
    [["train", "--augment", "stron"], `did you mean "strong"?`],
    [["train", "fashion_mnits"], `did you mean "fashion-mnist"?`],
    [["summary", "vgg-16"], `there is no model, file or run "vgg-16"; did you mean "vgg16"?`],
    [["weights", "resnet_50"], `did you mean "resnet50"?`],
    [["convert", "lenet", "lenet.kears"], `did you mean ".keras"?`],
    [["export", "lenet", "lenet.onx"], `did you mean "lenet.onnx"?`],
    [["edges", "data", "-o", "x", "--operator", "sobl"], `did you mean "sobel"?`],
    [["evaluate", "runs/machin"], "there is no run"],
  ])("%j", async (args, words) => {
    const { code, stderr } = await striate(cwd, ...args);
    expect(stderr).toContain(words);
    expect([1, 2]).toContain(code);
  });
});
