import type { OptimizerName } from "../../../training/index.ts";
import { NET_NAMES } from "../../../zoo/netNames.ts";
import { dataSource } from "../../data/dataSource.ts";
import { engineFlags } from "../../flags/engineFlags.ts";
import { flag } from "../../flags/flag.ts";
import { nameOf, text } from "../../flags/names.ts";
import { netFlags } from "../../flags/netFlags.ts";
import { positive, wholeNumber } from "../../flags/numbers.ts";
import { classFlags, DEFAULT_SIZE, heightAndWidth, pictureFlags } from "../../flags/pictureFlags.ts";

export const lrFindFlags = {
  model: flag(nameOf(`: ${NET_NAMES.join(", ")}`), "net to train", { default: "lenet" }),
  ...netFlags,
  data: flag(dataSource, "fashion-mnist, a folder of IDX files, or a folder of pictures", {
    computed: "fashion-mnist",
  }),
  ...classFlags,
  imageSize: flag(heightAndWidth, "height and width to which pictures in folders are resized: 128, or height,width", {
    otherwise: String(DEFAULT_SIZE),
  }),
  ...pictureFlags,
  optimizer: flag(nameOf<OptimizerName>(), "sgd, adagrad, rmsprop, adam, adamW", { default: "adam" }),
  batchSize: flag(wholeNumber("N"), "pictures in a step", { default: 64 }),
  from: flag(positive("R"), "learning rate of the first step", { default: 1e-7 }),
  to: flag(positive("R"), "learning rate of the last step", { default: 10 }),
  steps: flag(wholeNumber("N", 10), "steps from one to the other", { default: 100 }),
  seed: flag(wholeNumber("N", 0), "seed of the initial weights and of the order of the pictures", { default: 0 }),
  csv: flag(text("OUT.csv"), "write the numbers: rate, loss, smoothed"),
  picture: flag(text("OUT.png"), "draw the loss against the learning rate"),
  ...engineFlags,
};

export type LrFindFlags = typeof lrFindFlags;
