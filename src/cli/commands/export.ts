import { defineCommand } from "../command.ts";
import { oneOf, text, toggle, wholeNumber } from "../values.ts";
import { fraction, netFlags, openFlags } from "./flags.ts";

const exportFlags = {
  ...netFlags,
  ...openFlags,
  classes: wholeNumber("N", "number of classes, of a net of the zoo"),
  batch: wholeNumber("N", "pictures in a batch (default: any number; 32 for a training step)"),
  trainingStep: toggle("the whole step, forward, backward and update, and its first states in OUT.states.safetensors"),
  optimizer: text("NAME", "with --training-step: sgd, adagrad, rmsprop, adam, adamW (default: adam)"),
  momentum: fraction("M", "with --training-step: momentum of sgd or rmsprop (default: 0)"),
  loss: oneOf(
    ["sparseCategoricalCrossentropy", "categoricalCrossentropy", "binaryCrossentropy", "meanSquaredError"],
    "with --training-step: what it makes smaller (default: sparseCategoricalCrossentropy)",
  ),
};

export type ExportFlags = typeof exportFlags;

export const exportCommand = defineCommand({
  name: "export",
  about: "Write a model as a standard ONNX file: for inference, or a whole training step.",
  args: "<model|file|run> <out.onnx>",
  flags: exportFlags,
  examples: [
    "export runs/lenet-fashion-mnist lenet.onnx",
    "export model.keras model.onnx --batch 1",
    "export lenet step.onnx --training-step --optimizer sgd --momentum 0.9 --batch 128",
  ],
  run: async (call) => (await import("../exportModel.ts")).exportModel(call),
});
