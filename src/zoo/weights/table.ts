import { quoted, withHint } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import { BUNDLED_WEIGHTS } from "./bundled.ts";
import type { PublishedHash } from "./hash.ts";
import type { PreprocessingMode } from "./preprocess.ts";

/** One published file. */
export interface PublishedFile {
  readonly url: string;
  /** Left out where its authors publish none. */
  readonly hash?: PublishedHash;
}

/** Weights that somebody published for a net of the zoo. */
export interface PublishedWeights {
  /** `h5`: Keras's weights; `pth`: a PyTorch state dict. */
  readonly format: "h5" | "pth";
  /** The whole net, down to the 1,000 classes of ImageNet in the order of its class index. */
  readonly top: PublishedFile;
  /** Without the classifier; where there is no such file, the loader leaves the classifier of `top` out. */
  readonly noTop?: PublishedFile;
  readonly classes: number;
  /** What the pictures that these weights learned from went through. */
  readonly preprocessing: PreprocessingMode;
}

const KERAS = "https://storage.googleapis.com/tensorflow/keras-applications";
const TORCHVISION = "https://download.pytorch.org/models";

/** The MD5 hashes are those in Keras's own sources, with and without the classifier. */
function keras(
  folder: string,
  stem: string,
  preprocessing: PreprocessingMode,
  [top, noTop]: readonly [string, string],
): PublishedWeights {
  const file = (ending: string, digits: string): PublishedFile => ({
    url: `${KERAS}/${folder}/${stem}_weights_tf_dim_ordering_tf_kernels${ending}.h5`,
    hash: { algorithm: "md5", digits },
  });
  return { format: "h5", top: file("", top), noTop: file("_notop", noTop), classes: 1000, preprocessing };
}

/** torchvision's file names end with the first 8 digits of the file's SHA-256. */
function torchvision(stem: string, digits: string): PublishedWeights {
  const url = `${TORCHVISION}/${stem}-${digits}.pth`;
  return {
    format: "pth",
    top: { url, hash: { algorithm: "sha256", digits } },
    classes: 1000,
    preprocessing: "torch",
  };
}

/**
 * Where the authors of ImageNet weights publish them, by the net's name in the zoo, as Keras 3.15.1
 * (`keras/src/applications`) and torchvision 0.29.2 (`torchvision/models`) say it.
 */
export const PUBLISHED_WEIGHTS: Readonly<Record<string, PublishedWeights>> = {
  vgg16: keras("vgg16", "vgg16", "caffe", ["64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc"]),
  vgg19: keras("vgg19", "vgg19", "caffe", ["cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6"]),
  resnet18: torchvision("resnet18", "f37072fd"),
  resnet34: torchvision("resnet34", "b627a593"),
  resnet50: keras("resnet", "resnet50", "caffe", [
    "2cb95161c43110f7111970584f804107",
    "4d473c1dd8becc155b73f8504c6f6626",
  ]),
  resnet101: keras("resnet", "resnet101", "caffe", [
    "f1aeb4b969a6efcfb50fad2f0c20cfc5",
    "88cf7a10940856eca736dc7b7e228a21",
  ]),
  resnet152: keras("resnet", "resnet152", "caffe", [
    "100835be76be38e30d865e96f2aaae62",
    "ee4c566cf9a93f14d82f913c2dc6dd0c",
  ]),
  // Stride 2 in the 3x3 convolution of a block, not in its first 1x1 as above; torchvision's first weights.
  "resnet50-v1.5": torchvision("resnet50", "0676ba61"),
  "inception-v3": keras("inception_v3", "inception_v3", "tf", [
    "9a0d58056eeedaa3f26cb7ebd46da564",
    "bcbd6486424b2319ff4ef7d526e38f63",
  ]),
  // Width 1.0 at 224x224. Keras publishes no hash of these two.
  "mobilenet-v2": {
    format: "h5",
    top: { url: `${KERAS}/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5` },
    noTop: { url: `${KERAS}/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5` },
    classes: 1000,
    preprocessing: "tf",
  },
  // The net of "One weird trick" (Krizhevsky 2014): one tower, no local response normalization.
  "alexnet-torch": torchvision("alexnet-owt", "7be5be79"),
};

/** @throws StriateError `usage` for a net without published weights; it names those that have some. */
export function publishedWeights(name: string): PublishedWeights {
  const found = Object.hasOwn(PUBLISHED_WEIGHTS, name) ? PUBLISHED_WEIGHTS[name] : undefined;
  if (found) return found;
  const sentence = `there are no published weights of ${quoted(name)}`;
  throw new StriateError(
    "usage",
    withHint(sentence, name, [...Object.keys(PUBLISHED_WEIGHTS), ...Object.keys(BUNDLED_WEIGHTS)], "there are some of"),
  );
}

/**
 * The file with a net's published weights. Where none is published without the classifier, the one with it.
 * @throws StriateError `usage` for a net without published weights
 */
export function publishedFile(name: string, includeTop: boolean): PublishedFile {
  return fileOf(publishedWeights(name), includeTop);
}

export function fileOf({ top, noTop }: PublishedWeights, includeTop: boolean): PublishedFile {
  return (includeTop ? undefined : noTop) ?? top;
}
