import type { OptionNames } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { ResizeMethod } from "../../image/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { SingleInputBatch, SingleInputDataset } from "../dataset.ts";
import { derived } from "../derived.ts";
import { imageFiles } from "../files/imageFiles.ts";
import { classFiles } from "../files/imageFolder.ts";
import type { ClassMode } from "../source.ts";
import { checkSubset, FLOW, type FlowOptions } from "./flow.ts";
import { oneHot } from "./mix.ts";

/** The arguments of Keras's `flow_from_directory`, with its defaults. */
export interface DirectoryOptions extends Omit<FlowOptions, "ignoreClassSplit"> {
  /** [height, width] in pixels, default [256, 256]. */
  readonly targetSize?: readonly [height: number, width: number];
  /** Default `rgb`. */
  readonly colorMode?: "rgb" | "rgba" | "grayscale";
  /** The classes in the order of their labels; default: the subfolders, sorted. */
  readonly classes?: readonly string[];
  /**
   * What the targets are: `categorical` (the default), one-hot float32 [n, classes]; `sparse`, labels int32 [n]; `binary`,
   * float32 [n, 1]; `input`, the pictures themselves.
   */
  readonly classMode?: ClassMode;
  /** How pictures get their size; default `nearest`, as in Keras. */
  readonly interpolation?: ResizeMethod;
  /** Cuts the middle out in the target's proportions before resizing; default false: stretches. */
  readonly keepAspectRatio?: boolean;
  /** Whether links to folders inside the class folders are followed, default false, as in Keras. */
  readonly followLinks?: boolean;
  /** `fast` lets the decoder resize, see `imageFolder`; default `exact`. */
  readonly resizing?: "exact" | "fast";
  readonly maxPixels?: number;
  /** What is done about unreadable pictures; default `skip`. */
  readonly onError?: "skip" | "fail";
}

const { ignoreClassSplit: _, ...COMMON } = FLOW;

/** The names of all of them. */
export const DIRECTORY: OptionNames<DirectoryOptions> = {
  ...COMMON,
  targetSize: true,
  colorMode: true,
  classes: true,
  classMode: true,
  interpolation: true,
  keepAspectRatio: true,
  followLinks: true,
  resizing: true,
  maxPixels: true,
  onError: true,
};

const CHANNELS = { grayscale: 1, rgb: 3, rgba: 4 } as const;

/** The pictures of a folder with values 0..255, the files in Keras's order and, for a subset, those that Keras takes. */
export async function directoryDataset(
  folder: string,
  options: DirectoryOptions,
  validationSplit: number,
): Promise<SingleInputDataset> {
  const { targetSize = [256, 256], colorMode = "rgb", subset, interpolation = "nearest" } = options;
  checkSubset(subset, validationSplit);
  const { files, classNames, problems } = await classFiles(folder, {
    ...options,
    followLinks: options.followLinks ?? false,
  });
  const ofClass = classNames.map((_, label) => files.filter((file) => file.label === label));
  const kept = ofClass.flatMap((some) => {
    const border = Math.floor(validationSplit * some.length);
    if (subset === undefined) return some;
    return subset === "validation" ? some.slice(0, border) : some.slice(border);
  });
  const { maxPixels, onError = "skip", resizing = "exact" } = options;
  return imageFiles(
    kept,
    {
      classNames,
      size: targetSize,
      channels: CHANNELS[colorMode],
      fit: options.keepAspectRatio ? "crop" : "stretch",
      method: interpolation,
      resizing,
      scale: false,
      onError,
      ...(maxPixels !== undefined && { maxPixels }),
    },
    {},
    problems,
  );
}

/** The same pictures with channels first. */
export function channelsFirst(dataset: SingleInputDataset): SingleInputDataset {
  const [height = 0, width = 0, channels = 0] = dataset.inputShape;
  return derived(dataset, {
    inputShape: [channels, height, width],
    async read(indices, options) {
      const batch = await dataset.read(indices, options);
      const { inputs } = batch;
      const data = new Float32Array(inputs.data.length);
      const pixels = height * width;
      for (let i = 0; i < data.length; i++) {
        const pixel = Math.floor(i / channels);
        const row = Math.floor(pixel / pixels);
        data[(row * channels + (i % channels)) * pixels + (pixel % pixels)] = inputs.data[i] ?? 0;
      }
      return { ...batch, inputs: { ...inputs, shape: [indices.length, channels, height, width], data } };
    },
  });
}

const CLASS_MODES: readonly ClassMode[] = ["categorical", "sparse", "binary", "input"];

/**
 * Targets as `classMode` says.
 * @throws StriateError `usage` for another mode
 */
export function withTargets(dataset: SingleInputDataset, classMode: ClassMode): SingleInputDataset {
  if (!CLASS_MODES.includes(classMode)) {
    throw new StriateError("usage", `classMode is one of ${CLASS_MODES.join(", ")}; got ${String(classMode)}`);
  }
  if (classMode === "sparse") return dataset;
  return derived(dataset, {
    describe() {
      const source = dataset.describe?.();
      return source && { kind: "targets", source, classMode };
    },
    async read(indices, options) {
      const batch = await dataset.read(indices, options);
      return { ...batch, targets: targetsOf(batch, classMode, dataset.classes) };
    },
  });
}

function targetsOf(
  { inputs, targets }: SingleInputBatch,
  classMode: "categorical" | "binary" | "input",
  classes: number | undefined,
): Tensor {
  if (classMode === "categorical") return oneHot("flowFromDirectory", targets, classes);
  if (classMode === "input") return { ...inputs, data: inputs.data.slice() };
  return { dtype: "float32", shape: [targets.data.length, 1], data: Float32Array.from(targets.data, Number) };
}
