// How Keras counts the calls of layers and the weights of models in models, without Python.
import { describe, expect, test } from "vitest";
import { StriateError } from "#striate/errors";
import { encodeHdf5 } from "#striate/formats/hdf5/index";
import { kerasConfig, loadKeras, loadKerasWeights, modelFromKerasConfig } from "#striate/formats/keras/index";
import { encodeKeras } from "#striate/formats/keras/save";
import { keras3Parts } from "#striate/formats/keras/variablePaths";
import { callLayer, dense, input, type Layer } from "#striate/layers/index";
import { type Model, model } from "#striate/model/index";
import { predictOutputs } from "#striate/training/index";
import { withPatternWeights } from "../support/everyLayer.ts";
import { pattern } from "../support/pattern.ts";

interface Written {
  readonly config: {
    readonly input_layers: unknown;
    readonly output_layers: unknown;
    readonly layers: readonly { readonly name: string; readonly inbound_nodes: unknown }[];
  };
}

const written = (made: Model) => (kerasConfig(made) as unknown as Written).config;

/** A functional model of one layer, as an inner model. */
function inner(name: string, layer: Layer): Model {
  const x = input({ shape: [3] });
  return model({ inputs: x, outputs: layer(x), name });
}

async function outputsOf(made: Model) {
  const named = Object.fromEntries(
    made.inputs.map(({ shape }, i) => [made.inputNames[i], pattern([2, ...shape], i + 1)]),
  );
  const found = await predictOutputs(made, named, { inline: true, threads: 1 });
  return made.outputNames.map((name) => [...(found[name]?.data ?? [])]);
}

describe("calls of a model in a model", () => {
  const siamese = () => {
    const s = inner("s", dense({ units: 3, name: "d" }));
    const [a, b] = [input({ shape: [3], name: "a" }), input({ shape: [3], name: "b" })];
    return { s, a, b };
  };

  test("are counted from 1 where they are outputs, and from 0 inside, as Keras 3 writes them", async () => {
    const { s, a, b } = siamese();
    const made = model({ inputs: [a, b], outputs: [s(a), dense({ units: 2, name: "top" })(s(b))] });
    const { output_layers, layers } = written(made);
    expect(output_layers).toEqual([
      ["s", 1, 0],
      ["top", 0, 0],
    ]);
    expect(JSON.stringify(layers.find(({ name }) => name === "top")?.inbound_nodes)).toContain('["s",1,0]');
    const read = modelFromKerasConfig(kerasConfig(made));
    read.setWeights(made.weights);
    expect(await outputsOf(read)).toEqual(await outputsOf(made));
  });

  test("each may be an output, or feed the next", async () => {
    const { s, a, b } = siamese();
    const both = model({ inputs: [a, b], outputs: [s(a), s(b)] });
    expect(written(both).output_layers).toEqual([
      ["s", 1, 0],
      ["s", 2, 0],
    ]);
    const chained = model({ inputs: a, outputs: s(s(s(a))) });
    expect(written(chained).output_layers).toEqual(["s", 3, 0]);
    for (const made of [both, chained]) {
      const read = modelFromKerasConfig(kerasConfig(made));
      read.setWeights(made.weights);
      expect(await outputsOf(read)).toEqual(await outputsOf(made));
    }
  });

  test("a single end has no list around it", () => {
    const { s, a } = siamese();
    const { input_layers, output_layers } = written(model({ inputs: a, outputs: s(a) }));
    expect([input_layers, output_layers]).toEqual([
      ["a", 0, 0],
      ["s", 1, 0],
    ]);
  });

  test("Keras 2 counts from 1 inside as well", () => {
    const layer = (class_name: string, name: string, inbound_nodes: unknown, config: object = {}) => ({
      class_name,
      name,
      config: { name, ...config },
      inbound_nodes,
    });
    const begin = layer("InputLayer", "x", [], { batch_input_shape: [null, 3] });
    const s = layer("Functional", "s", [[["x", 0, 0, {}]], [["s", 1, 0, {}]]], {
      layers: [begin, layer("Dense", "d", [[["x", 0, 0, {}]]], { units: 3 })],
      input_layers: [["x", 0, 0]],
      output_layers: [["d", 0, 0]],
    });
    const read = modelFromKerasConfig({
      class_name: "Functional",
      config: { name: "top", layers: [begin, s], input_layers: [["x", 0, 0]], output_layers: [["s", 2, 0]] },
    });
    expect(read.layers[0]?.calls.length).toBe(2);
  });
});

describe("models that share layers", () => {
  /** Two inner models with one layer in both, which is also called outside. */
  function sharing(): Model {
    const shared = dense({ units: 3, name: "shared" });
    const [x, y] = [input({ shape: [3] }), input({ shape: [3] })];
    const first = model({ inputs: x, outputs: shared(x), name: "first" });
    const second = model({ inputs: y, outputs: dense({ units: 3, name: "own" })(shared(y)), name: "second" });
    const z = input({ shape: [3] });
    return model({ inputs: z, outputs: [first(z), second(shared(z))], name: "sharing" });
  }

  test("come back with the layer shared", async () => {
    const made = withPatternWeights(sharing());
    const read = await loadKeras(Buffer.concat(await encodeKeras(made)));
    expect(read.parameters).toBe(made.parameters);
    expect(await outputsOf(read)).toEqual(await outputsOf(made));
    expect(kerasConfig(read)).toEqual(kerasConfig(made));
  });

  test("a layer that is called one name in one model and another in the next has one in the file", () => {
    const [shared, other] = [dense({ units: 3 }), dense({ units: 3 })];
    const first = inner("first", shared);
    const x = input({ shape: [3] });
    // Here the name dense is the other's.
    const second = model({ inputs: x, outputs: shared(other(x)), name: "second" });
    const z = input({ shape: [3] });
    const made = model({ inputs: z, outputs: second(first(z)) });
    expect(modelFromKerasConfig(kerasConfig(made)).parameters).toBe(made.parameters);
  });
});

describe("weights of a model in a model", () => {
  const nested = () => {
    const x = input({ shape: [3] });
    return model({ inputs: x, outputs: callLayer(inner("s", dense({ units: 3, name: "d" })), x), name: "top" });
  };

  test("that are not in the file are named, and nothing is loaded", async () => {
    const made = withPatternWeights(nested());
    const parts = [...keras3Parts(made)].filter((part) => !("dataset" in part && part.dataset.includes("dense")));
    const file = await encodeHdf5(parts);
    const target = nested();
    const before = [...target.weights];
    const thrown = await loadKerasWeights(target, Buffer.concat(file)).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(StriateError);
    expect((thrown as StriateError).message).toContain("s/d has 2 weights, the file has 0 for it");
    expect([...target.weights]).toEqual(before);
  });
});
