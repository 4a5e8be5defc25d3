import { StriateError } from "../errors.ts";
import {
  add,
  batchNormalization,
  conv2d,
  depthwiseConv2d,
  dropout,
  globalAveragePooling2d,
  type Layer,
  reLU,
  type SymbolicTensor,
} from "../layers/index.ts";
import type { Model } from "../model/index.ts";
import { chain, type NetOptions, pictureNet, predictions } from "./net.ts";
import { BUNDLED_WEIGHTS, checkClasses, weightsFor } from "./weights/index.ts";

/** The options of `efficientnetLite0`. */
export interface EfficientnetLiteOptions extends NetOptions {
  /**
   * `imagenet`: weights that come with Striate (9.9 MB), for pictures that `preprocessInput("lite", pictures)` prepared.
   * Default: drawn by the seed.
   */
  readonly weights?: "imagenet";
}

interface Block {
  readonly kernelSize: number;
  readonly strides: number;
  /** How many times the channels of the input the depthwise convolution sees. */
  readonly expansion: number;
  readonly channels: number;
}

/** EfficientNet-B0's (Tan and Le 2019, table 1); the first block of a stage strides. */
const STAGES: readonly (Block & { readonly blocks: number })[] = [
  { kernelSize: 3, strides: 1, expansion: 1, channels: 16, blocks: 1 },
  { kernelSize: 3, strides: 2, expansion: 6, channels: 24, blocks: 2 },
  { kernelSize: 5, strides: 2, expansion: 6, channels: 40, blocks: 2 },
  { kernelSize: 3, strides: 2, expansion: 6, channels: 80, blocks: 3 },
  { kernelSize: 5, strides: 1, expansion: 6, channels: 112, blocks: 3 },
  { kernelSize: 5, strides: 2, expansion: 6, channels: 192, blocks: 4 },
  { kernelSize: 3, strides: 1, expansion: 6, channels: 320, blocks: 1 },
];

const norm = (name: string) => batchNormalization({ name });
const relu6 = (name: string) => reLU({ name, maxValue: 6 });
const pointwise = (name: string, filters: number) => conv2d({ name, filters, kernelSize: 1, useBias: false });

/** An inverted residual block (see `invertedResidualBlock`) with TensorFlow's padding and the names of Keras's EfficientNet. */
function block(x: SymbolicTensor, name: string, { kernelSize, strides, expansion, channels }: Block): SymbolicTensor {
  const inputs = x.shape.at(-1) ?? 1;
  const expand: readonly Layer[] = [
    pointwise(`${name}_expand_conv`, expansion * inputs),
    norm(`${name}_expand_bn`),
    relu6(`${name}_expand_activation`),
  ];
  const residual = chain(
    x,
    ...(expansion === 1 ? [] : expand),
    depthwiseConv2d({ name: `${name}_dwconv`, kernelSize, strides, padding: "same", useBias: false }),
    norm(`${name}_bn`),
    relu6(`${name}_activation`),
    pointwise(`${name}_project_conv`, channels),
    norm(`${name}_project_bn`),
  );
  return strides === 1 && inputs === channels ? add({ name: `${name}_add` })([residual, x]) : residual;
}

function features(pictures: SymbolicTensor): SymbolicTensor {
  let x = chain(
    pictures,
    conv2d({ name: "stem_conv", filters: 32, kernelSize: 3, strides: 2, padding: "same", useBias: false }),
    norm("stem_bn"),
    relu6("stem_activation"),
  );
  STAGES.forEach(({ blocks, ...first }, stage) => {
    for (let i = 0; i < blocks; i++) {
      const letter = String.fromCharCode("a".charCodeAt(0) + i);
      x = block(x, `block${stage + 1}${letter}`, i === 0 ? first : { ...first, strides: 1 });
    }
  });
  return chain(x, pointwise("top_conv", 1280), norm("top_bn"), relu6("top_activation"));
}

function top(x: SymbolicTensor, classes: number): SymbolicTensor {
  return chain(
    x,
    globalAveragePooling2d({ name: "avg_pool" }),
    dropout({ name: "top_dropout", rate: 0.2 }),
    predictions(classes),
  );
}

/**
 * EfficientNet-Lite0: EfficientNet-B0 (Tan and Le 2019) without squeeze and excitation and with ReLU6 for swish, as in
 * github.com/tensorflow/tpu, models/official/efficientnet/lite; layers are named as in Keras's EfficientNet. Training
 * does not drop whole branches. 4,694,024 parameters for 224x224x3 and 1,000 classes; pictures of at least 32x32.
 *
 * With `weights: "imagenet"` a backbone that needs no network.
 * @throws StriateError `usage` when these weights are asked for with a classifier for other than ImageNet's 1,000 classes;
 * `shape` for pictures that do not fit
 */
export function efficientnetLite0(options: EfficientnetLiteOptions = {}): Model {
  const { weights } = options;
  const name = "efficientnet-lite0";
  if (weights !== undefined && weights !== "imagenet") {
    throw new StriateError("usage", `model ${name}: weights must be imagenet, received ${weights}`);
  }
  if (weights) checkClasses(name, options);
  const poolingNames = { avg: "avg_pool", max: "max_pool" };
  const parts = { name, inputShape: [224, 224, 3], smallest: 32, features, top, poolingNames };
  const net = pictureNet(parts, options, { weights: true });
  const bundled = weights && BUNDLED_WEIGHTS[name];
  if (bundled) {
    net.setWeights(weightsFor(net, bundled.weightsSync()));
  }
  return net;
}
