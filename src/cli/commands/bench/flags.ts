import { engineFlags } from "../../flags/engineFlags.ts";
import { flag } from "../../flags/flag.ts";
import { oneOf } from "../../flags/names.ts";
import { positive, wholeNumber } from "../../flags/numbers.ts";

export const benchFlags = {
  mode: flag(oneOf("train", "infer"), "a whole training step, or only the forward pass", { default: "train" }),
  batch: flag(wholeNumber("N"), "pictures in a step", { default: 128 }),
  seconds: flag(positive("S"), "how long to measure", { default: 5 }),
  ...engineFlags,
};

export type BenchFlags = typeof benchFlags;
