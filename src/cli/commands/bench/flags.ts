import { engineFlags, positive } from "../../options/groups.ts";
import { oneOf, wholeNumber } from "../../options/kinds.ts";

export const benchFlags = {
  mode: oneOf(["train", "infer"], "a whole training step, or only the way forward (default: train)"),
  batch: wholeNumber("N", "pictures in a step (default: 128)"),
  seconds: positive("S", "how long to measure (default: 5)"),
  ...engineFlags,
};

export type BenchFlags = typeof benchFlags;
