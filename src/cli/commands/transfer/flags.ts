import { STRATEGY_NAMES } from "../../../transfer/strategies.ts";
import { engineFlags } from "../../flags/engineFlags.ts";
import { flag } from "../../flags/flag.ts";
import { oneOf, text, toggle } from "../../flags/names.ts";
import { fraction, positive, wholeNumber } from "../../flags/numbers.ts";
import type { Recorded } from "../../flags/record.ts";
import { runFolderFlags } from "../../flags/trainingFlags.ts";
import { backboneFlags } from "../../flags/transferFlags.ts";

const BY_STRATEGY = "the strategy's own: see docs/transfer.md";

/** Every option of `transfer`, once: see `trainFlags`. */
export const transferFlags = {
  strategy: flag(oneOf(...STRATEGY_NAMES), "what is trained", { otherwise: "what the photos advise" }),
  ...backboneFlags,
  validationSplit: flag(fraction("F"), "fraction of the photos kept to validate, where there is no folder for it", {
    default: 0.2,
  }),
  epochs: flag(wholeNumber("N"), "passes over the photos, at most", { otherwise: BY_STRATEGY }),
  batchSize: flag(wholeNumber("N"), "photos in a step", { default: 32 }),
  learningRate: flag(positive("R"), "learning rate of AdamW at the head; it falls to 0", { otherwise: BY_STRATEGY }),
  layerDecay: flag(positive("F"), "factor of the rate from each stage to the one before it", {
    otherwise: BY_STRATEGY,
  }),
  labelSmoothing: flag(fraction("F"), "probability that is spread over all classes", { otherwise: BY_STRATEGY }),
  augment: flag(text("NAME|FILE"), "default, strong, none, or a JSON file of steps", { otherwise: "flips and crops" }),
  versions: flag(wholeNumber("N"), "augmented versions of each photo, where a frozen part is computed once", {
    otherwise: BY_STRATEGY,
  }),
  trainBatchNorm: flag(toggle, "let the backbone's batch normalization learn from these photos"),
  folds: flag(wholeNumber("K", 2), "cross-validate the whole recipe in so many folds as well"),
  ...engineFlags,
  ...runFolderFlags,
  out: { ...runFolderFlags.out, otherwise: "runs/transfer-DATA, with a number when that exists already" },
};

export type TransferFlags = typeof transferFlags;

/** The options of a run, as its config.json has them. */
export type TransferRunOptions = Recorded<TransferFlags>;
