import { checkOptions } from "../checks/index.ts";
import {
  add,
  batchNormalization,
  conv2d,
  depthwiseConv2d,
  globalAveragePooling2d,
  type Layer,
  reLU,
  type SymbolicTensor,
  zeroPadding2d,
} from "../layers/index.ts";
import type { Model } from "../model/index.ts";
import { chain, type NetOptions, pictureNet, predictions } from "./net.ts";

/** Table 2: t, c, n, s. */
const STAGES: readonly (readonly [expansion: number, channels: number, blocks: number, strides: number])[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

const norm = (name: string) => batchNormalization({ name, momentum: 0.999 });
const relu6 = (name: string) => reLU({ name, maxValue: 6 });
const pointwise = (name: string, filters: number) =>
  conv2d({ name, filters, kernelSize: 1, padding: "same", useBias: false });

/** A 3x3 depthwise convolution; one that strides pads below and to the right, above and to the left for odd sizes only. */
function depthwise(name: string, strides: number, [height = 0, width = 0]: readonly number[]): Layer[] {
  const options = { name: `${name}_depthwise`, kernelSize: 3, strides, useBias: false };
  if (strides === 1) return [depthwiseConv2d({ ...options, padding: "same" })];
  const padding = [
    [height % 2, 1],
    [width % 2, 1],
  ] as const;
  return [zeroPadding2d({ name: `${name}_pad`, padding }), depthwiseConv2d(options)];
}

/**
 * An inverted residual block with a linear bottleneck (Sandler et al. 2018, "MobileNetV2: inverted residuals and linear
 * bottlenecks", section 3): 1x1 to `expansion` times the channels, 3x3 for each channel by itself, 1x1 to `channels`
 * without a nonlinearity; the input is added where the shapes agree.
 */
export function invertedResidualBlock(
  x: SymbolicTensor,
  name: string,
  options: { readonly expansion: number; readonly channels: number; readonly strides: number },
): SymbolicTensor {
  checkOptions("invertedResidualBlock", options, { expansion: true, channels: true, strides: true });
  const { expansion, channels, strides } = options;
  const inputs = x.shape.at(-1) ?? 1;
  const expand = [
    pointwise(`${name}_expand`, expansion * inputs),
    norm(`${name}_expand_BN`),
    relu6(`${name}_expand_relu`),
  ];
  const residual = chain(
    x,
    ...(expansion === 1 ? [] : expand),
    ...depthwise(name, strides, x.shape),
    norm(`${name}_depthwise_BN`),
    relu6(`${name}_depthwise_relu`),
    pointwise(`${name}_project`, channels),
    norm(`${name}_project_BN`),
  );
  return strides === 1 && inputs === channels ? add({ name: `${name}_add` })([x, residual]) : residual;
}

function features(x: SymbolicTensor): SymbolicTensor {
  let y = chain(
    x,
    conv2d({ name: "Conv1", filters: 32, kernelSize: 3, strides: 2, padding: "same", useBias: false }),
    norm("bn_Conv1"),
    relu6("Conv1_relu"),
  );
  let block = 0;
  for (const [expansion, channels, blocks, strides] of STAGES) {
    for (let i = 0; i < blocks; i++, block++) {
      const name = block === 0 ? "expanded_conv" : `block_${block}`;
      y = invertedResidualBlock(y, name, { expansion, channels, strides: i === 0 ? strides : 1 });
    }
  }
  return chain(y, pointwise("Conv_1", 1280), norm("Conv_1_bn"), relu6("out_relu"));
}

/**
 * MobileNetV2 (Sandler et al. 2018) of width 1, with the layers and names of Keras's MobileNetV2. 3,538,984 parameters for
 * 224x224x3 and 1,000 classes; pictures of at least 32x32.
 */
export function mobilenetV2(options: NetOptions = {}): Model {
  const top = (x: SymbolicTensor, classes: number) =>
    chain(x, globalAveragePooling2d({ name: "global_average_pooling2d" }), predictions(classes));
  return pictureNet({ name: "mobilenet-v2", inputShape: [224, 224, 3], smallest: 32, features, top }, options, {});
}
