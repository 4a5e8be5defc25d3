// Small files of Keras, without Python; then files that are damaged, or that mean harm.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { StriateError } from "#striate/errors";
import { encodeZip } from "#striate/files/zip";
import {
  kerasConfig,
  loadKeras,
  loadKerasWeights,
  modelFromKerasConfig,
  saveKeras,
} from "#striate/formats/keras/index";
import { conv2d, defineLayer, dense, flatten, input } from "#striate/layers/index";
import { type Model, model, sequential } from "#striate/model/index";
import { type Shape, tensor } from "#striate/tensor/index";
import { predict } from "#striate/training/index";
import { closeTo } from "../support/close.ts";
import { EVERY_LAYER, withPatternWeights } from "../support/everyLayer.ts";
import { readGolden } from "../support/goldens.ts";
import { mutations } from "../support/mutations.ts";

interface Golden {
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly shape: Shape;
}

const goldens = readGolden<Record<string, Golden>>("keras_files.json");
const golden = (name: string) => new URL(`../goldens/keras/${name}`, import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "striate-keras-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function failure(work: Promise<unknown>): Promise<StriateError> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(StriateError);
  return thrown as StriateError;
}

describe("files of Keras", () => {
  const files = { "small.keras": "small", "small.h5": "small", "keras2.h5": "keras2" };

  async function expectGolden(made: Awaited<ReturnType<typeof loadKeras>>, name: string): Promise<void> {
    const { input: numbers, output } = goldens[name] as Golden;
    const given = tensor("float32", [2, ...made.inputShape], Float32Array.from(numbers));
    const { data } = await predict(made, given, { inline: true, threads: 1 });
    closeTo(data, output, 1e-6, name);
  }

  test.each(Object.entries(files))("%s predicts what Keras predicts", async (file, name) => {
    await expectGolden(await loadKeras(golden(file)), name);
    await expectGolden(await loadKeras(readFileSync(golden(file))), name);
  });

  test.each([
    ["small.weights.h5", "small.keras", "small"],
    ["small.h5", "small.keras", "small"],
    ["keras2.weights.h5", "keras2.h5", "keras2"],
  ])("the weights of %s go into another model of the kind, in order and by name", async (file, of, name) => {
    for (const byName of [false, true]) {
      const made = await loadKeras(golden(of));
      made.setWeights(
        new Map(
          [...made.weights].map(([key, { shape, data }]) => [
            key,
            tensor(
              "float32",
              shape,
              data.map(() => 1),
            ),
          ]),
        ),
      );
      const report = await loadKerasWeights(made, golden(file), { byName });
      expect(report).toEqual({ loaded: expect.any(Array), skipped: [], unchanged: [] });
      expect(report.loaded.length).toBe(made.weightSpecs.length);
      await expectGolden(made, name);
    }
  });

  test("Keras 2's layers with a slash in their name have an underscore, as Keras 3 renames them", async () => {
    const made = await loadKeras(golden("keras2.h5"));
    expect(made.layers.map(({ name }) => name)).toEqual(["block_conv", "inner", "add", "leaky", "flatten", "top"]);
  });

  test("the same model is the same file, and comes back as it was", async () => {
    for (const make of Object.values(EVERY_LAYER)) {
      const made = withPatternWeights(make());
      const [first, second] = [join(folder, "a.keras"), join(folder, "b.keras")];
      await saveKeras(made, first);
      const again = await loadKeras(first);
      expect(kerasConfig(again)).toEqual(kerasConfig(made));
      expect([...again.weights]).toEqual([...made.weights]);
      await saveKeras(again, second);
      expect(readFileSync(first).equals(readFileSync(second))).toBe(true);
    }
  });

  test("a file does not know when it was written", async () => {
    const [make] = Object.values(EVERY_LAYER);
    const made = withPatternWeights(make?.() as Model);
    const [early, late] = [join(folder, "early.keras"), join(folder, "late.keras")];
    await saveKeras(made, early);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await saveKeras(made, late);
    expect(readFileSync(early).equals(readFileSync(late))).toBe(true);
  });
});

describe("weights that do not fit", () => {
  const other = () => {
    const x = input({ shape: [6, 6, 2] });
    const y = conv2d({ name: "conv", filters: 4, kernelSize: 3 })(x);
    return model({ inputs: x, outputs: dense({ name: "top", units: 3 })(flatten()(y)) });
  };

  test("are all named, and nothing is loaded", async () => {
    const made = other();
    const before = [...made.weights];
    const { code, message } = await failure(loadKerasWeights(made, golden("small.h5"), { byName: true }));
    expect(code).toBe("shape");
    expect(message).toContain("conv/kernel is [3,3,2,4], in the file [3,3,2,3]");
    expect(message).toContain("conv/bias is [4], in the file [3]");
    expect(message).toContain("top/kernel is [64,3], in the file [3,3]");
    expect([...made.weights]).toEqual(before);
  });

  test("are skipped where that is asked for, and reported", async () => {
    const made = other();
    const options = { byName: true, skipMismatch: true };
    const report = await loadKerasWeights(made, golden("small.weights.h5"), options);
    expect(report.loaded).toEqual(["top/bias"]);
    expect(report.unchanged).toEqual(["conv/kernel", "conv/bias", "top/kernel"]);
    expect(report.skipped).toHaveLength(3);
  });

  test("by number of layers say both numbers", async () => {
    const { message } = await failure(loadKerasWeights(other(), golden("keras2.h5")));
    expect(message).toContain("has 2 layers with weights, the file has 3; load by name what they share");
  });
});

describe("configs", () => {
  const sequence = (...layers: object[]) => ({
    class_name: "Sequential",
    config: { name: "net", layers: [layer("InputLayer", { name: "in", batch_shape: [null, 4, 4, 1] }), ...layers] },
  });
  const layer = (class_name: string, config: object, more: object = {}) => ({ class_name, config, ...more });
  const said = (config: unknown) => {
    try {
      modelFromKerasConfig(config);
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(StriateError);
      return (thrown as StriateError).message;
    }
    return "nothing";
  };

  test("unknown layers are told all at once, with their names", () => {
    const message = said(
      sequence(layer("LSTM", { name: "memory" }), layer("Conv2D", { name: "c" }, { registered_name: "Mine>Conv2D" })),
    );
    expect(message).toBe("the Keras config: has layers that Striate does not have: memory (LSTM), c (Mine>Conv2D)");
  });

  test("code is named and never run", () => {
    const lambda = layer("Lambda", { name: "evil", function: { class_name: "__lambda__", config: { code: "4wEA" } } });
    expect(said(sequence(lambda))).toContain("layers that are Python code, which is never run: evil (Lambda)");
    const hidden = layer("Dense", {
      name: "d",
      units: 1,
      activation: { class_name: "__lambda__", config: { code: "4wEA" } },
    });
    expect(said(sequence(hidden))).toContain("layer d (Dense) activation is Python code, which is never run");
  });

  test("options that do not fit are told all at once", () => {
    const message = said(
      sequence(
        layer("Conv2D", { name: "a", filters: 2, kernel_size: [3, 3], padding: "causal" }),
        layer("Dense", { name: "b", units: "many" }),
        layer("Dropout", { name: "c", rate: 0.5, shape_of_noise: [1, 2] }),
        layer("Dense", {
          name: "d",
          units: 3,
          dtype: { class_name: "QuantizedDTypePolicy", config: { mode: "int8" } },
        }),
      ),
    );
    for (const part of [
      'layer a (Conv2D) padding is "causal"',
      'layer b (Dense) units should be a number, and is "many"',
      "layer c (Dropout) has the option shape_of_noise = [1,2]",
      "layer d (Dense) is quantized",
    ]) {
      expect(message).toContain(part);
    }
  });

  test("open sizes are asked for, and given", () => {
    const open = {
      class_name: "Sequential",
      config: [layer("Conv2D", { name: "a", batch_input_shape: [null, null, null, 3], filters: 2, kernel_size: 3 })],
    };
    expect(said(open)).toContain("give one by the option inputShape");
    expect(modelFromKerasConfig(open, { inputShape: [8, 8, 3] }).outputShape).toEqual([6, 6, 2]);
  });

  test("circles and strangers in the graph end in an error", () => {
    const node = (name: string) => [[[name, 0, 0, {}]]];
    const dense1 = (name: string, from: string) => ({
      class_name: "Dense",
      config: { name, units: 1 },
      name,
      inbound_nodes: node(from),
    });
    const graph = (...layers: object[]) => ({
      class_name: "Functional",
      config: { name: "g", layers, input_layers: [["in", 0, 0]], output_layers: [["a", 0, 0]] },
    });
    const begin = { class_name: "InputLayer", config: { batch_input_shape: [null, 3] }, name: "in", inbound_nodes: [] };
    expect(said(graph(begin, dense1("a", "b"), dense1("b", "a")))).toContain("wait for each other");
    expect(said(graph(begin, dense1("a", "nobody")))).toContain("or for layers that are not there: a");
    expect(said(graph(begin))).toContain("has no tensor a (call 0, output 0)");
  });

  test("no JSON makes anything else than a StriateError", () => {
    let nested: unknown = sequence();
    for (let i = 0; i < 200; i++) nested = { class_name: "Sequential", config: { name: "n", layers: [nested] } };
    const wide = Array.from({ length: 20_000 }, (_, i) => layer("Dense", { name: `d${i}`, units: 1 }));
    const begin = performance.now();
    for (const config of [
      null,
      3,
      "{",
      "[]",
      {},
      { class_name: "Model" },
      { class_name: "Sequential", config: 1 },
      nested,
      sequence(...wide),
      { class_name: "Sequential", config: { layers: [null] } },
      { class_name: "Functional", config: { layers: [], input_layers: [[]], output_layers: 3 } },
      "[".repeat(1e6),
      `{"class_name":${" ".repeat(2 ** 24)}1}`,
      sequence(layer("Dense", { name: "__proto__", units: 1e18 })),
    ]) {
      expect(said(config)).not.toBe("nothing");
    }
    expect(performance.now() - begin).toBeLessThan(10_000);
  });

  test("a layer of one's own cannot be saved, and is named", async () => {
    const own = defineLayer({ type: "mine", build: (_, value) => value });
    const { code, message } = await failure(
      saveKeras(sequential({ inputShape: [2] }, [own]), join(folder, "own.keras")),
    );
    expect([code, message]).toEqual([
      "usage",
      "model sequential cannot be saved for Keras: it has no class for mine (mine), and the file holds no code; " +
        "save the weights alone as .safetensors, or the operators as .onnx",
    ]);
  });
});

describe("files that mean harm", () => {
  const small = () => sequential({ inputShape: [3] }, [dense({ units: 2, name: "dense" })]);

  test.each([
    ["cycle", "groups in groups without end"],
    ["external_link", "dense/kernel is not in the file"],
    ["external_data", "dense/kernel:0 cannot be read"],
    ["virtual", "is of type virtual in the file"],
    ["huge", "dense/kernel is [3,2], in the file [1099511627776,1048576]"],
    ["text", "dense/kernel is of type string in the file"],
    ["soft_loop", "the file is damaged"],
  ])("%s ends in an error", async (name, words) => {
    const begin = performance.now();
    const { message } = await failure(loadKerasWeights(small(), golden(`hostile_${name}.h5`)));
    expect(message).toContain(words);
    expect(performance.now() - begin).toBeLessThan(10_000);
  });

  test("what is compressed beyond measure is read if the model has room for it", async () => {
    const made = sequential({ inputShape: [2048] }, [dense({ units: 1024, useBias: false })]);
    const report = await loadKerasWeights(made, golden("hostile_bomb.h5"));
    expect(report.loaded).toEqual(["dense/kernel"]);
  });

  test("a zip whose weights unpack to far more than they are is refused before it is unpacked", async () => {
    const config = JSON.stringify(kerasConfig(small()));
    const zip = Buffer.concat(
      await encodeZip([
        { name: "config.json", data: Buffer.from(config) },
        { name: "metadata.json", data: Buffer.from("{}") },
        { name: "model.weights.h5", data: new Uint8Array(2 ** 25), compress: true },
      ]),
    );
    const begin = performance.now();
    const { message } = await failure(loadKeras(zip, { maxBytes: 2 ** 24 }));
    expect(message).toContain("would become 33,5");
    expect(performance.now() - begin).toBeLessThan(10_000);
  });

  test.each([
    ["text", Buffer.from("no model at all")],
    ["nothing", Buffer.alloc(0)],
    ["a signature alone", Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a])],
    ["a zip without a config", Buffer.from("PK\x05\x06".padEnd(22, "\0"), "latin1")],
  ])("%s is no file of Keras", async (_, bytes) => {
    const { code } = await failure(loadKeras(bytes));
    expect(code).toBe("data");
  });

  test("a file that is not there is named", async () => {
    const { code, message } = await failure(loadKeras("/nowhere/net.keras"));
    expect(code).toBe("io");
    expect(message).toContain("/nowhere/net.keras");
  });
});

describe("damaged files", () => {
  test.each([
    ["small.keras", 250],
    ["small.h5", 250],
    ["keras2.h5", 250],
  ])(
    "%s: each of %d mutations loads, or ends in a StriateError",
    async (file, count) => {
      const bytes = readFileSync(golden(file));
      let [loaded, slowest] = [0, 0];
      for (const damaged of mutations(bytes, count)) {
        const begin = performance.now();
        try {
          await loadKeras(damaged);
          loaded++;
        } catch (thrown) {
          if (!(thrown instanceof StriateError)) throw thrown;
          expect(["data", "shape"]).toContain(thrown.code);
        }
        slowest = Math.max(slowest, performance.now() - begin);
      }
      expect(loaded).toBeLessThan(count);
      expect(slowest).toBeLessThan(10_000);
      // The next file is read as if nothing had happened.
      expect((await loadKeras(golden(file))).parameters).toBeGreaterThan(0);
    },
    300_000,
  );

  test("every way to cut a file off ends in a StriateError", async () => {
    const bytes = readFileSync(golden("small.h5"));
    for (let length = 0; length < bytes.length; length += 997) {
      const { code } = await failure(loadKeras(bytes.subarray(0, length)));
      expect(code).toBe("data");
    }
  }, 100_000);

  test("two files at once do not disturb each other", async () => {
    writeFileSync(join(folder, "cut.h5"), readFileSync(golden("small.h5")).subarray(0, 9000));
    const jobs = Array.from({ length: 6 }, (_, i) =>
      loadKeras(i % 2 === 0 ? golden("small.h5") : join(folder, "cut.h5")).then(
        () => true,
        (thrown: unknown) => !(thrown instanceof StriateError),
      ),
    );
    expect(await Promise.all(jobs)).toEqual([true, false, true, false, true, false]);
  });
});
