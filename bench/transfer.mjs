// Striate's side of transfer_side_by_side.py, in two steps:
//   node transfer.mjs folds PHOTOS WORK FOLDS   writes WORK/folds.json (each photo with its class and fold, near duplicates in
//     one; the layers of the last stage) and the backbone with its weights as WORK/backbone.keras, for Keras
//   node transfer.mjs run PHOTOS FOLDS EPOCHS   cross-validates fineTuneLast over the same folds
// Prints a JSON line: the accuracy of each fold, and the seconds from the first photo read to the last one measured.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import "../dist/entries/striate.js";
import { imageFolder } from "../dist/data/index.js";
import { advise, crossValidateTransfer, foldsOf, openBackbone, pictureOptions } from "../dist/transfer/index.js";
import { pretrained } from "../dist/zoo/index.js";

const [step, photos, ...rest] = process.argv.slice(2);
const backbone = await openBackbone("efficientnet-lite0");
const { train, classNames } = await imageFolder(photos, { ...pictureOptions(backbone), fit: "pad" });
if (step === "folds") {
  const [work, count] = rest;
  const { study, features } = await advise(backbone, train);
  const folds = foldsOf(features.labels, Number(count), { seed: 0, groups: study.groups });
  const files = train.describe().files.map(({ path }, i) => ({ path, label: features.labels[i], fold: folds[i] }));
  const trained = [...new Set(backbone.stages.at(-1).weights.map((key) => key.replace(/\/[^/]*$/, "")))];
  writeFileSync(join(work, "folds.json"), JSON.stringify({ classNames, trained, files }, null, 1));
  const { model } = await pretrained("efficientnet-lite0", { includeTop: false, pooling: "avg" });
  await model.save(join(work, "backbone.keras"));
} else {
  const [count, epochs] = rest.map(Number);
  const begin = performance.now();
  const { folds } = await crossValidateTransfer(backbone, train, {
    count,
    strategy: "fineTuneLast",
    epochs,
    augmentation: [],
    fit: "pad",
  });
  console.log(JSON.stringify({ folds, seconds: (performance.now() - begin) / 1000 }));
}
process.exit(0);
