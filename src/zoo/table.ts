import { nameText, type OptionNames, ownWord, unknownName, withHint } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { ActivationName, Pair } from "../layers/index.ts";
import type { Model } from "../model/index.ts";
import type { Shape } from "../tensor/index.ts";
import { alexnet, alexnetTorch } from "./alexnet.ts";
import { efficientnetLite0 } from "./efficientnetLite.ts";
import { googlenet, googlenetBn } from "./googlenet.ts";
import { inceptionBottleneck, inceptionNaive } from "./inception.ts";
import { inceptionV3 } from "./inceptionV3.ts";
import { lenet, lenet5 } from "./lenet.ts";
import { mobilenetV2 } from "./mobilenetV2.ts";
import { NET_NAMES, type NetName } from "./netNames.ts";
import { resnet50, resnet101, resnet152 } from "./resnet.ts";
import { resnet18, resnet34, resnet50v15 } from "./resnetTorch.ts";
import { vgg16, vgg19 } from "./vgg.ts";

/** What any net of the zoo may be given; each takes what it has a use for. */
export interface ZooOptions {
  readonly inputShape?: Shape;
  readonly classes?: number;
  readonly includeTop?: boolean;
  readonly pooling?: "avg" | "max";
  readonly weights?: "imagenet";
  readonly auxiliary?: boolean;
  readonly dropout?: number;
  readonly kernelSize?: Pair;
  readonly filters?: readonly [number, number];
  readonly activation?: ActivationName;
  readonly seed?: number;
}

/** The names of all of them. */
export const ZOO: OptionNames<ZooOptions> = {
  inputShape: true,
  classes: true,
  includeTop: true,
  pooling: true,
  weights: true,
  auxiliary: true,
  dropout: true,
  kernelSize: true,
  filters: true,
  activation: true,
  seed: true,
};

interface Net {
  readonly build: (options: ZooOptions) => Model;
  readonly options: readonly (keyof ZooOptions)[];
}

const PICTURE_OPTIONS = ["inputShape", "classes", "includeTop", "pooling", "seed"] as const;

/** A net for pictures with the options that all of them take, and some of its own. */
function forPictures(build: Net["build"], ...extra: readonly (keyof ZooOptions)[]): Net {
  return { build, options: [...PICTURE_OPTIONS, ...extra] };
}

const NETS: Readonly<Record<NetName, Net>> = {
  lenet: {
    build: (options) => lenet(options),
    options: ["inputShape", "classes", "kernelSize", "filters", "activation", "seed"],
  },
  lenet5: { build: lenet5, options: ["inputShape", "classes", "activation", "seed"] },
  alexnet: forPictures(alexnet, "dropout"),
  "alexnet-torch": forPictures(alexnetTorch, "dropout"),
  vgg16: forPictures(vgg16),
  vgg19: forPictures(vgg19),
  resnet18: forPictures(resnet18),
  resnet34: forPictures(resnet34),
  resnet50: forPictures(resnet50),
  resnet101: forPictures(resnet101),
  resnet152: forPictures(resnet152),
  "resnet50-v1.5": forPictures(resnet50v15),
  "inception-naive": { build: inceptionNaive, options: ["inputShape", "seed"] },
  "inception-bottleneck": { build: inceptionBottleneck, options: ["inputShape", "seed"] },
  googlenet: forPictures(googlenet, "auxiliary", "dropout"),
  "googlenet-bn": forPictures(googlenetBn, "auxiliary", "dropout"),
  "inception-v3": forPictures(inceptionV3),
  "mobilenet-v2": forPictures(mobilenetV2),
  "efficientnet-lite0": forPictures(efficientnetLite0, "weights"),
};

/**
 * A net of the zoo by name.
 * @throws StriateError `usage` for an unknown name or an option that this net does not have.
 */
export function buildNet(name: string, options: ZooOptions = {}): Model {
  if (!Object.hasOwn(NETS, name)) throw unknownName("model", name, NET_NAMES);
  const net = NETS[name as NetName];
  const unknown = (Object.keys(options) as (keyof ZooOptions)[]).filter(
    (option) => options[option] !== undefined && !net.options.includes(option),
  );
  if (unknown.length > 0) {
    const sentence = `model ${name} has no option ${unknown.map((option) => nameText(option)).join(", ")}`;
    throw new StriateError("usage", withHint(sentence, ownWord(unknown[0] ?? "", net.options), net.options, "it has"));
  }
  return net.build(options);
}
