import { engineFlags } from "../../flags/engineFlags.ts";
import { flag } from "../../flags/flag.ts";
import { text } from "../../flags/names.ts";
import { wholeNumber } from "../../flags/numbers.ts";
import { backboneFlags } from "../../flags/transferFlags.ts";

export const adviseFlags = {
  ...backboneFlags,
  folds: flag(wholeNumber("K", 2), "folds in which probes are cross-validated", {
    otherwise: "5, or as many as the smallest class has photos",
  }),
  list: flag(text("FILE.csv"), "write every photo whose label looks wrong, and every duplicate, to this file"),
  ...engineFlags,
};

export type AdviseFlags = typeof adviseFlags;
