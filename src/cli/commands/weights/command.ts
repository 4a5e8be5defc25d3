import { defineCommand } from "../../command.ts";
import { weightsFlags } from "./flags.ts";

export const weightsCommand = defineCommand({
  name: "weights",
  about:
    "Say where the ImageNet weights of a net are, fetched if they do not come with Striate; without a name, list them.",
  args: "[model]",
  flags: weightsFlags,
  examples: ["weights", "weights resnet18", "weights vgg16 --no-include-top"],
  run: async (call) => (await import("./weights.ts")).showWeights(call),
});
