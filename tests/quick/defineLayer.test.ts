import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arrays } from "#striate/data/index";
import { loadModel } from "#striate/formats/index";
import {
  constant,
  conv2d,
  defineLayer,
  dense,
  flatten,
  input,
  type Layer,
  type LayerOptions,
  maxPooling2d,
} from "#striate/layers/index";
import { type Model, model, sequential } from "#striate/model/index";
import { conv } from "#striate/ops/index";
import { type Tensor, tensor, uniform } from "#striate/tensor/index";
import "#striate/entries/striate";
import { sgd } from "#striate/training/index";
import { ENGINES } from "../support/engines.ts";

interface SwishOptions extends LayerOptions {
  readonly beta?: number;
  readonly layout?: "api" | "NCHW";
}

/** x sigmoid(beta x) with a learnt beta. */
function swish({ layout = "api", ...options }: SwishOptions = {}): Layer {
  return defineLayer<Omit<SwishOptions, "layout">>({
    type: "swish",
    layout,
    options,
    optionNames: ["beta"],
    weights: () => [{ name: "beta", shape: [], initializer: constant(options.beta ?? 1) }],
    build: ({ f, weight }, x) => f.mul(x, f.sigmoid(f.mul(x, weight("beta")))),
  });
}

/** A convolution 1x1 by hand: [height, width, channels] becomes [height, width, filters]. */
function mix(options: LayerOptions & { readonly filters: number }): Layer {
  return defineLayer({
    type: "mix",
    options,
    optionNames: ["filters"],
    layout: "NCHW",
    outputShape: ([height = 1, width = 1]) => [height, width, options.filters],
    weights: ([, , channels = 1]) => [{ name: "kernel", shape: [options.filters, channels, 1, 1] }],
    build: ({ g, weight }, x) => g.op(conv, [x, weight("kernel")]),
  });
}

const gated = () =>
  defineLayer({
    type: "gated",
    inputs: 2,
    outputShape: (_, gate) => gate,
    build: ({ f }, x, gate) => f.mul(x, f.sigmoid(gate)),
  });

const x = tensor("float32", [12, 6, 6, 2], uniform({ seed: 1, stream: "x", counter: 0 }, 12 * 72, -1, 1));
const y = tensor(
  "int32",
  [12],
  Int32Array.from({ length: 12 }, (_, i) => i % 3),
);

function net(layout: "api" | "NCHW" = "api"): Model {
  return sequential({ inputShape: [6, 6, 2], seed: 3, name: "mine" }, [
    conv2d({ filters: 4, kernelSize: 3, name: "conv" }),
    swish({ beta: 0.5, layout, name: "swish" }),
    mix({ filters: 3, name: "mix" }),
    maxPooling2d(),
    flatten(),
    dense({ units: 3, activation: "softmax", name: "out" }),
  ]);
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "striate-layer-"));
});
afterAll(() => rm(folder, { recursive: true }));

function close(a: Tensor | undefined, b: Tensor | undefined, digits = 5): void {
  expect(a?.shape).toEqual(b?.shape);
  for (const [i, value] of (a?.data ?? []).entries()) expect(Number(value)).toBeCloseTo(Number(b?.data[i]), digits);
}

async function trained(engine: "reference" | "onnxruntime", layout?: "api" | "NCHW"): Promise<Model> {
  const made = net(layout);
  await made.fit(arrays({ inputs: x, targets: y }), {
    epochs: 2,
    batchSize: 4,
    optimizer: sgd({ learningRate: 0.1 }),
    engine,
    verbose: 0,
  });
  return made;
}

describe("a layer of one's own", () => {
  test("has its weights, its shape and its name in the model", () => {
    const made = net();
    expect(made.layers.map(({ outputShape }) => outputShape)).toEqual([
      [4, 4, 4],
      [4, 4, 4],
      [4, 4, 3],
      [2, 2, 3],
      [12],
      [3],
    ]);
    expect([...made.weights.keys()]).toContain("swish/beta");
    expect(made.weights.get("swish/beta")?.data).toEqual(Float32Array.of(0.5));
    expect(sequential({ inputShape: [2] }, [swish(), swish()]).layers.map(({ name }) => name)).toEqual([
      "swish",
      "swish_1",
    ]);
  });

  test.skipIf(!ENGINES.available.includes("onnxruntime"))(
    "trains alike on every engine, in either layout",
    async () => {
      const reference = await trained("reference");
      expect(reference.weights.get("swish/beta")?.data[0]).not.toBe(0.5);
      for (const layout of ["api", "NCHW"] as const) {
        const { weights } = await trained("onnxruntime", layout);
        for (const [key, weight] of reference.weights) close(weights.get(key), weight);
      }
    },
  );

  test("takes several inputs in a functional model", async () => {
    const picture = input({ shape: [3] });
    const made = model({ inputs: picture, outputs: gated()([picture, dense({ units: 3, name: "gate" })(picture)]) });
    const given = tensor("float32", [1, 3], Float32Array.of(1, -2, 3));
    made.setWeights(new Map([["gate/kernel", tensor("float32", [3, 3], new Float32Array(9))]]));
    close(await made.predict(given, { engine: "reference" }), tensor("float32", [1, 3], Float32Array.of(0.5, -1, 1.5)));
    expect(() => gated()(picture)).toThrow("layer gated (gated) on input [3]: it takes 2 inputs, received 1");
  });

  test("goes into files of weights and ONNX, and is refused by Keras's", async () => {
    const made = net();
    for (const name of ["w.safetensors", "w.npz"]) {
      const path = join(folder, name);
      await made.save(path);
      const other = net("NCHW");
      other.setWeights(new Map([["swish/beta", tensor("float32", [], Float32Array.of(9))]]));
      await other.loadWeights(path);
      expect(other.weights.get("swish/beta")?.data[0]).toBe(0.5);
    }
    await made.save(join(folder, "m.onnx"));
    const read = await loadModel(join(folder, "m.onnx"));
    close(await read.predict(x, { engine: "reference" }), await made.predict(x, { engine: "reference" }));
    await expect(made.save(join(folder, "m.keras"))).rejects.toThrow(
      "model mine cannot be saved for Keras: it has no class for swish (swish), mix (mix), and the file holds no code; " +
        "save the weights alone as .safetensors, or the operators as .onnx",
    );
  });

  test("says what cannot be meant", async () => {
    expect(() => swish({ bta: 1 } as never)).toThrow('swish has no option "bta"; did you mean "beta"?');
    const build = ({ f }: { f: { neg(x: never): never } }, x: unknown) => f.neg(x as never);
    expect(() => defineLayer({ type: "dense", build: build as never })).toThrow(
      "defineLayer: dense is a layer of Striate's; give yours another type",
    );
    expect(() => defineLayer({ type: "mine" } as never)).toThrow(
      "defineLayer: build of mine must be a function, received undefined",
    );
    const wrong = defineLayer({ type: "wrong", outputShape: () => [7], build: (_, value) => value });
    const made = sequential({ inputShape: [2] }, [wrong]);
    const given = tensor("float32", [1, 2], Float32Array.of(1, 2));
    await expect(made.predict(given, { engine: "reference" })).rejects.toThrow(
      "the build of wrong gave [2] without the batch, and its outputShape says [7]",
    );
    const nothing = defineLayer({ type: "nothing", build: (() => undefined) as never });
    await expect(sequential({ inputShape: [2] }, [nothing]).predict(given, { engine: "reference" })).rejects.toThrow(
      "the build of nothing must return a float32 value of the graph, received undefined",
    );
  });
});
