import { fraction, netFlags, openFlags } from "../../options/groups.ts";
import { oneOf, text, toggle, wholeNumber } from "../../options/kinds.ts";

export const exportFlags = {
  ...netFlags,
  ...openFlags,
  classes: wholeNumber("N", "number of classes, of a net of the zoo"),
  batch: wholeNumber("N", "pictures in a batch (default: any number; 32 for a training step)"),
  trainingStep: toggle("the whole step, forward, backward and update, and its first states in OUT.states.safetensors"),
  optimizer: text("NAME", "with --training-step: sgd, adagrad, rmsprop, adam, adamW (default: adam)"),
  momentum: fraction("M", "with --training-step: momentum of sgd or rmsprop (default: 0)"),
  loss: oneOf(
    ["sparseCategoricalCrossentropy", "categoricalCrossentropy", "binaryCrossentropy", "meanSquaredError"],
    "with --training-step: what it makes smaller (default: sparseCategoricalCrossentropy)",
  ),
};

export type ExportFlags = typeof exportFlags;
