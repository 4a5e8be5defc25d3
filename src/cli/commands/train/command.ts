import { defineCommand } from "../../command.ts";
import { trainFlags } from "./flags.ts";

export const trainCommand = defineCommand({
  args: "[data]",
  flags: trainFlags,
  examples: [
    "train --model lenet --data fashion-mnist --epochs 5",
    "train --model lenet --kernel-size 3 --filters 32,64 --optimizer sgd --momentum 0.9 --learning-rate 0.05",
    "train photos --image-size 128 --augment strong --epochs 20",
    "train --data DIR --schedule cosine --out runs/whole",
    "train --resume --out runs/whole --epochs 10",
  ],
  run: async (context) => (await import("./train.ts")).train(context),
});
