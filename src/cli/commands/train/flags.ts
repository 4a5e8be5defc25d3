import { NET_NAMES } from "../../../zoo/netNames.ts";
import { dataFlags } from "../../flags/dataFlags.ts";
import { engineFlags } from "../../flags/engineFlags.ts";
import { flag } from "../../flags/flag.ts";
import { nameOf, oneOf, text } from "../../flags/names.ts";
import { netFlags } from "../../flags/netFlags.ts";
import type { Recorded } from "../../flags/record.ts";
import { runFolderFlags, trainingFlags } from "../../flags/trainingFlags.ts";

/**
 * Every option of `train`, once: from this table come the command line and its help, what a run records in its config.json,
 * and what a run that goes on may change.
 */
export const trainFlags = {
  model: flag(nameOf(`: ${NET_NAMES.join(", ")}`), "net to train from its beginning", {
    computed: "lenet; for photos none, which are learned by transfer learning",
  }),
  ...netFlags,
  weights: flag(
    oneOf("imagenet"),
    "what the net begins with: the weights that it learned ImageNet with, but for the top",
    {
      otherwise: "drawn by the seed",
    },
  ),
  freeze: flag(text("PATTERN"), "layers and weights that stay as they are, by name, * for anything: 'block1_*,stem*'"),
  ...dataFlags,
  ...trainingFlags,
  ...engineFlags,
  ...runFolderFlags,
};

export type TrainFlags = typeof trainFlags;

/** The options of a run, as its config.json has them. */
export type TrainOptions = Recorded<TrainFlags>;
