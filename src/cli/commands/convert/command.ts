import { defineCommand } from "../../command.ts";
import { convertFlags } from "./flags.ts";

export const convertCommand = defineCommand({
  name: "convert",
  about: "Convert a model or weights: Keras, ONNX, TensorFlow.js, PyTorch, safetensors, NumPy; says what was lost.",
  args: "<in|run> <out>",
  flags: convertFlags,
  examples: [
    "convert model.keras model.onnx",
    "convert runs/lenet-fashion-mnist lenet.keras",
    "convert tfjs/model.json model.keras",
    "convert weights.pth weights.safetensors",
    "convert resnet18-f37072fd.pth resnet18.keras --model resnet18",
  ],
  run: async (call) => (await import("./convert.ts")).convert(call),
});
