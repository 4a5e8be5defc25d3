import {
  activation,
  add,
  batchNormalization,
  conv2d,
  globalAveragePooling2d,
  type Layer,
  maxPooling2d,
  type SymbolicTensor,
  zeroPadding2d,
} from "../layers/index.ts";
import type { Model } from "../model/index.ts";
import { at } from "../tensor/index.ts";
import { chain, type NetOptions, pictureNet, predictions } from "./net.ts";

/** A residual block of a stage: input, name, width, strides. */
type Block = (x: SymbolicTensor, name: string, width: number, strides: number) => SymbolicTensor;

/** The block of each net, and how many of them the four stages have (He et al. 2016, table 1). */
const NETS = {
  resnet18: { block: basicBlock, blocks: [2, 2, 2, 2] },
  resnet34: { block: basicBlock, blocks: [3, 4, 6, 3] },
  "resnet50-v1.5": { block: bottleneckBlock, blocks: [3, 4, 6, 3] },
} satisfies Record<string, { readonly block: Block; readonly blocks: readonly number[] }>;

const WIDTHS = [64, 128, 256, 512];

const norm = (name: string) => batchNormalization({ name, epsilon: 1e-5, momentum: 0.9 });
const relu = (name: string) => activation({ name, activation: "relu" });

/** A convolution without bias; PyTorch pads by half a kernel on all sides, which is not `same` where it strides. */
function convolution(name: string, filters: number, kernelSize: number, strides = 1): Layer[] {
  const options = { name, filters, kernelSize, strides, useBias: false, kernelInitializer: "heNormal" } as const;
  if (strides === 1 || kernelSize === 1) return [conv2d({ ...options, padding: "same" })];
  return [zeroPadding2d({ name: `${name}_pad`, padding: (kernelSize - 1) / 2 }), conv2d(options)];
}

/** The sum with the shortcut, which is a 1x1 convolution where the shapes differ. */
function join(x: SymbolicTensor, residual: SymbolicTensor, name: string, strides: number): SymbolicTensor {
  const channels = residual.shape.at(-1) ?? 1;
  const shortcut =
    strides === 1 && x.shape.at(-1) === channels
      ? x
      : chain(x, ...convolution(`${name}_downsample_0`, channels, 1, strides), norm(`${name}_downsample_1`));
  return chain(add({ name: `${name}_add` })([residual, shortcut]), relu(`${name}_out`));
}

/** relu(x + two 3x3 convolutions of x) (He et al. 2016, figure 5 left); the first has the strides. */
export function basicBlock(x: SymbolicTensor, name: string, width: number, strides = 1): SymbolicTensor {
  const residual = chain(
    x,
    ...convolution(`${name}_conv1`, width, 3, strides),
    norm(`${name}_bn1`),
    relu(`${name}_relu1`),
    ...convolution(`${name}_conv2`, width, 3),
    norm(`${name}_bn2`),
  );
  return join(x, residual, name, strides);
}

/**
 * relu(x + bottleneck of x): 1x1 to `width` channels, 3x3, 1x1 to 4 `width`. The 3x3 convolution has the strides, not the
 * first 1x1 as in the paper, which would skip three quarters of its input: known as version 1.5.
 */
export function bottleneckBlock(x: SymbolicTensor, name: string, width: number, strides = 1): SymbolicTensor {
  const residual = chain(
    x,
    ...convolution(`${name}_conv1`, width, 1),
    norm(`${name}_bn1`),
    relu(`${name}_relu1`),
    ...convolution(`${name}_conv2`, width, 3, strides),
    norm(`${name}_bn2`),
    relu(`${name}_relu2`),
    ...convolution(`${name}_conv3`, 4 * width, 1),
    norm(`${name}_bn3`),
  );
  return join(x, residual, name, strides);
}

function resnet(name: keyof typeof NETS, options: NetOptions): Model {
  const { block, blocks } = NETS[name];
  const features = (x: SymbolicTensor) => {
    let y = chain(
      x,
      ...convolution("conv1", 64, 7, 2),
      norm("bn1"),
      relu("relu"),
      zeroPadding2d({ name: "maxpool_pad", padding: 1 }),
      maxPooling2d({ name: "maxpool", poolSize: 3, strides: 2 }),
    );
    for (const [stage, count] of blocks.entries()) {
      for (let i = 0; i < count; i++) {
        y = block(y, `layer${stage + 1}_${i}`, at(WIDTHS, stage), stage > 0 && i === 0 ? 2 : 1);
      }
    }
    return y;
  };
  const top = (x: SymbolicTensor, classes: number) =>
    chain(x, globalAveragePooling2d({ name: "avgpool" }), predictions(classes, "fc"));
  const poolingNames = { avg: "avgpool", max: "maxpool_top" };
  return pictureNet({ name, inputShape: [224, 224, 3], smallest: 32, features, top, poolingNames }, options, {});
}

/**
 * ResNet-18: He et al. 2016, "Deep residual learning for image recognition", with the layers and names of torchvision
 * (`torchName` says them). 11,689,512 trainable parameters for 224x224x3 and 1,000 classes; pictures of at least 32x32.
 */
export function resnet18(options: NetOptions = {}): Model {
  return resnet("resnet18", options);
}

/** `resnet18` with 3, 4, 6 and 3 blocks. 21,797,672 trainable parameters. */
export function resnet34(options: NetOptions = {}): Model {
  return resnet("resnet34", options);
}

/**
 * ResNet-50 as torchvision has it, version 1.5: the stride in the 3x3 convolutions, no biases beside batch normalization.
 * 25,557,032 trainable parameters. Keras's is `resnet50`.
 */
export function resnet50v15(options: NetOptions = {}): Model {
  return resnet("resnet50-v1.5", options);
}
