// Files of Keras against the real Keras, both ways: tests/keras/roundtrip.py has its side.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StriateError } from "#striate/errors";
import { loadKeras, loadKerasWeights, saveKeras } from "#striate/formats/keras/index";
import { SAVED_TYPES } from "#striate/formats/keras/table";
import * as layers from "#striate/layers/index";
import { Model } from "#striate/model/index";
import { type Shape, sizeOf, type Tensor, tensor } from "#striate/tensor/index";
import { predictOutputs } from "#striate/training/index";
import { buildNet, NET_NAMES } from "#striate/zoo/index";
import { closeTo } from "../support/close.ts";
import { EVERY_LAYER, withPatternWeights } from "../support/everyLayer.ts";
import { pictures } from "../support/pattern.ts";
import { findKeras } from "../support/python.ts";

interface Numbers {
  readonly shape: Shape;
  readonly data: readonly number[];
}

const python = findKeras();
const folder = mkdtempSync(join(tmpdir(), "striate-keras-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The smallest input that a net takes: nets halve it a different number of times, and some have a fixed one. */
function smallNet(name: string): Model {
  for (const size of [32, 96, 160]) {
    for (const options of [{ inputShape: [size, size, 3], classes: 7 }, { inputShape: [size, size, 3] }]) {
      try {
        return buildNet(name, options);
      } catch (thrown) {
        if (!(thrown instanceof StriateError)) throw thrown;
      }
    }
  }
  return buildNet(name);
}

/** Keras needs four copies of each, and the disk as many: the largest nets are for CI. */
const MOST_PARAMETERS = process.env.CI ? Number.POSITIVE_INFINITY : 12e6;
const NETS = NET_NAMES.filter((name) => smallNet(name).parameters <= MOST_PARAMETERS);
const LARGE = NET_NAMES.filter((name) => !NETS.includes(name));
if (LARGE.length > 0) console.log(`too large for a run outside CI: ${LARGE.join(", ")}`);

const MODELS: Readonly<Record<string, () => Model>> = {
  ...EVERY_LAYER,
  ...Object.fromEntries(NETS.map((name) => [name, () => (name.startsWith("lenet") ? buildNet(name) : smallNet(name))])),
};

function inputsOf(model: Model): Tensor<"float32">[] {
  return model.inputs.map(({ shape }, i) => pictures([2, ...shape], i + 50));
}

function toJson(tensors: readonly Tensor[]): string {
  return JSON.stringify(tensors.map(({ shape, data }) => ({ shape, data: [...data].map(Number) })));
}

function numbersIn(file: string): readonly Numbers[] {
  return JSON.parse(readFileSync(join(folder, file), "utf8")) as readonly Numbers[];
}

async function outputs(model: Model, inputs: readonly Tensor<"float32">[]): Promise<readonly Tensor<"float32">[]> {
  const named = Object.fromEntries(model.inputNames.map((name, i) => [name, inputs[i] as Tensor<"float32">]));
  const found = await predictOutputs(model, named, { inline: true, threads: 1 });
  return model.outputNames.map((name) => found[name] as Tensor<"float32">);
}

/** The largest difference that float32 may make, relative to the largest output. */
const TOLERANCE = 2e-5;

async function expectSame(model: Model, inputs: readonly Tensor<"float32">[], wanted: string, what: string) {
  const found = await outputs(model, inputs);
  const expected = numbersIn(wanted);
  expect(
    found.map(({ shape }) => shape),
    what,
  ).toEqual(expected.map(({ shape }) => shape));
  for (const [i, { data }] of found.entries()) closeTo(data, expected[i]?.data, TOLERANCE, `${what}, output ${i}`);
}

test("the table has every layer that there is", () => {
  const others = ["callForOutput", "callLayer", "completeLayer", "constant", "input", "listOf", "randomNormal"];
  const helpers = [
    "apiShape",
    "imageDataFormat",
    "inImageDataFormat",
    "setImageDataFormat",
    "batchNormMomentum",
    "setBatchNormMomentum",
    "inApiOrder",
    "randomUniform",
    "truncated",
    "varianceScaling",
    "SymbolicTensor",
    "Variable",
    "l1",
    "l2",
    "l1L2",
    "penalty",
    "constrained",
    "defineLayer",
    "layerOptions",
    "maxNorm",
    "minMaxNorm",
    "nested",
    "nonNeg",
    "orthogonal",
    "unitNorm",
    // A network of operators, which Keras cannot hold.
    "onnxGraph",
  ];
  const functions = Object.entries(layers).filter(([, value]) => typeof value === "function");
  const names = functions.map(([name]) => name).filter((name) => ![...others, ...helpers].includes(name));
  expect([...SAVED_TYPES].sort()).toEqual(names.sort());
});

test("the models below have every layer of the table", () => {
  const types = new Set<string>();
  const visit = (model: Model) => {
    for (const { layer } of model.layers) {
      types.add(layer.type);
      if (layer instanceof Model) visit(layer);
    }
  };
  for (const make of Object.values(EVERY_LAYER)) visit(make());
  expect(SAVED_TYPES.filter((type) => !types.has(type))).toEqual([]);
});

describe("real Keras", () => {
  beforeAll(async () => {
    if (python.missing !== undefined) return;
    for (const [name, make] of Object.entries(MODELS)) {
      const model = withPatternWeights(make());
      // Which Keras must not mind.
      model.pictures = { classNames: ["a cat", "ein Hund ü"] };
      await saveKeras(model, join(folder, `${name}.keras`));
      writeFileSync(join(folder, `${name}.json`), toJson(inputsOf(model)));
    }
    const { status, stderr } = spawnSync(python.interpreter, ["tests/keras/roundtrip.py", folder], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`tests/keras/roundtrip.py failed: ${stderr.slice(-3000)}`);
  }, 400_000);

  describe.each(Object.keys(MODELS))("%s", (name) => {
    test("opens what Striate saved, and predicts the same", async (context) => {
      if (python.missing !== undefined) return context.skip(python.missing);
      const model = withPatternWeights(MODELS[name]?.() as Model);
      await expectSame(model, inputsOf(model), `${name}.predictions.json`, name);
    });

    test.for(["again.keras", "again.h5"])(
      "saves it as %s, which Striate opens with the same predictions",
      async (ending, context) => {
        if (python.missing !== undefined) return context.skip(python.missing);
        const model = await loadKeras(join(folder, `${name}.${ending}`));
        await expectSame(model, inputsOf(model), `${name}.predictions.json`, `${name}.${ending}`);
      },
    );

    test("saves its weights, which Striate puts into a new model", async (context) => {
      if (python.missing !== undefined) return context.skip(python.missing);
      for (const ending of ["again.weights.h5", "again.h5", "again.keras"]) {
        const model = MODELS[name]?.() as Model;
        const report = await loadKerasWeights(model, join(folder, `${name}.${ending}`));
        expect(report.skipped).toEqual([]);
        expect(report.unchanged).toEqual([]);
        await expectSame(model, inputsOf(model), `${name}.predictions.json`, `${name}.${ending}`);
      }
    });
  });

  test.for(["branches", "adapted", "deep", "operations", "mobile"])(
    "its own model %s opens in Striate",
    async (name, context) => {
      if (python.missing !== undefined) return context.skip(python.missing);
      const inputs = numbersIn(`made_${name}.inputs.json`).map(({ shape, data }) => {
        expect(sizeOf(shape)).toBe(data.length);
        return tensor("float32", shape, Float32Array.from(data));
      });
      for (const ending of ["keras", "h5"]) {
        const model = await loadKeras(join(folder, `made_${name}.${ending}`));
        await expectSame(model, inputs, `made_${name}.predictions.json`, `${name}.${ending}`);
        const copy = await loadKeras(join(folder, `made_${name}.keras`), { seed: 1 });
        copy.setWeights(new Map([...copy.weights].map(([key, { shape }]) => [key, pictures(shape, 1)])));
        const report = await loadKerasWeights(copy, join(folder, `made_${name}.weights.h5`));
        expect(report.unchanged).toEqual([]);
        await expectSame(copy, inputs, `made_${name}.predictions.json`, `${name}.weights.h5`);
      }
    },
  );

  test("nothing is left beside the files", () => {
    expect(readdirSync(folder).filter((file) => file.endsWith(".tmp"))).toEqual([]);
  });
});
