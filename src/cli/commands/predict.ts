import { defineCommand } from "../command.ts";
import { oneOf, text, wholeNumber, wholeNumbers } from "../values.ts";
import { engineFlags, memoryFlags, pictureFlags } from "./flags.ts";

const predictFlags = {
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

export const predictCommand = defineCommand({
  name: "predict",
  about:
    "Say what is on pictures: photos, folders of photos, IDX files, or without any the test pictures of the run's data.",
  args: "<run|file> [files...]",
  flags: predictFlags,
  examples: [
    "predict runs/lenet-fashion-mnist",
    "predict runs/lenet-photos holiday/*.jpg --top 1",
    "predict photos.keras cat.jpg",
    "predict resnet18.onnx cat.jpg --class-names imagenet.txt --preprocessing torch",
    "predict runs/lenet-fashion-mnist t10k-images-idx3-ubyte.gz --limit 100 --top 1 --json",
  ],
  run: async (call) => (await import("../predict/predict.ts")).predictPictures(call),
});
