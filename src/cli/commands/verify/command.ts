import { defineCommand } from "../../command.ts";
import { verifyFlags } from "./flags.ts";

export const verifyCommand = defineCommand({
  args: "<file.onnx>",
  flags: verifyFlags,
  examples: [
    "verify model.onnx",
    "verify model.onnx --engine reference",
    "verify smaller.onnx --samples model.samples.safetensors",
  ],
  run: async (context) => (await import("./verify.ts")).verifyFile(context),
});
