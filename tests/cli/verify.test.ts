// striate export writes samples beside its file, and striate verify checks the file on them.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeSafetensors, saveModel } from "#striate/formats/index";
import { encodeImage } from "#striate/image/index";
import { conv2d, dense, globalAveragePooling2d } from "#striate/layers/index";
import { sequential } from "#striate/model/index";
import { tensor } from "#striate/tensor/index";
import { failure, json, jsonLines, SMALL, striate, writeData } from "../support/cli.ts";
import { pattern } from "../support/pattern.ts";
import { writePictures } from "../support/pictureFolder.ts";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "striate-verify-"));
  await writeData(join(cwd, "data"));
  const photos = [30, 90, 200].map(async (brightness, i) => {
    const noise = pattern([40 + 9 * i, 52, 3], i, 50).data;
    const data = Uint8Array.from(noise, (x, k) => Math.max(0, Math.min(255, brightness + x + (k % 3) * 10)));
    return encodeImage(tensor("uint8", [40 + 9 * i, 52, 3], data), { format: "png" });
  });
  const [a = "", b = "", c = ""] = await Promise.all(photos);
  await writePictures(cwd, { "photos/a.png": a, "photos/b.png": b, "photos/c.png": c, "photos/bad.jpg": "no picture" });
  const layers = [
    conv2d({ filters: 4, kernelSize: 3, activation: "relu" }),
    globalAveragePooling2d(),
    dense({ units: 3, activation: "softmax" }),
  ];
  const net = sequential({ inputShape: [24, 32, 3], seed: 4 }, layers);
  const preprocessing = {
    channels: "RGB",
    scale: 255,
    mean: [0.5, 0.4, 0.3],
    std: [0.2, 0.2, 0.3],
    fit: "pad",
  } as const;
  net.pictures = { classNames: ["cat", "dog", "owl"], preprocessing };
  await saveModel(net, join(cwd, "net.keras"));
  const [exported] = await json(cwd, "export", "net.keras", "net.onnx", "--samples", "photos");
  expect(exported).toMatchObject({
    preprocessing: "inside",
    labels: "labels.json",
    samples: { file: "net.samples.safetensors", count: 3 },
  });
});
afterAll(() => rm(cwd, { recursive: true }));

test("the class names are beside the file, and predict needs nothing else", async () => {
  expect(JSON.parse(await readFile(join(cwd, "labels.json"), "utf8"))).toEqual(["cat", "dog", "owl"]);
  const [[own], [read]] = [
    await json(cwd, "predict", "net.keras", "photos/a.png"),
    await json(cwd, "predict", "net.onnx", "photos/a.png"),
  ];
  expect(read?.class).toBe(own?.class);
  expect(read?.probability).toBeCloseTo(own?.probability as number, 5);
});

test.each(["onnxruntime", "reference"])("a file agrees with its model on %s", async (engine) => {
  const lines = await json(cwd, "verify", "net.onnx", "--engine", engine);
  const samples = lines.slice(0, -1);
  expect(samples.map(({ sample, agrees }) => [sample, agrees])).toEqual([
    ["a.png", true],
    ["b.png", true],
    ["c.png", true],
  ]);
  expect(lines.at(-1)).toMatchObject({
    engine,
    samples: 3,
    differing: 0,
    agrees: true,
    changed: false,
    tolerance: 0.02,
  });
  const { stdout } = await striate(cwd, "verify", "net.onnx", "--engine", engine);
  expect(stdout).toContain("net.onnx agrees with its model on 3 samples: largest difference");
});

test("one with other weights differs, and the exit code says so", async () => {
  const bytes = await readFile(join(cwd, "net.onnx"));
  const name = Buffer.from("dense/kernel");
  // Its 12 float32 come after its name, a field's key and their length: signs and exponents change.
  const start = bytes.lastIndexOf(name) + name.length + 2;
  for (let i = start + 3; i < start + 48; i += 4) bytes[i] = (bytes[i] ?? 0) ^ 0x81;
  await writeFile(join(cwd, "other.onnx"), bytes);
  const finished = await striate(cwd, "verify", "other.onnx", "--samples", "net.samples.safetensors", "--json");
  expect(finished.code).toBe(1);
  expect(jsonLines(finished).at(-1)).toMatchObject({ agrees: false, changed: true });
  const told = await striate(cwd, "verify", "other.onnx", "--samples", "net.samples.safetensors");
  expect(told.stdout).toMatch(/DIFFERS from its model on \d of 3 samples/);
  expect(told.stdout).toContain("other.onnx is not the file that was exported with these samples");
});

test("a byte that changes no output is told, and no failure", async () => {
  const bytes = await readFile(join(cwd, "net.onnx"));
  bytes[bytes.indexOf("striate")] = "S".charCodeAt(0); // the producer's name
  await writeFile(join(cwd, "renamed.onnx"), bytes);
  const lines = await json(cwd, "verify", "renamed.onnx", "--samples", "net.samples.safetensors");
  expect(lines.at(-1)).toMatchObject({ agrees: true, changed: true });
});

test("a run's samples are of its test pictures", async () => {
  await striate(cwd, "train", ...SMALL, "--epochs", "1", "--out", "runs/a");
  const [exported] = await json(cwd, "export", "runs/a", "run.onnx", "--input", "float32");
  expect(exported).toMatchObject({ preprocessing: "inside", samples: { count: 6 } });
  expect((await json(cwd, "verify", "run.onnx")).at(-1)).toMatchObject({ agrees: true });
  const [plain] = await json(cwd, "export", "runs/a", "plain.onnx", "--without-preprocessing");
  expect(plain).toMatchObject({ preprocessing: "outside", samples: { largestDifference: expect.any(Number) } });
  expect((await json(cwd, "verify", "plain.onnx")).at(-1)).toMatchObject({ agrees: true, tolerance: 0.001 });
});

test("what is missing or does not go together is said", async () => {
  await writeFile(join(cwd, "copy.onnx"), await readFile(join(cwd, "net.onnx")));
  await failure(1, "the samples of copy.onnx are not there", cwd, "verify", "copy.onnx");
  await failure(1, "none.onnx: cannot be read", cwd, "verify", "none.onnx");
  await writeFile(join(cwd, "weights.safetensors"), Buffer.concat(encodeSafetensors(new Map())));
  await failure(1, "is no file of samples", cwd, "verify", "net.onnx", "--samples", "weights.safetensors");
  await failure(
    2,
    "--input is for a file that prepares its pictures",
    cwd,
    "export",
    "net.keras",
    "x.onnx",
    "--without-preprocessing",
    "--input",
    "float32",
  );
  await failure(
    2,
    "give one of",
    cwd,
    "export",
    "net.keras",
    "x.onnx",
    "--without-preprocessing",
    "--with-preprocessing",
  );
  await failure(
    2,
    "lenet does not know how its pictures are prepared",
    cwd,
    "export",
    "lenet",
    "x.onnx",
    "--with-preprocessing",
  );
  await failure(
    2,
    "--samples is for a file for inference",
    cwd,
    "export",
    "lenet",
    "x.onnx",
    "--training-step",
    "--samples",
    "photos",
  );
  const { stdout } = await striate(cwd, "export", "net.keras", "x.onnx");
  expect(stdout).toContain(
    "no samples to verify it by: net.keras is no run, which has test pictures; name some pictures by --samples",
  );
});
