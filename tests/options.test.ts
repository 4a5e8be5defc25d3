// Options objects of nets, models and augmentation refuse what they do not know.
import { expect, test } from "vitest";
import { ImageDataGenerator } from "#striate/data/augment/imageDataGenerator";
import { StriateError } from "#striate/errors";
import { dense, input } from "#striate/layers/index";
import { model, sequential } from "#striate/model/index";
import * as zoo from "#striate/zoo/index";
import { buildNet, lenet, NET_NAMES, resnet18 } from "#striate/zoo/index";

function messageOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof StriateError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error("expected an error");
}

test("a net does not ignore options in silence", () => {
  const keras1 = { width: 32, height: 16, depth: 3, classes: 4, wieghtsPath: "x" } as object;
  expect(messageOf(() => lenet(keras1))).toMatch(/^usage: (lenet|.*LeNet).*/);
  expect(messageOf(() => lenet({ clases: 4 } as object))).toContain('has no option "clases"; did you mean "classes"?');
  expect(messageOf(() => resnet18({ include_top: false } as object))).toContain('did you mean "includeTop"?');
  expect(messageOf(() => zoo.googlenet({ auxilary: true } as object))).toContain('did you mean "auxiliary"?');
  expect(messageOf(() => zoo.inceptionNaive({ inputshape: [8, 8, 4] } as object))).toContain('mean "inputShape"?');
  for (const name of NET_NAMES) expect(messageOf(() => buildNet(name, { clases: 3 } as object))).toContain("clases");
});

test("models refuse options that they do not know", () => {
  expect(messageOf(() => sequential({ input_shape: [2] } as never, [dense({ units: 1 })]))).toContain(
    'sequential has no option "input_shape"; did you mean "inputShape"?',
  );
  const x = input({ shape: [2] });
  expect(messageOf(() => model({ input: x, output: x } as never))).toContain('did you mean "inputs"?');
  expect(messageOf(() => sequential({ inputShape: 4 } as never, []))).toContain("inputShape is a list of sizes");
});

test("imageDataGenerator refuses unknown arguments; a parameter that is null changes nothing", () => {
  expect(messageOf(() => new ImageDataGenerator({ rotation_range: 20 } as object))).toContain(
    'imageDataGenerator has no option "rotation_range"; did you mean "rotationRange"?',
  );
  const generator = new ImageDataGenerator({});
  const picture = { dtype: "float32" as const, shape: [1, 2, 1], data: Float32Array.of(10, 200) };
  expect(generator.applyTransform(picture, { brightness: null } as object).data).toEqual(picture.data);
  expect(messageOf(() => generator.applyTransform(picture, { brightnes: 1 } as object))).toContain(
    'mean "brightness"?',
  );
  expect(messageOf(() => generator.applyTransform(picture, { theta: "3" } as object))).toContain(
    "theta must be a finite",
  );
});
