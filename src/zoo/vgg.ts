import { conv2d, dense, flatten, maxPooling2d, type SymbolicTensor } from "../layers/index.ts";
import type { Model } from "../model/index.ts";
import { at } from "../tensor/index.ts";
import { chain, type NetOptions, pictureNet, predictions } from "./net.ts";

/** The kernels of each convolution of the five blocks. */
const FILTERS = [64, 128, 256, 512, 512];

/** How many convolutions the blocks have: configurations D and E of table 1. */
const CONVOLUTIONS = { vgg16: [2, 2, 3, 3, 3], vgg19: [2, 2, 4, 4, 4] };

/**
 * Convolutions 3x3 that keep the size, and a 2x2 max pooling: `NAME_conv1`, `NAME_conv2`, ..., `NAME_pool`. Two of them
 * see 5x5 pixels and three 7x7, with fewer weights than one large kernel has (Simonyan and Zisserman 2015, section 2.3).
 */
export function vggBlock(x: SymbolicTensor, name: string, filters: number, convolutions: number): SymbolicTensor {
  const convs = Array.from({ length: convolutions }, (_, i) =>
    conv2d({ name: `${name}_conv${i + 1}`, filters, kernelSize: 3, padding: "same", activation: "relu" }),
  );
  return chain(x, ...convs, maxPooling2d({ name: `${name}_pool` }));
}

function vgg(name: keyof typeof CONVOLUTIONS, options: NetOptions): Model {
  const features = (x: SymbolicTensor) =>
    CONVOLUTIONS[name].reduce((y, convolutions, i) => vggBlock(y, `block${i + 1}`, at(FILTERS, i), convolutions), x);
  const top = (x: SymbolicTensor, classes: number) =>
    chain(
      x,
      flatten({ name: "flatten" }),
      dense({ name: "fc1", units: 4096, activation: "relu" }),
      dense({ name: "fc2", units: 4096, activation: "relu" }),
      predictions(classes),
    );
  return pictureNet({ name, inputShape: [224, 224, 3], smallest: 32, features, top }, options, {});
}

/**
 * VGG16: Simonyan and Zisserman 2015, "Very deep convolutional networks for large-scale image recognition", with the
 * layers of Keras's VGG16, which has no dropout. 138,357,544 parameters for 224x224x3 and 1,000 classes; pictures of at
 * least 32x32.
 */
export function vgg16(options: NetOptions = {}): Model {
  return vgg("vgg16", options);
}

/** VGG19: `vgg16` with one more convolution in each of the last three blocks. 143,667,240 parameters. */
export function vgg19(options: NetOptions = {}): Model {
  return vgg("vgg19", options);
}
