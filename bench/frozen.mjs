// Training whose frozen part is computed once against training without that, on folders of photos:
//
//     node bench/frozen.mjs PHOTOS head|last [pictures] [epochs] [on|off|both]
//
// `head` trains a linear softmax on EfficientNet-Lite0, `last` its last stage as well, on 4 augmented versions of each photo,
// as `fineTuneLast` does. Prints seconds, the largest memory of the process so far, and how far the weights are apart.
import {
  augment,
  augmentedVersions,
  imageFolder,
  randomFlip,
  randomResizedCrop,
  subset,
} from "../dist/entries/data.js";
import { adam, fit } from "../dist/entries/striate.js";
import { classifier, openBackbone, pictureOptions, prepared } from "../dist/entries/transfer.js";

const [folder, what = "head", count = "300", epochs = "10", which = "both"] = process.argv.slice(2);
const isLast = what === "last";
const backbone = await openBackbone("efficientnet-lite0");
const { train } = await imageFolder(folder, { ...pictureOptions(backbone), fit: "pad" });
const photos = subset(train, 0, Math.min(Number(count), train.length));
const steps = [randomFlip(), randomResizedCrop({ scale: [0.6, 1], ratio: [0.85, 1.18] })];
const data = prepared(isLast ? augmentedVersions(augment(photos, steps), 4) : photos, backbone);

const last = backbone.stages.at(-1);
const trained = new Set(isLast ? last.weights : []);
const frozen = new Set(backbone.stages.flatMap(({ weights }) => weights).filter((key) => !trained.has(key)));
const results = [];
for (const cacheFrozen of { on: [true], off: [false], both: [true, false] }[which]) {
  const net = classifier(backbone, last, { classes: train.classes, seed: 1 });
  for (const { name, layer, variables } of net.layers) {
    const keys = [...variables.keys()].map((key) => `${name}/${key}`);
    const isFrozen = keys.length > 0 && keys.every((key) => frozen.has(key));
    layer.trainable = !isFrozen && layer.type !== "batchNormalization";
  }
  const before = net.weights;
  const began = performance.now();
  const { epochs: history } = await fit(net, data, {
    epochs: Number(epochs),
    batchSize: 32,
    cacheFrozen,
    optimizer: adam({ learningRate: 1e-3 }),
    metrics: ["accuracy"],
    verbose: 0,
  });
  const seconds = (performance.now() - began) / 1000;
  const { loss, accuracy } = history.at(-1);
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(
    `${what}, ${photos.length} photos, ${epochs} epochs, frozen part computed ${cacheFrozen ? "once" : "always"}: ` +
      `${seconds.toFixed(1)} s, peak ${peak.toFixed(0)} MiB, loss ${loss.toFixed(5)}, accuracy ${accuracy.toFixed(3)}`,
  );
  results.push({ weights: net.weights, seconds });
  net.setWeights(before);
}
const [cached, plain] = results;
if (plain) {
  let furthest = 0;
  for (const [key, { data }] of cached.weights) {
    const other = plain.weights.get(key).data;
    for (const [i, x] of data.entries()) furthest = Math.max(furthest, Math.abs(x - other[i]));
  }
  console.log(`${(plain.seconds / cached.seconds).toFixed(1)} times faster; weights differ by at most ${furthest}`);
}
