export { type AlexnetOptions, alexnet, alexnetTorch } from "./alexnet.ts";
export { type EfficientnetLiteOptions, efficientnetLite0 } from "./efficientnetLite.ts";
export { auxiliaryClassifier, type GooglenetOptions, googlenet, googlenetBn } from "./googlenet.ts";
export {
  type ConvolutionUnit,
  convNormRelu,
  convRelu,
  type InceptionOptions,
  type InceptionSizes,
  inceptionBottleneck,
  inceptionModule,
  inceptionNaive,
  type NaiveSizes,
  naiveInceptionModule,
} from "./inception.ts";
export { inceptionV3 } from "./inceptionV3.ts";
export { LeNet, type Lenet5Options, type LenetOptions, lenet, lenet5 } from "./lenet.ts";
export { invertedResidualBlock, mobilenetV2 } from "./mobilenetV2.ts";
export type { NetOptions } from "./net.ts";
export { NET_NAMES } from "./netNames.ts";
export { type Pretrained, type PretrainedOptions, pretrained } from "./pretrained.ts";
export { convolutionBlock, identityBlock, resnet50, resnet101, resnet152 } from "./resnet.ts";
export { basicBlock, bottleneckBlock, resnet18, resnet34, resnet50v15 } from "./resnetTorch.ts";
export { buildNet, type ZooOptions } from "./table.ts";
export { TORCH_NETS, torchName } from "./torchName.ts";
export { vgg16, vgg19, vggBlock } from "./vgg.ts";
export {
  BUNDLED_WEIGHTS,
  type BundledWeights,
  type DownloadOptions,
  type FetchWeightsOptions,
  fetchWeights,
  hashNote,
  PREPROCESSING,
  type PreprocessingMode,
  PUBLISHED_WEIGHTS,
  type PublishedFile,
  type PublishedHash,
  type PublishedWeights,
  preprocessInput,
  publishedFile,
} from "./weights/index.ts";
