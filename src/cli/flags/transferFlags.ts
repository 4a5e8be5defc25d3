import { dataSource } from "../data/dataSource.ts";
import { flag } from "./flag.ts";
import { oneOf, text } from "./names.ts";
import { wholeNumber } from "./numbers.ts";
import { classFlags, heightAndWidth, pictureFlags } from "./pictureFlags.ts";

/** The backbone, the pictures, and how these are made fit for it. */
export const backboneFlags = {
  data: flag(dataSource, "folder with a folder of photos for each class, or with train/, validation/ and test/", {
    computed: "the argument",
  }),
  backbone: flag(
    text("NAME|FILE"),
    "net whose features are used: one of the zoo, or a .keras, .h5, .onnx or model.json file",
    { default: "efficientnet-lite0" },
  ),
  cut: flag(text("LAYER"), "layer in which the features end", { otherwise: "the last one with feature maps" }),
  fit: flag(
    oneOf("pad", "crop", "squash"),
    "how a photo of other proportions gets the backbone's: whole on black, the middle of it, or stretched",
    { default: "pad" },
  ),
  size: flag(heightAndWidth, "height and width to which photos are resized: 160, or height,width", {
    otherwise: "the backbone's own",
  }),
  onError: flag(
    oneOf("skip", "fail"),
    "what to do about a picture that cannot be read: leave it out and report it at the end, or stop",
    { otherwise: "skip" },
  ),
  ...classFlags,
  ...pictureFlags,
  seed: flag(wholeNumber("N", 0), "seed of splits, augmentation and the order of the pictures", { default: 0 }),
};
