import type { Command } from "../command.ts";

/** A command as the help of `striate` lists it; its folder is loaded when it is asked for. */
export interface CommandEntry {
  readonly name: string;
  readonly about: string;
  load(): Promise<Command>;
}

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "transfer",
    about: "Make a classifier of a few hundred photos, in minutes: a pretrained net, and the strategy that fits.",
    load: async () => (await import("./transfer/command.ts")).transferCommand,
  },
  {
    name: "advise",
    about: "Measure photos before anything is trained: what can be reached, how, and which labels look wrong.",
    load: async () => (await import("./advise/command.ts")).adviseCommand,
  },
  {
    name: "train",
    about: "Train a net on pictures. Ctrl-C saves a checkpoint; --resume continues from it, bit for bit.",
    load: async () => (await import("./train/command.ts")).trainCommand,
  },
  {
    name: "lr-find",
    about: "Find a learning rate: train some steps while it rises, and look at the loss; the net is not kept.",
    load: async () => (await import("./lrFind/command.ts")).lrFindCommand,
  },
  {
    name: "evaluate",
    about: "Measure the loss and accuracy of a run's net on the test pictures.",
    load: async () => (await import("./evaluate/command.ts")).evaluateCommand,
  },
  {
    name: "predict",
    about:
      "Classify pictures: photos, folders of photos, IDX files or, without any, the test pictures of the run's data.",
    load: async () => (await import("./predict/command.ts")).predictCommand,
  },
  {
    name: "summary",
    about: "Show the layers of a net: shapes, parameters, multiply-adds, bytes; or compare two nets.",
    load: async () => (await import("./summary/command.ts")).summaryCommand,
  },
  {
    name: "run",
    about: "Run a model on named arrays: an ONNX, Keras or TensorFlow.js file, a run, or a net of the zoo.",
    load: async () => (await import("./run/command.ts")).runCommand,
  },
  {
    name: "data",
    about: "Inspect a folder of pictures: classes, sizes, unreadable files, duplicates.",
    load: async () => (await import("./data/command.ts")).dataCommand,
  },
  {
    name: "augment",
    about: "Show what augmentation does to a picture, on one sheet or as files.",
    load: async () => (await import("./augment/command.ts")).augmentCommand,
  },
  {
    name: "convert",
    about:
      "Convert a model or weights: Keras, ONNX, TensorFlow.js, PyTorch, safetensors, NumPy; reports what was lost.",
    load: async () => (await import("./convert/command.ts")).convertCommand,
  },
  {
    name: "export",
    about: "Write a model as a standard ONNX file: for inference, or a whole training step.",
    load: async () => (await import("./export/command.ts")).exportCommand,
  },
  {
    name: "verify",
    about: "Check an exported file: whether it still says what its model said of the samples beside it, on any engine.",
    load: async () => (await import("./verify/command.ts")).verifyCommand,
  },
  {
    name: "weights",
    about:
      "Print where the ImageNet weights of a net are, downloading them if they are not included; without a name, list them.",
    load: async () => (await import("./weights/command.ts")).weightsCommand,
  },
  {
    name: "edges",
    about: "Draw the edges of pictures: Sobel and others, Canny, or a kernel of your own; files, folders, globs.",
    load: async () => (await import("./edges/command.ts")).edgesCommand,
  },
  {
    name: "doctor",
    about: "Show which engines are available, which one is used, and how to get the others.",
    load: async () => (await import("./doctor/command.ts")).doctorCommand,
  },
  {
    name: "bench",
    about: "Measure how many pictures per second a net trains on, or predicts, with the pictures already in memory.",
    load: async () => (await import("./bench/command.ts")).benchCommand,
  },
];
