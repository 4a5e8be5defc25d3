import { defineCommand } from "../../command.ts";
import { lrFindFlags } from "./flags.ts";

export const lrFindCommand = defineCommand({
  args: "[data]",
  flags: lrFindFlags,
  examples: ["lr-find photos --model resnet18", "lr-find --model lenet --picture rates.png --csv rates.csv"],
  run: async (context) => (await import("./lrFind.ts")).lrFind(context),
});
