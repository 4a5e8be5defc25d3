import { defineCommand } from "../../command.ts";
import { augmentFlags } from "./flags.ts";

export const augmentCommand = defineCommand({
  args: "<picture>",
  flags: augmentFlags,
  examples: [
    "augment cat.jpg",
    "augment cat.jpg --augment strong --image-size 128 -o strong.png",
    "augment cat.jpg -o sheet.png --rotation-range 40 --width-shift-range 0.2 --horizontal-flip",
    "augment cat.jpg -o folder --zoom-range 0.8,1.2 --count 16 --seed 1",
  ],
  run: async (context) => (await import("./augment.ts")).augmentPicture(context),
});
