import { netFlags, openFlags } from "../../options/groups.ts";
import { oneOf, toggle, wholeNumber } from "../../options/kinds.ts";

export const summaryFlags = {
  ...netFlags,
  ...openFlags,
  classes: wholeNumber("N", "number of classes (default: 10 of lenet and lenet5, 1000 of the others)"),
  noIncludeTop: toggle("without the classifier: the net that puts out feature maps"),
  pooling: oneOf(["avg", "max"], "with --no-include-top, what makes one number of each feature map"),
  wide: toggle("names and numbers in full, also where they are wider than the terminal"),
  auxiliary: toggle("with the auxiliary classifiers that googlenet is trained with"),
};

export type SummaryFlags = typeof summaryFlags;
