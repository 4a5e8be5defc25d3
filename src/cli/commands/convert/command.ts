import { defineCommand } from "../../command.ts";
import { convertFlags } from "./flags.ts";

export const convertCommand = defineCommand({
  args: "<in|run> <out>",
  flags: convertFlags,
  examples: [
    "convert model.keras model.onnx",
    "convert runs/lenet-fashion-mnist lenet.keras",
    "convert tfjs/model.json model.keras",
    "convert weights.pth weights.safetensors",
    "convert resnet18-f37072fd.pth resnet18.keras --model resnet18",
  ],
  run: async (context) => (await import("./convert.ts")).convert(context),
});
