import { LOSS_NAMES } from "../../../training/losses/names.ts";
import { OPTIMIZER_NAMES, type OptimizerName, optimizersWith } from "../../../training/optimizers/names.ts";
import { modelFileFlags } from "../../flags/fileFlags.ts";
import { flag } from "../../flags/flag.ts";
import { nameOf, oneOf, text, toggle } from "../../flags/names.ts";
import { netFlags } from "../../flags/netFlags.ts";
import { fraction, wholeNumber } from "../../flags/numbers.ts";

/** How a file for inference takes its pictures. */
export const pictureInputFlags = {
  withPreprocessing: flag(
    toggle,
    "the file takes pictures as they are, of any size; the default where the model knows its preprocessing",
  ),
  withoutPreprocessing: flag(toggle, "the file takes what the net takes; how pictures are prepared is in its metadata"),
  input: flag(
    oneOf("uint8", "float32"),
    "type of the pictures, whose values are 0 to 255, where the file prepares them",
    {
      default: "uint8",
    },
  ),
  samples: flag(text("PATH"), "a picture or a folder of pictures for the samples beside the file", {
    otherwise: "of a run some of its test pictures",
  }),
};

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
  ...pictureInputFlags,
  ...stepFlags,
};

export type ExportFlags = typeof exportFlags;
