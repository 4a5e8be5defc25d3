import { OPTIMIZER_NAMES, type OptimizerName, optimizersWith } from "../../training/optimizers/names.ts";
import { flag } from "./flag.ts";
import { nameOf, oneOf, text, toggle } from "./names.ts";
import { fraction, positive, wholeNumber } from "./numbers.ts";

/** What moves the weights. */
const optimizerFlags = {
  optimizer: flag(nameOf<OptimizerName>(), OPTIMIZER_NAMES.join(", "), { default: "adam" }),
  momentum: flag(fraction("M"), `momentum of ${optimizersWith("momentum").join(" or ")}`, { otherwise: "0" }),
  nesterov: flag(toggle, `Nesterov's momentum for ${optimizersWith("nesterov").join(" or ")}`),
  learningRate: flag(positive("R"), "learning rate", { computed: "the optimizer's own" }),
};

/** How the learning rate changes with the steps. */
const scheduleFlags = {
  // With a rate that falls to 0 the last epoch is the best one, and a run of a few epochs ends well.
  schedule: flag(
    oneOf("constant", "step", "exponential", "cosine"),
    "how the learning rate changes with the steps; with cosine it falls to 0",
    { default: "cosine" },
  ),
  decaySteps: flag(wholeNumber("N"), "steps of a decay", {
    otherwise: "step a third of all, exponential an epoch, cosine all",
  }),
  decayRate: flag(positive("R"), "factor of each decay", { otherwise: "step 0.1, exponential 0.9" }),
  warmupSteps: flag(wholeNumber("N", 0), "steps over which the learning rate rises from 0", { default: 0 }),
};

/** How long, in what steps, by which optimizer, and what happens on the way. */
export const trainingFlags = {
  epochs: flag(wholeNumber("N"), "passes over the training pictures", { default: 5, mayGrow: true }),
  batchSize: flag(wholeNumber("N"), "pictures in a step", { default: 64 }),
  ...optimizerFlags,
  ...scheduleFlags,
  earlyStopping: flag(
    wholeNumber("PATIENCE"),
    "stop after so many epochs without a better validation loss; keep the best",
  ),
  reduceOnPlateau: flag(
    wholeNumber("PATIENCE"),
    "divide the learning rate by 10 after so many epochs without a better validation loss",
  ),
  checkpointEvery: flag(wholeNumber("STEPS"), "write a checkpoint every so many steps as well", {
    otherwise: "after each epoch",
  }),
  batchNormMomentum: flag(fraction("M"), "upper limit of the momentum of batch normalization's moving averages", {
    otherwise: "the net's own, or less in a short run",
  }),
  seed: flag(wholeNumber("N", 0), "seed of the initial weights and of the order of the pictures", { default: 0 }),
};

/** Where a run is, and whether it goes on. */
export const runFolderFlags = {
  out: flag(text("DIR"), "folder of the run", {
    otherwise: "runs/MODEL-DATA, with a number when that exists already",
    record: false,
  }),
  resume: flag(toggle, "continue the run in --out, with the options it was started with", { record: false }),
};
