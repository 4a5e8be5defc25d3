import { defineCommand } from "../../command.ts";
import { evaluateFlags } from "./flags.ts";

export const evaluateCommand = defineCommand({
  name: "evaluate",
  about: "Measure the loss and accuracy of a run's net on the test pictures.",
  args: "<run>",
  flags: evaluateFlags,
  examples: ["evaluate runs/lenet-fashion-mnist", "evaluate runs/lenet-fashion-mnist --data DIR --json"],
  run: async (call) => (await import("./evaluate.ts")).evaluateRun(call),
});
