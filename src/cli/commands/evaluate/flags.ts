import { engineFlags } from "../../options/groups.ts";
import { text } from "../../options/kinds.ts";

export const evaluateFlags = {
  data: text("NAME|DIR", "other data than the run's: fashion-mnist, or a folder with IDX files"),
  ...engineFlags,
};

export type EvaluateFlags = typeof evaluateFlags;
