import { toggle } from "../../options/kinds.ts";

export const weightsFlags = {
  noIncludeTop: toggle("the file without the classifier, where there is one"),
};

export type WeightsFlags = typeof weightsFlags;
