import { defineCommand } from "../command.ts";
import { wholeNumber, wholeNumbers } from "../values.ts";
import { netFlags } from "./flags.ts";

const summaryFlags = {
  ...netFlags,
  inputShape: wholeNumbers("28,28,1", "shape of a picture: height,width,channels", 3),
  classes: wholeNumber("N", "number of classes (default: 10)"),
};

export type SummaryFlags = typeof summaryFlags;

export const summaryCommand = defineCommand({
  name: "summary",
  about: "Show the layers of a net: shapes, parameters, multiply-adds, bytes.",
  args: "<model|run>",
  flags: summaryFlags,
  examples: [
    "summary lenet",
    "summary lenet --kernel-size 3 --input-shape 32,32,3",
    "summary runs/lenet-fashion-mnist --json",
  ],
  run: async (call) => (await import("../summary.ts")).showSummary(call),
});
