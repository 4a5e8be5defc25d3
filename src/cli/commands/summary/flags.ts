import { modelFileFlags } from "../../flags/fileFlags.ts";
import { flag } from "../../flags/flag.ts";
import { oneOf, toggle } from "../../flags/names.ts";
import { netFlags } from "../../flags/netFlags.ts";
import { wholeNumber } from "../../flags/numbers.ts";

export const summaryFlags = {
  ...netFlags,
  ...modelFileFlags,
  classes: flag(wholeNumber("N"), "number of classes", { otherwise: "10 of lenet and lenet5, 1000 of the others" }),
  noIncludeTop: flag(toggle, "without the classifier: the net whose output is feature maps"),
  pooling: flag(oneOf("avg", "max"), "with --no-include-top, how each feature map becomes one number"),
  wide: flag(toggle, "names and numbers in full, even where they are wider than the terminal"),
  auxiliary: flag(toggle, "with the auxiliary classifiers that googlenet is trained with"),
};

export type SummaryFlags = typeof summaryFlags;
