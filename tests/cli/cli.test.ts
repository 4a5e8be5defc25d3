import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseIdx } from "#striate/data/index";
import { ENGINE_NAMES } from "#striate/engine/index";
import { decodeSafetensors } from "#striate/formats/index";
import { dataFiles, failure, json, SMALL, SMALL_NET, striate, writeData } from "../support/cli.ts";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "striate-cli-"));
  await writeData(join(cwd, "data"));
});
afterAll(() => rm(cwd, { recursive: true }));

const number = expect.any(Number);

describe("train", () => {
  test("--json tells the start, every epoch and the end, and leaves a whole run", async () => {
    const events = await json(cwd, "train", ...SMALL, "--epochs", "2", "--out", "runs/whole");
    const evaluation = { loss: number, accuracy: number };
    const epoch = { event: "epoch", ...evaluation, validationLoss: number, validationAccuracy: number };
    expect(events).toEqual([
      {
        event: "start",
        run: "runs/whole",
        model: "lenet",
        parameters: 8080,
        engine: "onnxruntime",
        data: { train: 58, validation: 6, test: 30 },
        epochs: 2,
        batchSize: 8,
        optimizer: "adam",
        learningRate: 0.001,
        seed: 0,
      },
      { ...epoch, epoch: 1, learningRate: 0.001, seconds: number },
      { ...epoch, epoch: 2, learningRate: 0.0005, seconds: number },
      {
        event: "done",
        run: "runs/whole",
        test: evaluation,
        validation: { epoch: number, ...evaluation },
        seconds: number,
        dataWait: number,
      },
    ]);
    const folder = join(cwd, "runs/whole");
    const kept = ["checkpoint.safetensors", "config.json", "data.jsonl", "history.jsonl"];
    const files = [...kept, "last.safetensors", "model.safetensors"];
    expect((await readdir(folder)).sort()).toEqual(files);
    const history = (await readFile(join(folder, "history.jsonl"), "utf8")).trimEnd().split("\n");
    expect(history.map((line) => ({ event: "epoch", ...JSON.parse(line), seconds: number }))).toEqual(
      events.slice(1, 3),
    );
    const config = JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
    expect(config).toMatchObject({ format: 1, inputShape: [8, 8, 1], classNames: ["0", "1", "2"] });
    expect(config.options).toMatchObject({ model: "lenet", kernelSize: [3], filters: [2, 3], data: join(cwd, "data") });
    const { tensors } = decodeSafetensors(await readFile(join(folder, "model.safetensors")), "model");
    expect(tensors.get("conv1/kernel")?.shape).toEqual([3, 3, 1, 2]);
    expect(tensors.size).toBe(8);
  });

  test("without --json says everything on standard output, a line an epoch, and no bar without a terminal", async () => {
    const { code, stdout, stderr } = await striate(cwd, "train", ...SMALL, "--epochs", "2", "--out", "runs/words");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.match(/^ *\d\/2 .* s$/gm)?.map((line) => line.slice(0, 7))).toEqual(["  1/2  ", "  2/2  "]);
    expect(stdout).toMatch(/^test accuracy 0\.\d{4}, loss \d\.\d{4} on 30 pictures$/m);
    expect(stdout).toContain("the run is in runs/words");
    expect(stdout).toContain("striate predict runs/words");
  });

  test("equal runs have equal files, each in a folder of its own; another seed has others", async () => {
    const run = async (...args: string[]) => {
      const [start] = await json(cwd, "train", ...SMALL, "--epochs", "1", ...args);
      const folder = String(start?.run);
      const [history, model] = await Promise.all(
        ["history.jsonl", "model.safetensors"].map((name) => readFile(join(cwd, folder, name), "base64")),
      );
      return { folder, history, model };
    };
    const [first, second, other] = [await run(), await run(), await run("--seed", "1")];
    expect([first, second, other].map(({ folder }) => folder)).toEqual([
      "runs/lenet-data",
      "runs/lenet-data-2",
      "runs/lenet-data-3",
    ]);
    expect(second).toEqual({ ...first, folder: second.folder });
    expect(other.history).not.toBe(first.history);
    expect(other.model).not.toBe(first.model);
  });

  test("schedules, optimizers and the validation follow their options", async () => {
    const rates = async (...args: string[]) => {
      const events = await json(cwd, "train", ...SMALL, "--epochs", "3", "--validation-split", "0", ...args);
      for (const event of events) expect(event).not.toHaveProperty("validationLoss");
      return events.flatMap((event) => (event.event === "epoch" ? Number(event.learningRate) : []));
    };
    const halving = ["--schedule", "step", "--decay-steps", "8", "--decay-rate", "0.5"];
    expect(await rates("--optimizer", "sgd", "--momentum", "0.9", "--nesterov", ...halving)).toEqual([
      0.01, 0.005, 0.0025,
    ]);
    const [first = 0, second = 0, third = 0] = await rates("--schedule", "cosine", "--warmup-steps", "8");
    expect(first).toBeLessThan(second);
    expect(third).toBeLessThan(second);
  });

  test("--early-stopping stops, keeps the best weights, and stays stopped when the run is resumed", async () => {
    const run = ["--out", "runs/early", "--json"];
    const slow = ["--learning-rate", "1e-30", "--early-stopping", "2", "--epochs", "9"];
    const events = await json(cwd, "train", ...SMALL, ...slow, ...run);
    expect(events.filter(({ event }) => event === "epoch")).toHaveLength(3);
    const again = await json(cwd, "train", "--resume", ...run);
    expect(again.map(({ event }) => event)).toEqual(["start", "done"]);
    expect(again[0]).toMatchObject({ resumedFromEpoch: 3 });
  });
});

describe("a run", () => {
  const run = "runs/used";
  beforeAll(async () => {
    await json(cwd, "train", ...SMALL, "--epochs", "1", "--out", run);
  });

  test("evaluate gives what training has told at its end, from the model or else the checkpoint", async () => {
    const [result] = await json(cwd, "evaluate", run);
    expect(result).toEqual({ loss: number, accuracy: number, count: 30, part: "test" });
    await cp(join(cwd, run), join(cwd, "runs/unfinished"), { recursive: true });
    await rm(join(cwd, "runs/unfinished/model.safetensors"));
    const [same, events] = [
      await json(cwd, "evaluate", "runs/unfinished"),
      await json(cwd, "train", "--resume", "--out", run),
    ];
    expect(same).toEqual([result]);
    expect(events.at(-1)).toMatchObject({ event: "done", test: { loss: result?.loss, accuracy: result?.accuracy } });
    const { stdout } = await striate(cwd, "evaluate", run);
    expect(stdout).toMatch(
      /^runs\/used\/model\.safetensors: accuracy 0\.\d{4}, loss \d\.\d{4} on 30 test pictures of /,
    );
  });

  test("evaluate --data measures on other data", async () => {
    const { "t10k-images-idx3-ubyte": images, "t10k-labels-idx1-ubyte": labels, ...others } = dataFiles();
    const { "train-images-idx3-ubyte": trainImages, "train-labels-idx1-ubyte": trainLabels } = others;
    await writeData(join(cwd, "swapped-parts"), {
      "train-images-idx3-ubyte": images ?? new Uint8Array(),
      "train-labels-idx1-ubyte": labels ?? new Uint8Array(),
      "t10k-images-idx3-ubyte": trainImages ?? new Uint8Array(),
      "t10k-labels-idx1-ubyte": trainLabels ?? new Uint8Array(),
    });
    expect(await json(cwd, "evaluate", run, "--data", "swapped-parts")).toMatchObject([{ count: 64 }]);
  });

  test("predict gives a line for each picture, the classes most probable first", async () => {
    const lines = await json(cwd, "predict", run);
    expect(lines.map(({ input }) => input)).toEqual(
      Array.from({ length: 10 }, (_, i) => `t10k-images-idx3-ubyte#${i}`),
    );
    for (const { class: best, probability, top } of lines) {
      const ranked = top as { class: string; probability: number }[];
      expect(ranked[0]).toEqual({ class: best, probability });
      expect(ranked.map(({ class: name }) => name).sort()).toEqual(["0", "1", "2"]);
      const probabilities = ranked.map(({ probability: p }) => p);
      expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
      expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    }
    expect(parseIdx(dataFiles()["t10k-images-idx3-ubyte"] ?? new Uint8Array(), "test").shape).toEqual([30, 8, 8]);
    const file = "data/t10k-images-idx3-ubyte";
    const ofFile = await json(cwd, "predict", run, file, "--top", "1");
    expect(ofFile).toHaveLength(30);
    expect(ofFile.slice(0, 10)).toEqual(
      lines.map((line, i) => ({ ...line, input: `${file}#${i}`, top: [(line.top as unknown[])[0]] })),
    );
    expect(await json(cwd, "predict", run, file, file, "--limit", "40")).toHaveLength(40);
    const { stdout } = await striate(cwd, "predict", run, "--limit", "1", "--top", "2");
    expect(stdout).toMatch(/^t10k-images-idx3-ubyte#0 {2}\d \d+\.\d% {2}\d \d+\.\d%\n$/);
  });

  test("summary shows its net", async () => {
    expect(await json(cwd, "summary", run)).toMatchObject([{ model: "lenet", parameters: 8080 }]);
    await failure(2, "leave out --classes", cwd, "summary", run, "--classes", "4");
  });

  test("a folder that is named after Fashion-MNIST has its class names", async () => {
    await writeData(join(cwd, "my-fashion-mnist"));
    const args = ["--data", "my-fashion-mnist", ...SMALL_NET, "--epochs", "1", "--out", "runs/fashion"];
    await json(cwd, "train", ...args);
    const [line] = await json(cwd, "predict", "runs/fashion", "--limit", "1", "--top", "10");
    expect(line?.top).toContainEqual({ class: "Ankle boot", probability: number });
  });
});

describe.concurrent("summary, doctor, bench", () => {
  test("summary gives the layers and totals", async () => {
    const [lenet] = await json(cwd, "summary", "lenet");
    expect(lenet).toMatchObject({
      model: "lenet",
      parameters: 1256080,
      trainableParameters: 1256080,
      multiplyAdds: 6522000,
      activationBytes: 139240,
    });
    const { layers: [first, ...others] = [] } = lenet as { layers?: unknown[] };
    expect(others).toHaveLength(6);
    expect(first).toEqual({
      name: "conv1",
      type: "conv2d",
      outputShape: [28, 28, 20],
      parameters: 520,
      multiplyAdds: 392000,
    });
    const args = ["--kernel-size", "3", "--filters", "4,8", "--input-shape", "16,16,3", "--classes", "5"];
    const [small] = await json(cwd, "summary", "lenet", ...args, "--activation", "tanh");
    const smallLayers = small?.layers as { outputShape: number[] }[];
    expect(smallLayers[0]?.outputShape).toEqual([16, 16, 4]);
    expect(smallLayers.at(-1)?.outputShape).toEqual([5]);
    const { stdout } = await striate(cwd, "summary", "lenet5");
    expect(stdout).toContain("60,850");
  });

  test("summary of a net without its classifier", async () => {
    const [maps] = await json(cwd, "summary", "vgg16", "--no-include-top", "--input-shape", "64,64,3");
    const [pooled] = await json(cwd, "summary", "vgg16", "--no-include-top", "--pooling", "avg");
    const last = (summary: typeof maps) =>
      (summary?.layers as { outputShape: number[] }[] | undefined)?.at(-1)?.outputShape;
    expect([last(maps), last(pooled)]).toEqual([[2, 2, 512], [512]]);
    const [trained] = await json(cwd, "summary", "googlenet", "--auxiliary");
    expect(Number(trained?.parameters)).toBeGreaterThan(10_000_000);
  });

  test("summary compares two nets", async () => {
    const nets = ["inception-naive", "inception-bottleneck"];
    const [comparison] = await json(cwd, "summary", ...nets);
    const { models, ratios, layers } = comparison as {
      models: { model: string; multiplyAdds: number }[];
      ratios: { multiplyAdds: number };
      layers: { name: string; multiplyAdds: (number | null)[] }[];
    };
    expect(models.map(({ model }) => model)).toEqual(nets);
    expect(models.map(({ multiplyAdds }) => multiplyAdds)).toEqual([303_464_448, 128_049_152]);
    expect(ratios.multiplyAdds).toBeCloseTo(2.37, 2);
    expect(layers.find(({ name }) => name === "inception_5x5")?.multiplyAdds).toEqual([120_422_400, 10_035_200]);
    expect(layers.find(({ name }) => name === "inception_5x5_reduce")?.multiplyAdds).toEqual([null, 2_408_448]);
    const { stdout } = await striate(cwd, "summary", ...nets);
    expect(stdout).toMatch(/inception_5x5 +153,632 +12,832 +120,422,400 +10,035,200/);
    expect(stdout).toContain("1 / 2: parameters 2.37, multiply-adds 2.37, activations 1.02");
    const others = await striate(cwd, "summary", "resnet18", "vgg16");
    expect(others.stdout).toMatch(/total +11,699,112 +138,357,544/);
  });

  test("doctor lists the engines and the one that is chosen", async () => {
    const [report] = await json(cwd, "doctor");
    expect(report).toMatchObject({ node: process.versions.node, cores: number });
    const engines = report?.engines as { name: string; available: boolean }[];
    expect(engines.map(({ name }) => name)).toEqual(ENGINE_NAMES);
    for (const engine of engines) expect(Object.keys(engine)).toEqual(["name", "available", "version", "reason"]);
    expect(report?.chosen).toBe(engines.find(({ available }) => available)?.name);
    const { stdout } = await striate(cwd, "doctor");
    expect(stdout).toContain(`* ${report?.chosen}`);
  });

  test.each(["train", "infer"])("bench measures %s", async (mode) => {
    const measure = ["bench", "lenet", "--mode", mode, "--batch", "2", "--seconds", "0.05", "--threads", "1"];
    const [result] = await json(cwd, ...measure, "--engine", "onnxruntime");
    const { images_per_second, median_ms } = result ?? {};
    const what = { engine: "onnxruntime", net: "lenet", mode, batch: 2, threads: 1 };
    expect(result).toEqual({ ...what, images_per_second: number, median_ms: number });
    expect(Number(images_per_second)).toBeGreaterThan(0);
    expect(Math.abs(Number(images_per_second) * Number(median_ms) - 2000) / 2000).toBeLessThan(0.02);
  });
});

describe.concurrent("help", () => {
  test.each(["train", "evaluate", "predict", "summary", "weights", "doctor", "bench", "augment", "data"])(
    "%s --help has examples",
    async (name) => {
      const { code, stdout } = await striate(cwd, name, "--help");
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: striate ${name}`);
      expect(stdout).toMatch(new RegExp(`Examples:\n {2}striate ${name}`));
      expect(stdout).toContain("--json");
    },
  );

  test("striate --help lists the commands and exit codes; --version is that of the package", async () => {
    const { code, stdout } = await striate(cwd, "--help");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}evaluate +Measure/m);
    expect(stdout).toContain("130 interrupted");
    const { version } = JSON.parse(await readFile("package.json", "utf8"));
    expect(await striate(cwd, "--version")).toMatchObject({ code: 0, stdout: `${version}\n` });
  });
});
