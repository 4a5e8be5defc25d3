import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { writeFileAtomic } from "#striate/files/index";
import { encodeSafetensors } from "#striate/formats/index";
import { fromNumbers } from "#striate/tensor/index";
import { buildNet, pretrained } from "#striate/zoo/index";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "striate-pretrained-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("a net comes with what the published file holds, with its classifier or without", async () => {
  // No hash of MobileNetV2's files is published, and a file is known by its content: so these stand for them.
  const cache = folder();
  const stem = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224";
  const inputShape = [32, 32, 3];
  const whole = buildNet("mobilenet-v2", { inputShape, seed: 1 });
  const features = buildNet("mobilenet-v2", { inputShape, seed: 2, includeTop: false });
  await writeFileAtomic(join(cache, `${stem}.h5`), encodeSafetensors(whole.weights));
  await writeFileAtomic(join(cache, `${stem}_no_top.h5`), encodeSafetensors(features.weights));
  const kernel = "Conv_1/kernel";
  const { model: net, preprocessing } = await pretrained("mobilenet-v2", { inputShape, download: { folder: cache } });
  expect(preprocessing).toBe("tf");
  expect(net.outputShape).toEqual([1000]);
  expect(net.weights.get(kernel)).toEqual(whole.weights.get(kernel));
  const { model: base } = await pretrained("mobilenet-v2", {
    inputShape,
    includeTop: false,
    pooling: "avg",
    download: { folder: cache },
  });
  expect(base.outputShape).toEqual([1280]);
  expect(base.weights.get(kernel)).toEqual(features.weights.get(kernel));
});

test("the backbone in the box comes from its package", async () => {
  const { model: net, preprocess } = await pretrained("efficientnet-lite0", {
    includeTop: false,
    inputShape: [96, 96, 3],
  });
  expect([...preprocess(fromNumbers("float32", [1, 1, 3], [127, 255, 0])).data]).toEqual([0, 1, -127 / 128]);
  expect([...(net.weights.get("stem_bn/beta")?.data.slice(0, 2) ?? [])]).not.toEqual([0, 0]);
});

test("weights of one's own come from a file of any format", async () => {
  const path = join(folder(), "own.safetensors");
  const options = { inputShape: [32, 32, 3], classes: 3 };
  const trained = buildNet("resnet18", { ...options, seed: 4 });
  await writeFileAtomic(path, encodeSafetensors(trained.weights));
  const { model, preprocessing } = await pretrained("resnet18", { ...options, weights: path });
  expect(preprocessing).toBeUndefined();
  expect(model.weights.get("conv1/kernel")?.data).toHaveLength(7 * 7 * 3 * 64);
  expect(model.weights.get("conv1/kernel")).toEqual(trained.weights.get("conv1/kernel"));
});

test("what cannot be is told before anything is fetched", async () => {
  const cache = folder();
  const build = (...[name, options]: Parameters<typeof pretrained>) =>
    pretrained(name, { ...options, download: { folder: cache } });
  await expect(build("lenet")).rejects.toThrow('there are no published weights of "lenet"; there are some of vgg16, ');
  await expect(build("resnet18", { classes: 10 })).rejects.toThrow(
    'model resnet18: the classifier of weights "imagenet" has 1000 classes, not 10; leave it out by includeTop: false',
  );
  await expect(build("resnet18", { dropout: 0.5 })).rejects.toThrow("model resnet18 has no option dropout");
});
