import { defineCommand } from "../../command.ts";
import { runFlags } from "./flags.ts";

export const runCommand = defineCommand({
  args: "<model>",
  flags: runFlags,
  examples: [
    "run model.onnx --inputs in.npz --outputs out.npz",
    "run resnet50.keras --inputs pictures.npz --outputs classes.npz --engine reference",
  ],
  run: async (context) => (await import("./runModel.ts")).runModel(context),
});
