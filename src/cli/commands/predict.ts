import { defineCommand } from "../command.ts";
import { wholeNumber } from "../values.ts";
import { engineFlags } from "./flags.ts";

const predictFlags = {
  top: wholeNumber("K", "classes to name for each picture, the most probable first (default: 3)"),
  limit: wholeNumber("N", "pictures at most (default: all of the files; 10 of the test pictures)"),
  ...engineFlags,
};

export type PredictFlags = typeof predictFlags;

export const predictCommand = defineCommand({
  name: "predict",
  about:
    "Say what is on pictures: photos, folders of photos, IDX files, or without any the test pictures of the run's data.",
  args: "<run> [files...]",
  flags: predictFlags,
  examples: [
    "predict runs/lenet-fashion-mnist",
    "predict runs/lenet-photos holiday/*.jpg --top 1",
    "predict runs/lenet-fashion-mnist t10k-images-idx3-ubyte.gz --limit 100 --top 1 --json",
  ],
  run: async (call) => (await import("../predict.ts")).predictPictures(call),
});
