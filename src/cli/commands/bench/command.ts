import { defineCommand } from "../../command.ts";
import { benchFlags } from "./flags.ts";

export const benchCommand = defineCommand({
  args: "<net>",
  flags: benchFlags,
  examples: ["bench lenet", "bench lenet --mode infer --batch 32 --seconds 3 --json"],
  run: async (context) => (await import("./bench.ts")).benchNet(context),
});
