// Models in models, with shared parts, against the real Keras, both ways: tests/keras/nested.py has its side.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadKeras, saveKeras } from "#striate/formats/keras/index";
import type { Model } from "#striate/model/index";
import { type Shape, type Tensor, tensor } from "#striate/tensor/index";
import { predictOutputs } from "#striate/training/index";
import { closeTo } from "../support/close.ts";
import { withPatternWeights } from "../support/everyLayer.ts";
import { nestedModel } from "../support/nestedModels.ts";
import { pictures } from "../support/pattern.ts";
import { findKeras } from "../support/python.ts";

/** How many random models each way; more of them by hand. */
const COUNT = Number(process.env.STRIATE_NESTED_MODELS ?? 24);
const SEEDS = Array.from({ length: COUNT }, (_, seed) => seed);

const python = findKeras();
const folder = mkdtempSync(join(tmpdir(), "striate-nested-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Numbers {
  readonly shape: Shape;
  readonly data: readonly number[];
}

function read(file: string): readonly Tensor<"float32">[] {
  const numbers = JSON.parse(readFileSync(join(folder, file), "utf8")) as readonly Numbers[];
  return numbers.map(({ shape, data }) => tensor("float32", shape, Float32Array.from(data)));
}

function write(file: string, tensors: readonly Tensor[]): void {
  const numbers = tensors.map(({ shape, data }) => ({ shape, data: [...data].map(Number) }));
  writeFileSync(join(folder, file), JSON.stringify(numbers));
}

async function expectSame(
  model: Model,
  inputs: readonly Tensor<"float32">[],
  expected: readonly Tensor[],
  what: string,
): Promise<void> {
  const named = Object.fromEntries(model.inputNames.map((name, i) => [name, inputs[i] as Tensor<"float32">]));
  const found = await predictOutputs(model, named, { inline: true, threads: 1 });
  const shapes = model.outputNames.map((name) => found[name]?.shape);
  expect(shapes, what).toEqual(expected.map(({ shape }) => shape));
  for (const [i, name] of model.outputNames.entries()) {
    closeTo((found[name] as Tensor<"float32">).data, expected[i]?.data as Float32Array, 2e-5, `${what}, output ${i}`);
  }
}

function inputsOf(model: Model): Tensor<"float32">[] {
  return model.inputs.map(({ shape }, i) => pictures([2, ...shape], i + 7));
}

describe("random models in models", () => {
  beforeAll(async () => {
    if (python.missing !== undefined) return;
    for (const seed of SEEDS) {
      const model = withPatternWeights(nestedModel(seed));
      await saveKeras(model, join(folder, `striate_${seed}.keras`));
      write(`striate_${seed}.inputs.json`, inputsOf(model));
    }
    const { status, stderr } = spawnSync(python.interpreter, ["tests/keras/nested.py", folder, String(COUNT)], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`tests/keras/nested.py failed: ${stderr.slice(-3000)}`);
  }, 3_600_000);

  test.for(SEEDS)("Keras opens model %i of Striate, predicts the same, and goes on with it", async (seed, context) => {
    if (python.missing !== undefined) return context.skip(python.missing);
    const model = withPatternWeights(nestedModel(seed));
    const expected = read(`striate_${seed}.predictions.json`);
    await expectSame(model, inputsOf(model), expected, "in Keras");
    await expectSame(await loadKeras(join(folder, `striate_${seed}.keras`)), inputsOf(model), expected, "read again");
  });

  test.for(SEEDS)("Striate opens model %i of Keras, and predicts the same", async (seed, context) => {
    if (python.missing !== undefined) return context.skip(python.missing);
    for (const ending of ["keras", "h5"]) {
      if (!existsSync(join(folder, `keras_${seed}.${ending}`))) continue;
      const model = await loadKeras(join(folder, `keras_${seed}.${ending}`));
      await expectSame(model, read(`keras_${seed}.inputs.json`), read(`keras_${seed}.predictions.json`), ending);
    }
  });
});
