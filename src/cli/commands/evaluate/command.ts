import { defineCommand } from "../../command.ts";
import { evaluateFlags } from "./flags.ts";

export const evaluateCommand = defineCommand({
  args: "<run>",
  flags: evaluateFlags,
  examples: ["evaluate runs/lenet-fashion-mnist", "evaluate runs/lenet-fashion-mnist --data DIR --json"],
  run: async (context) => (await import("./evaluate.ts")).evaluateRun(context),
});
