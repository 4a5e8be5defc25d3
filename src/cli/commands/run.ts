import { defineCommand } from "../command.ts";
import { text, wholeNumbers } from "../values.ts";
import { engineFlags, memoryFlags } from "./flags.ts";

const runFlags = {
  inputs: text("IN.npz", "NumPy archive with an array for each input, by the input's name; of a single input, any"),
  outputs: text("OUT.npz", "NumPy archive to write, with an array for each output"),
  inputShape: wholeNumbers("224,224,3", "shape of an input without the batch, where the model leaves it open", 1, 4),
  ...memoryFlags,
  ...engineFlags,
};

export type RunFlags = typeof runFlags;

export const runCommand = defineCommand({
  name: "run",
  about: "Run a model on named arrays: an ONNX, Keras or TensorFlow.js file, a run, or a net of the zoo.",
  args: "<model>",
  flags: runFlags,
  examples: [
    "run model.onnx --inputs in.npz --outputs out.npz",
    "run resnet50.keras --inputs pictures.npz --outputs classes.npz --engine reference",
  ],
  run: async (call) => (await import("../runModel.ts")).runModel(call),
});
