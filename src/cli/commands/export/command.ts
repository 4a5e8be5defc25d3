import { defineCommand } from "../../command.ts";
import { exportFlags } from "./flags.ts";

export const exportCommand = defineCommand({
  args: "<model|file|run> <out.onnx>",
  flags: exportFlags,
  examples: [
    "export runs/lenet-fashion-mnist lenet.onnx",
    "export runs/lenet-photos photos.onnx --input float32",
    "export model.keras model.onnx --batch 1 --samples photos/",
    "export lenet step.onnx --training-step --optimizer sgd --momentum 0.9 --batch 128",
  ],
  run: async (context) => (await import("./exportModel.ts")).exportModel(context),
});
