import { engineFlags } from "../../flags/engineFlags.ts";
import { memoryFlags } from "../../flags/fileFlags.ts";
import { flag } from "../../flags/flag.ts";
import { text } from "../../flags/names.ts";
import { wholeNumbers } from "../../flags/numbers.ts";

export const runFlags = {
  inputs: flag(
    text("IN.npz"),
    "NumPy archive with an array for each input, by the input's name; for a single input any name will do",
  ),
  outputs: flag(text("OUT.npz"), "NumPy archive to write, with an array for each output"),
  inputShape: flag(
    wholeNumbers("224,224,3", 1, 4),
    "shape of an input without the batch, where the model leaves it open",
  ),
  ...memoryFlags,
  ...engineFlags,
};

export type RunFlags = typeof runFlags;
