import { LOSS_NAMES } from "../../../training/losses/names.ts";
import { OPTIMIZER_NAMES, type OptimizerName, optimizersWith } from "../../../training/optimizers/names.ts";
import { modelFileFlags } from "../../flags/fileFlags.ts";
import { flag } from "../../flags/flag.ts";
import { nameOf, oneOf, toggle } from "../../flags/names.ts";
import { netFlags } from "../../flags/netFlags.ts";
import { fraction, wholeNumber } from "../../flags/numbers.ts";

/** What a training step is made of. */
export const stepFlags = {
  optimizer: flag(nameOf<OptimizerName>(), `with --training-step: ${OPTIMIZER_NAMES.join(", ")}`, {
    default: "adam",
  }),
  momentum: flag(fraction("M"), `with --training-step: momentum of ${optimizersWith("momentum").join(" or ")}`, {
    otherwise: "0",
  }),
  loss: flag(oneOf(...LOSS_NAMES), "with --training-step: the loss to minimize", {
    default: "sparseCategoricalCrossentropy",
  }),
};

export const exportFlags = {
  ...netFlags,
  ...modelFileFlags,
  classes: flag(wholeNumber("N"), "number of classes, of a net of the zoo"),
  batch: flag(wholeNumber("N"), "pictures in a batch", { otherwise: "any number; 32 for a training step" }),
  trainingStep: flag(
    toggle,
    "the whole step, forward, backward and update, and its first states in OUT.states.safetensors",
  ),
  ...stepFlags,
};

export type ExportFlags = typeof exportFlags;
