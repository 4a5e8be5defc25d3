// Files of Keras 1 and 0.3 with Theano, and weights that were trained channels first.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { StriateError } from "#striate/errors";
import { loadKeras, loadKerasWeights, modelFromKerasConfig, saveKeras } from "#striate/formats/keras/index";
import { activation, conv2d, type DataFormat, dense, flatten, maxPooling2d, permute } from "#striate/layers/index";
import { type Model, sequential } from "#striate/model/index";
import { permute as permuted, tensor } from "#striate/tensor/index";
import { predict } from "#striate/training/index";
import { closeTo } from "../support/close.ts";
import { withPatternWeights } from "../support/everyLayer.ts";
import { readGolden } from "../support/goldens.ts";
import { pictures } from "../support/pattern.ts";

const goldens = readGolden<{ readonly pictures: readonly number[]; readonly predictions: readonly number[] }>(
  "keras1_files.json",
);
const golden = (name: string) => new URL(`./keras/${name}`, import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "striate-keras1-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PICTURES = tensor("float32", [2, 2, 10, 10], Float32Array.from(goldens.pictures));

/** The net of the files as a user writes it today, in either order of the axes. */
function net(dataFormat: DataFormat): Model {
  const inputShape = dataFormat === "channelsFirst" ? [2, 10, 10] : [10, 10, 2];
  return sequential({ inputShape }, [
    conv2d({ filters: 3, kernelSize: 3, padding: "same", dataFormat, activation: "relu" }),
    maxPooling2d({ dataFormat }),
    conv2d({ filters: 4, kernelSize: 3, dataFormat }),
    activation({ activation: "relu" }),
    flatten(),
    dense({ units: 5, activation: "tanh" }),
    dense({ units: 3, activation: "softmax" }),
  ]);
}

async function expectGolden(made: Model): Promise<void> {
  const isLast = made.inputShape[2] === 2;
  const given = isLast ? permuted(PICTURES, [0, 2, 3, 1]) : PICTURES;
  const { data } = await predict(made, given, { inline: true, threads: 1 });
  closeTo(data, goldens.predictions, 1e-5, made.name);
}

describe("Keras 1 with Theano", () => {
  test("a whole model predicts what it predicted", async () => {
    const made = await loadKeras(golden("keras1.h5"));
    expect(made.inputShape).toEqual([2, 10, 10]);
    await expectGolden(made);
  });

  test.each(["keras1.weights.h5", "keras03.weights.h5", "keras1.h5"])(
    "%s goes into a net of today, channels first or last",
    async (file) => {
      for (const format of ["channelsFirst", "channelsLast"] as const) {
        const made = net(format);
        const { skipped, unchanged } = await loadKerasWeights(made, golden(file));
        expect([skipped, unchanged]).toEqual([[], []]);
        await expectGolden(made);
      }
    },
  );

  test("what a file cannot say is said by options", async () => {
    const made = net("channelsLast");
    await loadKerasWeights(made, golden("keras1_tf.weights.h5"), { flattenedAs: "channelsFirst" });
    await expectGolden(made);
    const turned = net("channelsLast");
    await loadKerasWeights(turned, golden("keras1.weights.h5"), { backend: "tensorflow" });
    const right = net("channelsLast");
    await loadKerasWeights(right, golden("keras1.weights.h5"));
    const [a, b] = [turned, right].map((one) => [...(one.weights.get("conv2d/kernel")?.data ?? [])]);
    expect(a).not.toEqual(b);
    expect(a?.toSorted()).toEqual(b?.toSorted());
  });

  test("batch normalization by the example is refused, by its option", () => {
    const layers = [
      {
        class_name: "BatchNormalization",
        config: { name: "norm", mode: 1, axis: -1, epsilon: 0.001, momentum: 0.99, batch_input_shape: [null, 3] },
      },
    ];
    expect(() => modelFromKerasConfig({ class_name: "Sequential", config: layers })).toThrow("mode = 1");
  });
});

describe("weights of a net with channels first", () => {
  test("find their rows in one with channels last, and back, when the file has the model", async () => {
    const [first, last] = [withPatternWeights(net("channelsFirst")), net("channelsLast")];
    await saveKeras(first, join(folder, "first.keras"));
    await loadKerasWeights(last, join(folder, "first.keras"));
    const given = pictures([2, 2, 10, 10], 3);
    const { data: expected } = await predict(first, given, { inline: true, threads: 1 });
    const { data } = await predict(last, permuted(given, [0, 2, 3, 1]), { inline: true, threads: 1 });
    closeTo(data, expected, 1e-6, "channels last");
    await saveKeras(last, join(folder, "last.keras"));
    const back = net("channelsFirst");
    await loadKerasWeights(back, join(folder, "last.keras"));
    expect([...back.weights]).toEqual([...first.weights]);
  });

  test("are refused where it cannot be seen to which places their rows belong", async () => {
    await saveKeras(withPatternWeights(net("channelsFirst")), join(folder, "known.keras"));
    const other = sequential({ inputShape: [10, 10, 2] }, [
      conv2d({ filters: 3, kernelSize: 3, padding: "same", activation: "relu" }),
      maxPooling2d(),
      conv2d({ filters: 4, kernelSize: 3, activation: "relu" }),
      permute({ dims: [2, 1, 3] }),
      flatten(),
      dense({ units: 5, activation: "tanh" }),
      dense({ units: 3, activation: "softmax" }),
    ]);
    const thrown = await loadKerasWeights(other, join(folder, "known.keras")).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(StriateError);
    expect((thrown as StriateError).message).toContain("or say flattenedAs");
  });
});
