import { dataSource } from "../../data/dataSource.ts";
import { engineFlags } from "../../flags/engineFlags.ts";
import { flag } from "../../flags/flag.ts";

export const evaluateFlags = {
  data: flag(dataSource, "other data than the run's: fashion-mnist, or a folder with IDX files or pictures"),
  ...engineFlags,
};

export type EvaluateFlags = typeof evaluateFlags;
