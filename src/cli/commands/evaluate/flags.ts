import { dataSource } from "../../data/dataSource.ts";
import { engineFlags } from "../../flags/engineFlags.ts";
import { flag } from "../../flags/flag.ts";
import { classFlags } from "../../flags/pictureFlags.ts";

export const evaluateFlags = {
  data: flag(dataSource, "data other than the run's: fashion-mnist, or a folder of IDX files or of pictures"),
  ...classFlags,
  ...engineFlags,
};

export type EvaluateFlags = typeof evaluateFlags;
