import { defineCommand } from "../../command.ts";
import { runFlags } from "./flags.ts";

export const runCommand = defineCommand({
  name: "run",
  about: "Run a model on named arrays: an ONNX, Keras or TensorFlow.js file, a run, or a net of the zoo.",
  args: "<model>",
  flags: runFlags,
  examples: [
    "run model.onnx --inputs in.npz --outputs out.npz",
    "run resnet50.keras --inputs pictures.npz --outputs classes.npz --engine reference",
  ],
  run: async (call) => (await import("./runModel.ts")).runModel(call),
});
