import { flag } from "../../flags/flag.ts";
import { toggle } from "../../flags/names.ts";

export const weightsFlags = {
  noIncludeTop: flag(toggle, "the file without the classifier, where there is one"),
};

export type WeightsFlags = typeof weightsFlags;
