import {
  conv2d,
  dense,
  dropout,
  flatten,
  type Layer,
  localResponseNormalization,
  maxPooling2d,
  permute,
  type SymbolicTensor,
  zeroPadding2d,
} from "../layers/index.ts";
import type { Model } from "../model/index.ts";
import { chain, type NetOptions, pictureNet, predictions } from "./net.ts";

/** The options of `alexnet`. */
export interface AlexnetOptions extends NetOptions {
  /** The fraction that the classifier's dropout drops. Default 0.5. */
  readonly dropout?: number;
}

/** k = 2, n = 5, alpha = 1e-4, beta = 0.75 of section 3.3. */
const normalize = (name: string) =>
  localResponseNormalization({ name, depthRadius: 2, bias: 2, alpha: 1e-4, beta: 0.75 });

/** 3x3 windows, 2 apart: they overlap (section 3.4). */
const pool = (name: string) => maxPooling2d({ name, poolSize: 3, strides: 2 });

const fullyConnected = (name: string) => dense({ name, units: 4096, activation: "relu" });

/** A convolution that keeps the size; in two groups it sees only the half of the channels that its own GPU had. */
function convolution(name: string, filters: number, kernelSize: number, groups = 1): Layer {
  return conv2d({ name, filters, kernelSize, padding: "same", groups, activation: "relu" });
}

/**
 * AlexNet: Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification with deep convolutional neural networks",
 * section 3.5, the two GPUs as two groups. 60,965,224 parameters for 227x227x3 and 1,000 classes; pictures of at least
 * 67x67. Layers: conv1 to conv5, norm1, norm2, pool1, pool2, pool5, fc6, fc7, predictions.
 */
export function alexnet(options: AlexnetOptions = {}): Model {
  const { dropout: rate = 0.5 } = options;
  const features = (x: SymbolicTensor) =>
    chain(
      x,
      conv2d({ name: "conv1", filters: 96, kernelSize: 11, strides: 4, activation: "relu" }),
      normalize("norm1"),
      pool("pool1"),
      convolution("conv2", 256, 5, 2),
      normalize("norm2"),
      pool("pool2"),
      convolution("conv3", 384, 3),
      convolution("conv4", 384, 3, 2),
      convolution("conv5", 256, 3, 2),
      pool("pool5"),
    );
  const top = (x: SymbolicTensor, classes: number) =>
    chain(
      x,
      flatten({ name: "flatten" }),
      fullyConnected("fc6"),
      dropout({ name: "drop6", rate }),
      fullyConnected("fc7"),
      dropout({ name: "drop7", rate }),
      predictions(classes),
    );
  return pictureNet({ name: "alexnet", inputShape: [227, 227, 3], smallest: 67, features, top }, options, {
    dropout: true,
  });
}

/**
 * AlexNet in one tower without normalization, as torchvision has it: Krizhevsky 2014, "One weird trick for parallelizing
 * convolutional neural networks". 61,100,840 parameters for 224x224x3 and 1,000 classes; pictures of at least 63x63.
 *
 * torchvision pools the last maps to 6x6 whatever their size; they are 6x6 for pictures of 224x224, and here they stay
 * what they are. The classifier takes them in PyTorch's order, channels first, so that its weights fit.
 */
export function alexnetTorch(options: AlexnetOptions = {}): Model {
  const { dropout: rate = 0.5 } = options;
  const features = (x: SymbolicTensor) =>
    chain(
      x,
      zeroPadding2d({ name: "conv1_pad", padding: 2 }),
      conv2d({ name: "conv1", filters: 64, kernelSize: 11, strides: 4, activation: "relu" }),
      pool("pool1"),
      convolution("conv2", 192, 5),
      pool("pool2"),
      convolution("conv3", 384, 3),
      convolution("conv4", 256, 3),
      convolution("conv5", 256, 3),
      pool("pool5"),
    );
  const top = (x: SymbolicTensor, classes: number) =>
    chain(
      x,
      permute({ name: "channels_first", dims: [3, 1, 2] }),
      flatten({ name: "flatten" }),
      dropout({ name: "drop6", rate }),
      fullyConnected("fc6"),
      dropout({ name: "drop7", rate }),
      fullyConnected("fc7"),
      predictions(classes),
    );
  return pictureNet({ name: "alexnet-torch", inputShape: [224, 224, 3], smallest: 63, features, top }, options, {
    dropout: true,
  });
}
