import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Model } from "#striate/model/index";
import { type Tensor, tensor } from "#striate/tensor/index";
import { predict } from "#striate/training/index";
import { BUNDLED_WEIGHTS, buildNet, efficientnetLite0, preprocessInput } from "#striate/zoo/index";
import type { BundledWeights } from "#striate/zoo/weights/bundled";
import { closeTo } from "../support/close.ts";
import { decodePng } from "../support/png.ts";

/** What PyTorch makes of a photo; of every 20th class and feature. */
interface Outputs {
  readonly top: readonly (readonly [index: number, probability: number])[];
  readonly probabilities: readonly number[];
  readonly pooled: readonly number[];
}

/** With the original weights, and with those that are rounded as the package has them. */
interface Golden extends Outputs {
  readonly rounded: Outputs;
}

const goldens: Readonly<Record<string, Golden>> = JSON.parse(
  readFileSync(new URL("./efficientnet_lite0.json", import.meta.url), "utf8"),
);
const PHOTOS = Object.keys(goldens);
const BUNDLED = BUNDLED_WEIGHTS["efficientnet-lite0"] as BundledWeights;
const NAMES = BUNDLED.classNames();

function photos(): Tensor<"uint8"> {
  const pictures = PHOTOS.map((name) => decodePng(readFileSync(new URL(`./photos/${name}.png`, import.meta.url))));
  const all = Buffer.concat(pictures.map(({ data }) => data));
  return tensor("uint8", [PHOTOS.length, 224, 224, 3], new Uint8Array(all));
}

/** By photo, what the model puts out. */
async function outputsOf(model: Model): Promise<Map<string, Float32Array>> {
  const { data } = await predict(model, preprocessInput("lite", photos()), { inline: true });
  const size = data.length / PHOTOS.length;
  return new Map(PHOTOS.map((name, i) => [name, data.subarray(i * size, (i + 1) * size)]));
}

const everyTwentieth = (values: Float32Array): number[] => [...values].filter((_, i) => i % 20 === 0);

describe("EfficientNet-Lite0 with the weights that come with Striate", async () => {
  const probabilities = await outputsOf(efficientnetLite0({ weights: "imagenet" }));
  const features = await outputsOf(efficientnetLite0({ weights: "imagenet", includeTop: false, pooling: "avg" }));

  test.each(Object.entries(goldens))(
    "gives %s the probabilities of PyTorch's run of the original weights",
    (name, golden) => {
      const values = probabilities.get(name) ?? new Float32Array();
      const top = [...values.keys()].sort((a, b) => Number(values[b]) - Number(values[a])).slice(0, 5);
      expect(top).toEqual(golden.top.map(([index]) => index));
      closeTo(
        top.map((index) => values[index] ?? 0),
        golden.top.map(([, value]) => value),
        1e-3,
        "the five largest",
      );
      closeTo(everyTwentieth(values), golden.probabilities, 1e-3, "every 20th");
    },
  );

  test.each(Object.entries(goldens))("gives %s what PyTorch gives it with the same weights", (name, { rounded }) => {
    const values = probabilities.get(name) ?? new Float32Array();
    closeTo(
      rounded.top.map(([index]) => values[index] ?? 0),
      rounded.top.map(([, value]) => value),
      1e-5,
      "the five largest",
    );
    closeTo(everyTwentieth(values), rounded.probabilities, 1e-5, "every 20th");
    closeTo(everyTwentieth(features.get(name) ?? values), rounded.pooled, 1e-5, "features");
  });
});

test("what the photos show has a name", () => {
  const names = Object.entries(goldens).map(([photo, { top }]) => [photo, NAMES[top[0]?.[0] ?? -1]]);
  expect(NAMES).toHaveLength(1000);
  expect(Object.fromEntries(names)).toMatchObject({ chelsea: "Egyptian cat", coffee: "espresso", fruits: "lemon" });
});

test("the file holds every weight of the net and no other", () => {
  const net = efficientnetLite0();
  expect(net.parameters).toBe(4_694_024);
  const held = [...BUNDLED.weightsSync().keys()];
  expect(held.toSorted()).toEqual(net.weightSpecs.map(({ key }) => key).toSorted());
});

test("pictures may have another size without the classifier, and with it", () => {
  const base = efficientnetLite0({ weights: "imagenet", includeTop: false, inputShape: [96, 160, 3] });
  expect(base.outputShape).toEqual([3, 5, 1280]);
  expect(buildNet("efficientnet-lite0", { inputShape: [64, 64, 3], classes: 7 }).outputShape).toEqual([7]);
});

describe("what cannot be is told:", () => {
  test("ImageNet's classifier for other classes", () => {
    expect(() => efficientnetLite0({ weights: "imagenet", classes: 10 })).toThrow(
      'model efficientnet-lite0: the classifier of weights "imagenet" has 1000 classes, not 10; leave it out by ' +
        "includeTop: false and put one of your own on top",
    );
  });

  test("weights that are none", () => {
    // @ts-expect-error: a name that is none
    expect(() => efficientnetLite0({ weights: "coco" })).toThrow("weights must be imagenet, received coco");
  });
});
