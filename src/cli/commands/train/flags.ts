import { NET_NAMES } from "../../../zoo/netNames.ts";
import { engineFlags, fraction, netFlags, pictureFlags, positive } from "../../options/groups.ts";
import { DEFAULT_SIZE, imageSizeFlag } from "../../options/imageSize.ts";
import { oneOf, text, toggle, wholeNumber } from "../../options/kinds.ts";

/** A process with more gets nothing done. */
const MOST_WORKERS = 256;

export const trainFlags = {
  model: text("NAME", `net to train (default: lenet): ${NET_NAMES.join(", ")}`),
  ...netFlags,
  data: text(
    "NAME|DIR",
    "fashion-mnist, a sample that comes along; a folder with IDX files, or with a folder of pictures for each class",
  ),
  classes: wholeNumber("N", "classes of IDX files (default: 10)"),
  imageSize: imageSizeFlag(
    `height and width that pictures in folders get: 128, or height,width (default: ${DEFAULT_SIZE})`,
  ),
  augment: text(
    "NAME|FILE",
    "default, strong, none, or a JSON file of steps (default: default for pictures in folders)",
  ),
  workers: wholeNumber(
    "N",
    "threads that read pictures in folders; 0 for none (default: one for each core)",
    0,
    MOST_WORKERS,
  ),
  onError: oneOf(
    ["skip", "fail"],
    "what is done about a picture that cannot be read: left out and told at the end, or an error (default: skip)",
  ),
  ...pictureFlags,
  validationSplit: fraction("F", "fraction of the training pictures kept to validate; 0 for none (default: 0.1)"),
  testSplit: fraction(
    "F",
    "fraction of the pictures in folders kept to test, where there is no folder test; 0 for none (default: 0.1)",
  ),
  epochs: wholeNumber("N", "times through the training pictures (default: 5)"),
  batchSize: wholeNumber("N", "pictures in a step (default: 64)"),
  optimizer: text("NAME", "sgd, adagrad, rmsprop, adam, adamW (default: adam)"),
  learningRate: positive("R", "learning rate (default: the optimizer's own)"),
  momentum: fraction("M", "momentum of sgd or rmsprop (default: 0)"),
  nesterov: toggle("Nesterov's momentum for sgd"),
  schedule: oneOf(
    ["constant", "step", "exponential", "cosine"],
    "how the learning rate changes with the steps (default: cosine, down to 0)",
  ),
  decaySteps: wholeNumber("N", "steps of a decay (default: step a third of all, exponential an epoch, cosine all)"),
  decayRate: positive("R", "factor of each decay (default: step 0.1, exponential 0.9)"),
  warmupSteps: wholeNumber("N", "steps in which the learning rate rises from 0 (default: none)", 0),
  earlyStopping: wholeNumber("PATIENCE", "stop after so many epochs without a better validation loss; keep the best"),
  reduceOnPlateau: wholeNumber("PATIENCE", "a tenth of the learning rate after so many epochs without a better one"),
  checkpointEvery: wholeNumber("STEPS", "write a checkpoint after so many steps too (default: after each epoch)"),
  batchNormMomentum: fraction(
    "M",
    "most of batch normalization's moving averages that stays at a step (default: the net's own, or less in a short run)",
  ),
  seed: wholeNumber("N", "seed of the first weights and of the order of the pictures (default: 0)", 0),
  ...engineFlags,
  out: text("DIR", "folder of the run (default: runs/MODEL-DATA, with a number when that is there already)"),
  resume: toggle("go on with the run in --out, with the options that it was started with"),
};

export type TrainFlags = typeof trainFlags;
