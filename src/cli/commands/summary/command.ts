import { defineCommand } from "../../command.ts";
import { summaryFlags } from "./flags.ts";

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
  run: async (call) => (await import("./summary.ts")).showSummary(call),
});
