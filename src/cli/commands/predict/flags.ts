import { engineFlags, memoryFlags, pictureFlags } from "../../options/groups.ts";
import { oneOf, text, wholeNumber, wholeNumbers } from "../../options/kinds.ts";

export const predictFlags = {
  top: wholeNumber("K", "classes to name for each picture, the most probable first (default: 3)"),
  limit: wholeNumber("N", "pictures at most (default: all of the files; 10 of the test pictures)"),
  classNames: text("FILE", "names of the classes, one on each line, where a model file does not hold them"),
  preprocessing: oneOf(
    ["unit", "bytes", "caffe", "tf", "torch", "lite"],
    "what a model file's pictures go through, where it does not say: values 0 to 1, 0 to 255, or as published nets have it",
  ),
  inputShape: wholeNumbers("224,224,3", "shape of a picture, where a model file leaves it open", 3),
  ...pictureFlags,
  ...memoryFlags,
  ...engineFlags,
};

export type PredictFlags = typeof predictFlags;
