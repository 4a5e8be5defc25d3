import { defineCommand } from "../../command.ts";
import { predictFlags } from "./flags.ts";

export const predictCommand = defineCommand({
  args: "<run|file> [files...]",
  flags: predictFlags,
  examples: [
    "predict runs/lenet-fashion-mnist",
    "predict runs/lenet-photos holiday/*.jpg --top 1",
    "predict photos.keras cat.jpg",
    "predict resnet18.onnx cat.jpg --class-names imagenet.txt --preprocessing torch",
    "predict runs/lenet-fashion-mnist t10k-images-idx3-ubyte.gz --limit 100 --top 1 --json",
  ],
  run: async (context) => (await import("./predict.ts")).predictPictures(context),
});
