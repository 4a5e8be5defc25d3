import { defineCommand } from "../command.ts";
import { text } from "../values.ts";
import { engineFlags } from "./flags.ts";

const evaluateFlags = {
  data: text("NAME|DIR", "other data than the run's: fashion-mnist, or a folder with IDX files"),
  ...engineFlags,
};

export type EvaluateFlags = typeof evaluateFlags;

export const evaluateCommand = defineCommand({
  name: "evaluate",
  about: "Measure the loss and accuracy of a run's net on the test pictures.",
  args: "<run>",
  flags: evaluateFlags,
  examples: ["evaluate runs/lenet-fashion-mnist", "evaluate runs/lenet-fashion-mnist --data DIR --json"],
  run: async (call) => (await import("../evaluate.ts")).evaluateRun(call),
});
