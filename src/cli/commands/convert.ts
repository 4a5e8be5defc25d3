import { defineCommand } from "../command.ts";
import { text, wholeNumber } from "../values.ts";
import { openFlags } from "./flags.ts";

const convertFlags = {
  model: text("NET", "net of the zoo that the weights of IN belong to, where IN is a file of weights alone"),
  ...openFlags,
  classes: wholeNumber("N", "classes of the net of --model"),
};

export type ConvertFlags = typeof convertFlags;

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
  run: async (call) => (await import("../convert.ts")).convert(call),
});
