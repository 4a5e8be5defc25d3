import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeNpz, encodeSafetensors, readArrays, saveModel } from "#striate/formats/index";
import { dense, flatten } from "#striate/layers/index";
import { sequential } from "#striate/model/index";
import type { Tensor } from "#striate/tensor/index";
import { buildNet, torchName } from "#striate/zoo/index";
import { failure, json, SMALL, striate, writeData } from "../support/cli.ts";
import { closeTo } from "../support/close.ts";
import { pattern } from "../support/pattern.ts";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "striate-files-"));
  await writeData(join(cwd, "data"));
  const { code } = await striate(cwd, "train", ...SMALL, "--epochs", "1", "--out", "runs/a");
  expect(code).toBe(0);
  await writeArrays("in.npz", { input: pattern([3, 8, 8, 1], 1) });
});
afterAll(() => rm(cwd, { recursive: true }));

async function writeArrays(name: string, arrays: Readonly<Record<string, Tensor>>): Promise<void> {
  await writeFile(join(cwd, name), await encodeNpz(new Map(Object.entries(arrays))));
}

/** What a model says about the arrays in in.npz. */
async function outputOf(model: string): Promise<ArrayLike<number>> {
  const { code, stderr } = await striate(cwd, "run", model, "--inputs", "in.npz", "--outputs", "out.npz");
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const output = (await readArrays(join(cwd, "out.npz"))).get("output");
  expect(output?.shape).toEqual([3, 3]);
  return output?.data as Float32Array;
}

describe("a run's model goes into every format and says the same there:", () => {
  test.each(["lenet.onnx", "lenet.keras"])("%s", async (file) => {
    const [told] = await json(cwd, "convert", "runs/a", file);
    expect(told).toMatchObject({ from: "runs/a", to: file, kind: "model" });
    closeTo(await outputOf(file), await outputOf("runs/a"), 1e-6, file);
  });

  test("export writes ONNX, for any batch or for one", async () => {
    const [told] = await json(cwd, "export", "runs/a", "three.onnx", "--batch", "3", "--without-preprocessing");
    expect(told).toMatchObject({ file: "three.onnx", batch: 3, inputs: ["input"], outputs: ["output"] });
    closeTo(await outputOf("three.onnx"), await outputOf("runs/a"), 1e-6, "three.onnx");
  });

  test("from one file into another, and its weights alone", async () => {
    await json(cwd, "convert", "runs/a", "a.keras");
    const [told] = await json(cwd, "convert", "a.keras", "a.safetensors");
    expect(told?.lost).toEqual(["the model: a safetensors file holds the weights alone"]);
    await json(cwd, "convert", "a.safetensors", "a.npz");
    const [first, second] = await Promise.all(["a.safetensors", "a.npz"].map((name) => readArrays(join(cwd, name))));
    expect([...(second ?? [])].sort()).toEqual([...(first ?? [])].sort());
  });
});

test("convert takes the weights of a net of the zoo, by PyTorch's names too", async () => {
  const net = buildNet("resnet18", { inputShape: [32, 32, 3], classes: 4, seed: 9 });
  await writeFile(join(cwd, "r18.safetensors"), Buffer.concat(encodeSafetensors(net.weights)));
  const options = ["--model", "resnet18", "--input-shape", "32,32,3", "--classes", "4"];
  const [told] = await json(cwd, "convert", "r18.safetensors", "r18.npz", ...options);
  expect(told).toMatchObject({ kind: "safetensors" });
  expect((await readArrays(join(cwd, "r18.npz"))).get("layer1_0_conv1/kernel")?.shape).toEqual([3, 3, 64, 64]);
  expect(torchName("resnet18", "layer1_0_conv1/kernel")).toBe("layer1.0.conv1.weight");
});

test("export --training-step writes the step, and the states to begin with", async () => {
  const options = ["--training-step", "--optimizer", "sgd", "--momentum", "0.9", "--batch", "4"];
  const [told] = await json(cwd, "export", "runs/a", "step.onnx", ...options);
  expect(told).toMatchObject({ inputs: ["input", "target", "learningRate"], outputs: ["predictions", "loss"] });
  const states = await readArrays(join(cwd, "step.states.safetensors"));
  expect(Object.keys(told?.next as object).sort()).toEqual([...states.keys()].sort());
  const arrays = { ...Object.fromEntries(states), input: pattern([4, 8, 8, 1], 1) };
  const label: Tensor = { dtype: "int32", shape: [4], data: Int32Array.from([0, 1, 2, 0]) };
  const learningRate: Tensor = { dtype: "float32", shape: [], data: Float32Array.of(0.1) };
  await writeArrays("step.npz", { ...arrays, target: label, learningRate });
  const { code } = await striate(cwd, "run", "step.onnx", "--inputs", "step.npz", "--outputs", "after.npz");
  expect(code).toBe(0);
  const after = await readArrays(join(cwd, "after.npz"));
  expect(after.get("loss")?.shape).toEqual([]);
  expect(after.get("optimizer/step.next")?.data).toEqual(BigInt64Array.of(1n));
});

test("summary shows a file's model, with the layers that it has", async () => {
  await json(cwd, "convert", "runs/a", "s.keras");
  const [keras] = await json(cwd, "summary", "s.keras");
  const [run] = await json(cwd, "summary", "runs/a");
  expect(keras).toEqual(run);
  await json(cwd, "export", "runs/a", "s.onnx", "--without-preprocessing");
  expect((await json(cwd, "summary", "s.onnx"))[0]).toMatchObject({
    parameters: run?.parameters,
    multiplyAdds: run?.multiplyAdds,
  });
});

describe("predict takes any model that knows its pictures:", () => {
  const photo = "data/t10k-images-idx3-ubyte";
  const saying = (model: string, ...more: readonly string[]) =>
    json(cwd, "predict", model, photo, "--limit", "4", ...more);

  test("a run's in every format", async () => {
    const own = await saying("runs/a");
    for (const file of ["p.keras", "p.onnx"]) {
      await json(cwd, "convert", "runs/a", file);
      for (const [i, line] of (await saying(file)).entries()) {
        expect(line).toMatchObject({ input: own[i]?.input, class: own[i]?.class });
        expect(line.probability).toBeCloseTo(Number(own[i]?.probability), 5);
      }
    }
    await failure(2, "p.keras is a file, which has no test pictures", cwd, "predict", "p.keras");
  });

  test("any other with options that give what it lacks", async () => {
    const model = sequential({ inputShape: [8, 8, 1] }, [flatten(), dense({ units: 1, activation: "sigmoid" })]);
    await saveModel(model, join(cwd, "bare.onnx"));
    const words = "bare.onnx does not say its class names (give --class-names FILE, with one on each line) and how its";
    await failure(2, words, cwd, "predict", "bare.onnx", photo);
    await writeFile(join(cwd, "names.txt"), "no\nyes\n");
    await writeFile(join(cwd, "three.json"), '["a", "b", "c"]');
    const [line] = await saying("bare.onnx", "--class-names", "names.txt", "--preprocessing", "unit");
    expect(line?.top).toEqual([
      { class: expect.stringMatching(/^(no|yes)$/), probability: expect.any(Number) },
      { class: expect.stringMatching(/^(no|yes)$/), probability: expect.any(Number) },
    ]);
    const prepared = ["--preprocessing", "torch", "--class-names"];
    const channels = "takes pictures of 1 channels; this preprocessing is for RGB";
    await failure(1, channels, cwd, "predict", "bare.onnx", photo, ...prepared, "names.txt");
    const classes = "puts out [1], where a number for each of 3 classes is expected (a, b, c)";
    const unit = ["--preprocessing", "unit", "--class-names"];
    await failure(1, classes, cwd, "predict", "bare.onnx", photo, ...unit, "three.json");
    await failure(1, "in.npz: is no list of class names", cwd, "predict", "bare.onnx", photo, ...unit, "in.npz");
    await failure(1, "none.txt: cannot be read", cwd, "predict", "bare.onnx", photo, ...unit, "none.txt");
  });
});

describe("what cannot be is said in words:", () => {
  test.each([
    [["run", "runs/a", "--inputs", "in.npz"], "run needs --inputs IN.npz and --outputs OUT.npz"],
    [["run", "none.onnx", "--inputs", "in.npz", "--outputs", "o.npz"], 'there is no model, file or run "none.onnx"'],
    [["convert", "runs/a", "a.txt"], "a.txt: a model is saved as .keras, .onnx, .safetensors, .npz, received .txt"],
    [["convert", "in.npz", "in.keras"], "in.npz holds arrays and no model; say by --model which net"],
    [["export", "lenet", "x.onnx", "--loss", "meanSquaredError"], "--loss is for a training step; add --training-step"],
    [["summary", "lenet.txt"], 'there is no model, file or run "lenet.txt"'],
  ])("%j", async (args, words) => {
    await failure(2, words, cwd, ...args);
  });

  test("a file that is no model", async () => {
    await writeFile(join(cwd, "note.onnx"), "shopping: bread, milk");
    await failure(1, "note.onnx: is no model or weights that Striate knows", cwd, "summary", "note.onnx");
  });

  test("arrays of other names or shapes than the inputs", async () => {
    await writeArrays("odd.npz", { a: pattern([1, 2], 1), b: pattern([1, 2], 2) });
    const args = ["run", "runs/a", "--inputs", "odd.npz", "--outputs", "o.npz"];
    await failure(1, "runs/a takes input; the arrays are a, b", cwd, ...args);
    await writeArrays("small.npz", { x: pattern([1, 4, 4, 1], 1) });
    await failure(
      1,
      "takes [n,8,8,1], received [1,4,4,1]",
      cwd,
      "run",
      "runs/a",
      "--inputs",
      "small.npz",
      "--outputs",
      "o.npz",
    );
  });
});
