import { defineCommand } from "../command.ts";
import { oneOf, wholeNumber } from "../values.ts";
import { engineFlags, positive } from "./flags.ts";

const benchFlags = {
  mode: oneOf(["train", "infer"], "a whole training step, or only the way forward (default: train)"),
  batch: wholeNumber("N", "pictures in a step (default: 128)"),
  seconds: positive("S", "how long to measure (default: 5)"),
  ...engineFlags,
};

export type BenchFlags = typeof benchFlags;

export const benchCommand = defineCommand({
  name: "bench",
  about: "Measure how many pictures a second a net trains on, or predicts, with the pictures ready in memory.",
  args: "<net>",
  flags: benchFlags,
  examples: ["bench lenet", "bench lenet --mode infer --batch 32 --seconds 3 --json"],
  run: async (call) => (await import("../bench.ts")).benchNet(call),
});
