import { defineCommand } from "../command.ts";
import { oneOf, toggle, wholeNumber } from "../values.ts";
import { netFlags, openFlags } from "./flags.ts";

const summaryFlags = {
  ...netFlags,
  ...openFlags,
  classes: wholeNumber("N", "number of classes (default: 10 of lenet and lenet5, 1000 of the others)"),
  noIncludeTop: toggle("without the classifier: the net that puts out feature maps"),
  pooling: oneOf(["avg", "max"], "with --no-include-top, what makes one number of each feature map"),
  wide: toggle("names and numbers in full, also where they are wider than the terminal"),
  auxiliary: toggle("with the auxiliary classifiers that googlenet is trained with"),
};

export type SummaryFlags = typeof summaryFlags;

export const summaryCommand = defineCommand({
  name: "summary",
  about: "Show the layers of a net: shapes, parameters, multiply-adds, bytes; or compare two nets.",
  args: "<model|file|run> [other]",
  flags: summaryFlags,
  examples: [
    "summary lenet",
    "summary lenet --kernel-size 3 --input-shape 32,32,3",
    "summary resnet50 --no-include-top --pooling avg",
    "summary inception-naive inception-bottleneck",
    "summary model.onnx",
    "summary runs/lenet-fashion-mnist --json",
  ],
  run: async (call) => (await import("../summary.ts")).showSummary(call),
});
