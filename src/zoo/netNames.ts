// Beside the table of the nets, so that a help need not load them.

const NAMES = [
  "lenet",
  "lenet5",
  "alexnet",
  "alexnet-torch",
  "vgg16",
  "vgg19",
  "resnet18",
  "resnet34",
  "resnet50",
  "resnet101",
  "resnet152",
  "resnet50-v1.5",
  "inception-naive",
  "inception-bottleneck",
  "googlenet",
  "googlenet-bn",
  "inception-v3",
  "mobilenet-v2",
  "efficientnet-lite0",
] as const;

export type NetName = (typeof NAMES)[number];

/** The nets of the zoo, in the order in which lists have them. */
export const NET_NAMES: readonly string[] = NAMES;
