import { checkOptions, type OptionNames, wholeNumber } from "../checks/index.ts";
import { loadWeights } from "../formats/lazy.ts";
import {
  type ActivationName,
  conv2d,
  type DataFormat,
  dense,
  flatten,
  imageDataFormat,
  inImageDataFormat,
  maxPooling2d,
  type Pair,
  partialConv2d,
  subsampling2d,
  zeroPadding2d,
} from "../layers/index.ts";
import { type Model, sequential } from "../model/index.ts";
import type { Shape } from "../tensor/index.ts";

/** The options of `lenet`. */
export interface LenetOptions {
  /** Default [28, 28, 1], with `channelsFirst` [1, 28, 28]. */
  readonly inputShape?: Shape;
  /** Default 10. */
  readonly classes?: number;
  /** Of both convolutions. Default 5. */
  readonly kernelSize?: Pair;
  /** Kernels of the first and of the second convolution. Default [20, 50]. */
  readonly filters?: readonly [number, number];
  /** Default `relu`. */
  readonly activation?: ActivationName;
  /** Default `imageDataFormat()`: channels last, unless `setImageDataFormat` said otherwise. */
  readonly dataFormat?: DataFormat;
  readonly seed?: number;
  /** A file of weights to begin with, of any kind that `loadWeights` reads; then the net comes as a promise. */
  readonly weightsPath?: string;
}

const LENET: OptionNames<LenetOptions> = {
  inputShape: true,
  classes: true,
  kernelSize: true,
  filters: true,
  activation: true,
  dataFormat: true,
  seed: true,
  weightsPath: true,
};

/**
 * LeNet as Keras's users know it: two convolutions with padding `same`, each with 2x2 max pooling, a dense layer of
 * 500 and the classes. 1,256,080 parameters for 28x28x1 and 10 classes.
 */
export function lenet(options?: LenetOptions & { readonly weightsPath?: undefined }): Model;
/** LeNet with the weights of a file: `await lenet({ weightsPath: "lenet.h5" })`. @throws as `loadWeights` */
export function lenet(options: LenetOptions & { readonly weightsPath: string }): Promise<Model>;
export function lenet(given: LenetOptions = {}): Model | Promise<Model> {
  checkOptions("lenet", given, LENET);
  const { weightsPath, ...options } = given;
  const net = untrained(options);
  return weightsPath === undefined ? net : withWeights(net, weightsPath);
}

async function withWeights(net: Model, path: string): Promise<Model> {
  await loadWeights(net, path);
  return net;
}

function untrained(options: LenetOptions): Model {
  const { dataFormat = imageDataFormat() } = options;
  const {
    inputShape = dataFormat === "channelsFirst" ? [1, 28, 28] : [28, 28, 1],
    classes = 10,
    kernelSize = 5,
    filters = [20, 50],
    activation = "relu",
    seed = 0,
  } = options;
  return inImageDataFormat(dataFormat, () =>
    sequential({ name: "lenet", inputShape, seed }, [
      conv2d({ name: "conv1", filters: filters[0], kernelSize, padding: "same", activation }),
      maxPooling2d({ name: "pool1" }),
      conv2d({ name: "conv2", filters: filters[1], kernelSize, padding: "same", activation }),
      maxPooling2d({ name: "pool2" }),
      flatten({ name: "flatten" }),
      dense({ name: "fc1", units: 500, activation }),
      dense({ name: "predictions", units: classes, activation: "softmax" }),
    ]),
  );
}

/** LeNet as a course on Keras calls it. */
export const LeNet = {
  /**
   * `lenet` for pictures of a size, in the order of `imageDataFormat()`.
   * @param depth channels
   * @param weightsPath a file of weights to begin with
   * @example const net = await LeNet.build(28, 28, 1, 10, "lenet_weights.h5");
   * @throws StriateError `usage` unless the sizes are whole numbers; what `loadWeights` throws
   */
  build: async (
    width: number,
    height: number,
    depth: number,
    classes: number,
    weightsPath?: string,
  ): Promise<Model> => {
    const sizes = Object.entries({ width, height, depth, classes });
    for (const [name, size] of sizes) wholeNumber("LeNet.build", name, size);
    const inputShape = imageDataFormat() === "channelsFirst" ? [depth, height, width] : [height, width, depth];
    const options = { inputShape, classes };
    return weightsPath === undefined ? lenet(options) : lenet({ ...options, weightsPath });
  },
};

/** Which maps of S2 each map of C3 sees (LeCun et al. 1998, table I). */
const CONNECTIONS: readonly (readonly number[])[] = [
  ...[0, 1, 2, 3, 4, 5].map((map) => [map, (map + 1) % 6, (map + 2) % 6]),
  ...[0, 1, 2, 3, 4, 5].map((map) => [map, (map + 1) % 6, (map + 2) % 6, (map + 3) % 6]),
  [0, 1, 3, 4],
  [1, 2, 4, 5],
  [0, 2, 3, 5],
  [0, 1, 2, 3, 4, 5],
];

/** The options of `lenet5`. */
export interface Lenet5Options {
  /** Default [28, 28, 1], padded to 32x32. */
  readonly inputShape?: Shape;
  /** Default 10. */
  readonly classes?: number;
  /** `tanh` (default) or `sigmoid`. */
  readonly activation?: ActivationName;
  readonly seed?: number;
}

/**
 * LeNet-5 of LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document recognition",
 * section II.B, with a dense output in place of the radial basis functions. 60,850 parameters.
 */
export function lenet5(options: Lenet5Options = {}): Model {
  checkOptions("lenet5", options, { inputShape: true, classes: true, activation: true, seed: true });
  const { inputShape = [28, 28, 1], classes = 10, activation = "tanh", seed = 0 } = options;
  return inImageDataFormat("channelsLast", () =>
    sequential({ name: "lenet5", inputShape, seed }, [
      zeroPadding2d({ name: "padding", padding: 2 }),
      conv2d({ name: "c1", filters: 6, kernelSize: 5, activation }),
      subsampling2d({ name: "s2", activation }),
      partialConv2d({ name: "c3", connections: CONNECTIONS, kernelSize: 5, activation }),
      subsampling2d({ name: "s4", activation }),
      flatten({ name: "flatten" }),
      dense({ name: "c5", units: 120, activation }),
      dense({ name: "f6", units: 84, activation }),
      dense({ name: "output", units: classes, activation: "softmax" }),
    ]),
  );
}
