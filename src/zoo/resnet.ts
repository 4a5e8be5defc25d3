import {
  activation,
  add,
  batchNormalization,
  conv2d,
  globalAveragePooling2d,
  maxPooling2d,
  type SymbolicTensor,
  zeroPadding2d,
} from "../layers/index.ts";
import type { Model } from "../model/index.ts";
import { at } from "../tensor/index.ts";
import { chain, type NetOptions, pictureNet, predictions } from "./net.ts";

/** How many blocks the four stages have (He et al. 2016, table 1). */
const BLOCKS = { resnet50: [3, 4, 6, 3], resnet101: [3, 4, 23, 3], resnet152: [3, 8, 36, 3] };

/** The width of each stage's bottlenecks; its maps have four times as many channels. */
const WIDTHS = [64, 128, 256, 512];

const norm = (name: string) => batchNormalization({ name, epsilon: 1.001e-5 });
const relu = (name: string) => activation({ name, activation: "relu" });

function convNorm(name: string, filters: number, kernelSize: number, strides = 1) {
  return [conv2d({ name: `${name}_conv`, filters, kernelSize, strides, padding: "same" }), norm(`${name}_bn`)];
}

/** What every block of a stage computes beside its shortcut: 1x1 to fewer channels, 3x3, 1x1 to four times as many. */
function bottleneck(x: SymbolicTensor, name: string, width: number, strides: number): SymbolicTensor {
  return chain(
    x,
    ...convNorm(`${name}_1`, width, 1, strides),
    relu(`${name}_1_relu`),
    ...convNorm(`${name}_2`, width, 3),
    relu(`${name}_2_relu`),
    ...convNorm(`${name}_3`, 4 * width, 1),
  );
}

const join = (name: string, shortcut: SymbolicTensor, residual: SymbolicTensor) =>
  chain(add({ name: `${name}_add` })([shortcut, residual]), relu(`${name}_out`));

/**
 * A residual block whose shortcut is its input: relu(x + bottleneck(x)), for an input of 4 `width` channels
 * (He et al. 2016, "Deep residual learning for image recognition", figure 5 right).
 */
export function identityBlock(x: SymbolicTensor, name: string, width: number): SymbolicTensor {
  return join(name, x, bottleneck(x, name, width, 1));
}

/**
 * A residual block whose shortcut is a 1x1 convolution, for an input of any number of channels. The strides are those of
 * the shortcut and of the first 1x1 convolution.
 */
export function convolutionBlock(x: SymbolicTensor, name: string, width: number, strides = 2): SymbolicTensor {
  const shortcut = chain(x, ...convNorm(`${name}_0`, 4 * width, 1, strides));
  return join(name, shortcut, bottleneck(x, name, width, strides));
}

function stage(x: SymbolicTensor, name: string, width: number, blocks: number, strides: number): SymbolicTensor {
  let y = convolutionBlock(x, `${name}_block1`, width, strides);
  for (let i = 2; i <= blocks; i++) y = identityBlock(y, `${name}_block${i}`, width);
  return y;
}

function resnet(name: keyof typeof BLOCKS, options: NetOptions): Model {
  const features = (x: SymbolicTensor) => {
    const stem = chain(
      x,
      zeroPadding2d({ name: "conv1_pad", padding: 3 }),
      conv2d({ name: "conv1_conv", filters: 64, kernelSize: 7, strides: 2 }),
      norm("conv1_bn"),
      relu("conv1_relu"),
      zeroPadding2d({ name: "pool1_pad", padding: 1 }),
      maxPooling2d({ name: "pool1_pool", poolSize: 3, strides: 2 }),
    );
    return BLOCKS[name].reduce(
      (y, blocks, i) => stage(y, `conv${i + 2}`, at(WIDTHS, i), blocks, i === 0 ? 1 : 2),
      stem,
    );
  };
  const poolingNames = { avg: "avg_pool", max: "max_pool" };
  const top = (x: SymbolicTensor, classes: number) =>
    chain(x, globalAveragePooling2d({ name: poolingNames.avg }), predictions(classes));
  return pictureNet({ name, inputShape: [224, 224, 3], smallest: 32, features, top, poolingNames }, options, {});
}

/**
 * ResNet-50 of He et al. 2016, with the layers of Keras's ResNet50: biases in the convolutions, the stride in the first
 * 1x1 convolution of a stage. 25,636,712 parameters for 224x224x3 and 1,000 classes; pictures of at least 32x32.
 */
export function resnet50(options: NetOptions = {}): Model {
  return resnet("resnet50", options);
}

/** `resnet50` with 23 blocks in place of 6 in its third stage. 44,707,176 parameters. */
export function resnet101(options: NetOptions = {}): Model {
  return resnet("resnet101", options);
}

/** `resnet50` with 8 and 36 blocks in its second and third stage. 60,419,944 parameters. */
export function resnet152(options: NetOptions = {}): Model {
  return resnet("resnet152", options);
}
