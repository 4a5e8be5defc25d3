import { unknownName } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import { type Preprocessing, writePreprocessed } from "../../model/index.ts";
import { shapeText, type Tensor, tensor } from "../../tensor/index.ts";

/**
 * The preprocessings that published weights expect, by the names that Keras gives them
 * (`keras.applications.imagenet_utils.preprocess_input`), and EfficientNet-Lite's.
 */
export const PREPROCESSING = {
  /** BGR less ImageNet's means, without scaling. */
  caffe: { channels: "BGR", scale: 1, mean: [103.939, 116.779, 123.68], std: [1, 1, 1] },
  /** From -1 to 1. */
  tf: { channels: "RGB", scale: 127.5, mean: [1, 1, 1], std: [1, 1, 1] },
  /** From 0 to 1, then ImageNet's means and standard deviations. */
  torch: { channels: "RGB", scale: 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  /** (x - 127) / 128. */
  lite: { channels: "RGB", scale: 1, mean: [127, 127, 127], std: [128, 128, 128] },
} as const satisfies Record<string, Preprocessing>;

/** The name of what pictures go through, as in Keras. */
export type PreprocessingMode = keyof typeof PREPROCESSING;

/**
 * RGB pictures with values from 0 to 255 as a net with published weights expects them.
 * @param pictures [..., height, width, 3]; not changed
 * @throws StriateError `usage` for an unknown mode, `shape` where the last axis is not 3
 */
export function preprocessInput(
  mode: PreprocessingMode,
  pictures: Tensor<"float32"> | Tensor<"uint8">,
): Tensor<"float32"> {
  if (!Object.hasOwn(PREPROCESSING, mode)) {
    throw unknownName("preprocessing", mode, Object.keys(PREPROCESSING));
  }
  const { shape, data } = pictures;
  if (shape.at(-1) !== 3) {
    throw new StriateError("shape", `preprocessing ${mode} takes pictures [..., 3], received ${shapeText(shape)}`);
  }
  const result = new Float32Array(data.length);
  const row = { height: 1, width: data.length / 3, channels: 3, channelsFirst: false };
  writePreprocessed(data, PREPROCESSING[mode], row, result);
  return tensor("float32", shape, result);
}
