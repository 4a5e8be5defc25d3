import { checkOptions } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import {
  averagePooling2d,
  dense,
  dropout,
  flatten,
  globalAveragePooling2d,
  localResponseNormalization,
  maxPooling2d,
  type SymbolicTensor,
} from "../layers/index.ts";
import type { Model } from "../model/index.ts";
import { type ConvolutionUnit, convNormRelu, convRelu, type InceptionSizes, inceptionModule } from "./inception.ts";
import { chain, type NetOptions, pictureNet, predictions } from "./net.ts";

/** The options of `googlenet` and `googlenetBn`. */
export interface GooglenetOptions extends NetOptions {
  /**
   * Adds the two auxiliary classifiers, on the modules 4a and 4d, as further outputs for training. The paper weights
   * their losses by 0.3: `fit(train, { lossWeights: { auxiliary1_predictions: 0.3, auxiliary2_predictions: 0.3 } })`.
   * Takes pictures of at least 65x65. Default `false`.
   */
  readonly auxiliary?: boolean;
  /** The fraction that the dropout before the classifier drops. Default 0.4; the auxiliary ones have 0.7. */
  readonly dropout?: number;
}

/** The modules of table 1; between the stages a max pooling halves the maps. */
const STAGES: readonly Readonly<Record<string, InceptionSizes>>[] = [
  { "3a": [64, 96, 128, 16, 32, 32], "3b": [128, 128, 192, 32, 96, 64] },
  {
    "4a": [192, 96, 208, 16, 48, 64],
    "4b": [160, 112, 224, 24, 64, 64],
    "4c": [128, 128, 256, 24, 64, 64],
    "4d": [112, 144, 288, 32, 64, 64],
    "4e": [256, 160, 320, 32, 128, 128],
  },
  { "5a": [256, 160, 320, 32, 128, 128], "5b": [384, 192, 384, 48, 128, 128] },
];

const AUXILIARY_RATE = 0.7;

const pool = (name: string) => maxPooling2d({ name, poolSize: 3, strides: 2, padding: "same" });

/** The paper does not say the numbers; these are those of its replication in Caffe, whose alpha is divided by n = 5. */
const normalize = (name: string) =>
  localResponseNormalization({ name, depthRadius: 2, bias: 1, alpha: 1e-4 / 5, beta: 0.75 });

/**
 * An auxiliary classifier (section 5): 5x5 average pooling, a 1x1 convolution of 128 kernels, a dense layer of 1,024, 70%
 * dropout.
 */
export function auxiliaryClassifier(
  x: SymbolicTensor,
  name: string,
  classes: number,
  options: { readonly convolution?: ConvolutionUnit; readonly rate?: number } = {},
): SymbolicTensor {
  checkOptions("auxiliaryClassifier", options, { convolution: true, rate: true });
  const { convolution = convRelu, rate = AUXILIARY_RATE } = options;
  const pooled = averagePooling2d({ name: `${name}_pool`, poolSize: 5, strides: 3 })(x);
  return chain(
    convolution(pooled, { name: `${name}_conv`, filters: 128, kernelSize: 1 }),
    flatten({ name: `${name}_flatten` }),
    dense({ name: `${name}_fc`, units: 1024, activation: "relu" }),
    dropout({ name: `${name}_drop`, rate }),
    predictions(classes, `${name}_predictions`),
  );
}

function build(name: string, normalized: boolean, options: GooglenetOptions): Model {
  const { auxiliary = false, dropout: rate = 0.4, includeTop = true } = options;
  if (auxiliary && !includeTop) {
    throw new StriateError(
      "usage",
      `model ${name}: auxiliary classifiers come with the classifier; leave one of both out`,
    );
  }
  const convolution = normalized ? convNormRelu : convRelu;
  const normalization = (layer: string) => (normalized ? [] : [normalize(layer)]);
  const maps = new Map<string, SymbolicTensor>();
  const features = (x: SymbolicTensor) => {
    let y = convolution(x, { name: "conv1", filters: 64, kernelSize: 7, strides: 2 });
    y = chain(y, pool("pool1"), ...normalization("norm1"));
    y = convolution(y, { name: "conv2_reduce", filters: 64, kernelSize: 1 });
    y = convolution(y, { name: "conv2", filters: 192, kernelSize: 3 });
    y = chain(y, ...normalization("norm2"), pool("pool2"));
    for (const [i, modules] of STAGES.entries()) {
      if (i > 0) y = pool(`pool${i + 2}`)(y);
      for (const [module, sizes] of Object.entries(modules)) {
        y = inceptionModule(y, `inception_${module}`, sizes, convolution);
        maps.set(module, y);
      }
    }
    return y;
  };
  const top = (x: SymbolicTensor, classes: number) => {
    const pooled = globalAveragePooling2d({ name: "avg_pool" })(x);
    const main = chain(pooled, dropout({ name: "drop", rate }), predictions(classes));
    const heads = (auxiliary ? ["4a", "4d"] : []).flatMap((module, i) => {
      const map = maps.get(module);
      const auxiliary = { convolution, rate: options.dropout ?? AUXILIARY_RATE };
      return map ? [auxiliaryClassifier(map, `auxiliary${i + 1}`, classes, auxiliary)] : [];
    });
    return [main, ...heads];
  };
  const poolingNames = { avg: "avg_pool", max: "max_pool" };
  const smallest = auxiliary ? 65 : 32;
  return pictureNet({ name, inputShape: [224, 224, 3], smallest, features, top, poolingNames }, options, {
    auxiliary: true,
    dropout: true,
  });
}

/**
 * GoogLeNet: Szegedy et al. 2015, "Going deeper with convolutions", table 1. 6,998,552 parameters for 224x224x3 and 1,000
 * classes, without the auxiliary classifiers; pictures of at least 32x32. Layers `conv1`, `conv2_reduce`, `conv2`,
 * `inception_3a_1x1`, ..., `avg_pool`, `predictions`.
 */
export function googlenet(options: GooglenetOptions = {}): Model {
  return build("googlenet", false, options);
}

/**
 * GoogLeNet with batch normalization after each convolution in place of its bias and of local response normalization
 * (Ioffe and Szegedy 2015). 7,005,832 trainable parameters; other than theirs it keeps the 5x5 kernels.
 */
export function googlenetBn(options: GooglenetOptions = {}): Model {
  return build("googlenet-bn", true, options);
}
