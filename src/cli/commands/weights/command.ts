import { defineCommand } from "../../command.ts";
import { weightsFlags } from "./flags.ts";

export const weightsCommand = defineCommand({
  args: "[model]",
  flags: weightsFlags,
  examples: ["weights", "weights resnet18", "weights vgg16 --no-include-top"],
  run: async (context) => (await import("./weights.ts")).showWeights(context),
});
