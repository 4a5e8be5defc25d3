import { engineFlags } from "../../flags/engineFlags.ts";
import { memoryFlags } from "../../flags/fileFlags.ts";
import { flag } from "../../flags/flag.ts";
import { oneOf, text } from "../../flags/names.ts";
import { wholeNumber, wholeNumbers } from "../../flags/numbers.ts";
import { pictureFlags } from "../../flags/pictureFlags.ts";

export const predictFlags = {
  top: flag(wholeNumber("K"), "classes to print for each picture, the most probable first", { default: 3 }),
  limit: flag(wholeNumber("N"), "pictures at most", { otherwise: "all of the files; 10 of the test pictures" }),
  classNames: flag(text("FILE"), "names of the classes, one per line, where a model file does not contain them"),
  preprocessing: flag(
    oneOf("unit", "bytes", "caffe", "tf", "torch", "lite"),
    "how a model file's pictures are prepared, where it does not say: values 0 to 1, 0 to 255, or as for published nets",
  ),
  inputShape: flag(wholeNumbers("224,224,3", 3), "shape of a picture, where a model file leaves it open"),
  ...pictureFlags,
  ...memoryFlags,
  ...engineFlags,
};

export type PredictFlags = typeof predictFlags;
