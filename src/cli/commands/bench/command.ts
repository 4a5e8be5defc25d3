import { defineCommand } from "../../command.ts";
import { benchFlags } from "./flags.ts";

export const benchCommand = defineCommand({
  name: "bench",
  about: "Measure how many pictures a second a net trains on, or predicts, with the pictures ready in memory.",
  args: "<net>",
  flags: benchFlags,
  examples: ["bench lenet", "bench lenet --mode infer --batch 32 --seconds 3 --json"],
  run: async (call) => (await import("./bench.ts")).benchNet(call),
});
