// Options objects of public functions refuse what they do not know.
import { expect, test } from "vitest";
import { ImageDataGenerator } from "#striate/data/augment/imageDataGenerator";
import * as data from "#striate/data/index";
import { selectEngine } from "#striate/engine/index";
import { StriateError } from "#striate/errors";
import * as formats from "#striate/formats/index";
import * as image from "#striate/image/index";
import { conv2d, dense, input, maxPooling2d } from "#striate/layers/index";
import { model, sequential } from "#striate/model/index";
import { sgd } from "#striate/training/index";
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
  const grey = { dtype: "float32" as const, shape: [1, 2, 1], data: Float32Array.of(10, 200) };
  expect(generator.applyTransform(grey, { brightness: null } as object).data).toEqual(grey.data);
  expect(messageOf(() => generator.applyTransform(grey, { brightnes: 1 } as object))).toContain('mean "brightness"?');
  expect(messageOf(() => generator.applyTransform(grey, { theta: "3" } as object))).toContain("theta must be a finite");
});

const picture = { dtype: "uint8" as const, shape: [8, 8, 3], data: new Uint8Array(192) };
const examples = () =>
  data.arrays({ inputs: { dtype: "uint8", shape: [4, 8, 8, 3], data: new Uint8Array(768) }, targets: [0, 1, 0, 1] });
const generator = () => data.imageDataGenerator();
const net = () => sequential({ inputShape: [2] }, [dense({ units: 1 })]);

/** A function with options, a call of it, a misspelt or another library's option, and what was meant. */
const CALLS: readonly (readonly [string, (options: never) => unknown, string, string])[] = [
  ["decodeImage", (o) => image.decodeImage("x.png", o), "chanels", "channels"],
  ["encodeImage", (o) => image.encodeImage(picture, o), "qualty", "quality"],
  ["resizeImage", (o) => image.resizeImage(picture, o), "interpolation", "method"],
  ["resizeShortSide", (o) => image.resizeShortSide(picture, o), "sise", "size"],
  ["resizeAndPad", (o) => image.resizeAndPad(picture, o), "fillValue", "fill"],
  ["correlate", (o) => image.correlate(picture, [[1]], o), "strides", "stride"],
  ["convolve", (o) => image.convolve(picture, [[1]], o), "boundary", "border"],
  ["gradients", (o) => image.gradients(picture, o), "operater", "operator"],
  ["gradientMagnitude", (o) => image.gradientMagnitude(picture, o), "borderType", "border"],
  ["canny", (o) => image.canny(picture, o), "threshold1", "low"],
  ["gaborKernel", (o) => image.gaborKernel(o), "lambd", "wavelength"],
  ["gaborBank", (o) => image.gaborBank(o), "ksize", "size"],
  ["gaussianKernel", (o) => image.gaussianKernel(o), "sigmaX", "sigma"],
  ["gaussianBlur", (o) => image.gaussianBlur(picture, o), "truncat", "truncate"],
  ["addGaussianNoise", (o) => image.addGaussianNoise(picture, o), "std", "stddev"],
  ["laplacian", (o) => image.laplacian(picture, o), "boarder", "border"],
  ["laplacianOfGaussian", (o) => image.laplacianOfGaussian(picture, o), "sigm", "sigma"],
  ["figure", (o) => image.figure([], o), "colums", "columns"],
  ["arrays", (o) => data.arrays(o), "numClasses", "classes"],
  ["collect", (o) => data.collect([], o), "class_names", "classNames"],
  ["parseIdx", (o) => data.parseIdx(new Uint8Array(0), "x", o), "max_bytes", "maxBytes"],
  ["readIdx", (o) => data.readIdx("x", o), "maxByte", "maxBytes"],
  ["idxFolder", (o) => data.idxFolder("x", o), "nClasses", "classes"],
  ["cifar100", (o) => data.cifar100("x", o), "label", "labels"],
  ["imageFolder", (o) => data.imageFolder("x", o), "image_size", "size"],
  ["csvManifest", (o) => data.csvManifest("x", o), "pathColum", "pathColumn"],
  ["inspectFolder", (o) => data.inspectFolder("x", o), "onprogres", "onProgress"],
  ["loader", (o) => data.loader(examples(), o), "num_workers", "workers"],
  ["loader: cache", (o) => data.loader(examples(), { cache: o }), "memory_bytes", "memoryBytes"],
  ["batchPlan", (o) => data.batchPlan(o), "batch_size", "batchSize"],
  ["balanced", (o) => data.balanced(examples(), [0, 1, 0, 1], o), "sed", "seed"],
  ["split", (o) => data.split(examples(), 0.5, o), "sede", "seed"],
  ["augment", (o) => data.augment(examples(), [], o), "seeds", "seed"],
  ["mixup", (o) => data.mixup(examples(), o), "alhpa", "alpha"],
  ["cutmix", (o) => data.cutmix(examples(), o), "p", "probability"],
  ["flow", (o) => generator().flow(picture, [0], o), "batch_size", "batchSize"],
  ["flowFrom", (o) => generator().flowFrom(examples(), o), "shufle", "shuffle"],
  ["flowFromDirectory", (o) => generator().flowFromDirectory("x", o), "size", "targetSize"],
  ["randomFlip", (o) => data.randomFlip(o), "p", "probability"],
  ["randomAffine", (o) => data.randomAffine(o), "degrees", "rotationRange"],
  ["randomCrop", (o) => data.randomCrop(o), "paddng", "padding"],
  ["randomResizedCrop", (o) => data.randomResizedCrop(o), "interpolation", "method"],
  ["gaussianNoise", (o) => data.gaussianNoise(o), "std", "stddev"],
  ["speckleNoise", (o) => data.speckleNoise(o), "stdev", "stddev"],
  ["saltAndPepper", (o) => data.saltAndPepper(o), "amout", "amount"],
  ["colorJitter", (o) => data.colorJitter(o), "brightnes", "brightness"],
  ["cutout", (o) => data.cutout(o), "fill_value", "fill"],
  ["randAugment", (o) => data.randAugment(o), "num_ops", "operations"],
  ["pretrained", (o) => zoo.pretrained("resnet18", o), "num_classes", "classes"],
  ["fetchWeights", (o) => zoo.fetchWeights("resnet18", o), "include_top", "includeTop"],
  ["auxiliaryClassifier", (o) => zoo.auxiliaryClassifier(input({ shape: [9, 9, 2] }), "a", 2, o), "p", "rate"],
  ["invertedResidualBlock", (o) => zoo.invertedResidualBlock(input({ shape: [9, 9, 2] }), "a", o), "stride", "strides"],
  ["selectEngine", (o) => selectEngine(o), "numThreads", "threads"],
  ["loadModel", (o) => formats.loadModel("x", o), "input_shape", "inputShape"],
  ["saveModel", (o) => formats.saveModel(net(), "x.keras", o), "batch_size", "batchSize"],
  ["loadWeights", (o) => formats.loadWeights(net(), "x", o), "by_name", "byName"],
  ["loadKeras", (o) => formats.loadKeras("x", o), "dim_ordering", "dimOrdering"],
  ["loadKerasWeights", (o) => formats.loadKerasWeights(net(), "x", o), "skip_mismatch", "skipMismatch"],
  ["loadTfjs", (o) => formats.loadTfjs("x", o), "input_shape", "inputShape"],
  ["modelFromOnnx", (o) => formats.modelFromOnnx(new Uint8Array(0), o), "input_shape", "inputShape"],
  ["encodeOnnx", (o) => formats.encodeOnnx(net(), o), "batch_size", "batchSize"],
  ["readArrays", (o) => formats.readArrays("x", o), "max_bytes", "maxBytes"],
  ["encodeNpz", (o) => formats.encodeNpz(new Map(), o), "compres", "compress"],
  ["encodeSafetensors", (o) => formats.encodeSafetensors(new Map(), {}, o), "half_precision", "halfPrecision"],
];

test.each(CALLS)("%s refuses an option that it does not know", async (name, call, wrong, meant) => {
  let refusal: unknown;
  try {
    await call({ [wrong]: 1 } as never);
  } catch (thrown) {
    refusal = thrown;
  }
  expect(refusal).toBeInstanceOf(StriateError);
  expect(refusal).toMatchObject({ code: "usage" });
  expect(String(refusal)).toContain(`${name} has no option "${wrong}"; did you mean "${meant}"?`);
});

test("words of Keras 1, Keras and PyTorch are known", () => {
  const meaning: readonly (readonly [(options: never) => unknown, string, string])[] = [
    [conv2d, "borderMode", "padding"],
    [conv2d, "border_mode", "padding"],
    [conv2d, "nb_filter", "filters"],
    [conv2d, "out_channels", "filters"],
    [conv2d, "subsample", "strides"],
    [conv2d, "init", "kernelInitializer"],
    [conv2d, "dim_ordering", "dataFormat"],
    [dense, "output_dim", "units"],
    [dense, "out_features", "units"],
    [maxPooling2d, "kernel_size", "poolSize"],
    [sgd, "lr", "learningRate"],
    [(options) => lenet(options), "width", "inputShape"],
    [(options) => lenet(options), "nClasses", "classes"],
    [(options) => resnet18(options), "num_classes", "classes"],
    [(options) => buildNet("resnet18", options), "num_classes", "classes"],
  ];
  for (const [make, word, meant] of meaning) {
    expect(messageOf(() => make({ [word]: 3 } as never))).toContain(`did you mean "${meant}"?`);
  }
});

test("the size of another picture is a size to resize to, its channels are not", () => {
  const other = image.blankImage("uint8", { width: 8, height: 6, channels: 1 });
  expect(
    image.resizeImage(image.blankImage("uint8", { width: 4, height: 4, channels: 3 }), image.imageSize(other)).shape,
  ).toEqual([6, 8, 3]);
});
