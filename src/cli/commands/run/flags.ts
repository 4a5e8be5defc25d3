import { engineFlags, memoryFlags } from "../../options/groups.ts";
import { text, wholeNumbers } from "../../options/kinds.ts";

export const runFlags = {
  inputs: text("IN.npz", "NumPy archive with an array for each input, by the input's name; of a single input, any"),
  outputs: text("OUT.npz", "NumPy archive to write, with an array for each output"),
  inputShape: wholeNumbers("224,224,3", "shape of an input without the batch, where the model leaves it open", 1, 4),
  ...memoryFlags,
  ...engineFlags,
};

export type RunFlags = typeof runFlags;
