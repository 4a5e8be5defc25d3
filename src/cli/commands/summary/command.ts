import { defineCommand } from "../../command.ts";
import { summaryFlags } from "./flags.ts";

export const summaryCommand = defineCommand({
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
  run: async (context) => (await import("./summary.ts")).showSummary(context),
});
