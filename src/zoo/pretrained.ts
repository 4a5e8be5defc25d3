import { checkOptions } from "../checks/index.ts";
import { loadWeights } from "../formats/lazy.ts";
import type { Model } from "../model/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { buildNet, ZOO, type ZooOptions } from "./table.ts";
import { TORCH_NETS, torchName } from "./torchName.ts";
import {
  BUNDLED_WEIGHTS,
  checkClasses,
  type FetchWeightsOptions,
  fetchWeights,
  PREPROCESSING,
  type PreprocessingMode,
  preprocessInput,
  publishedWeights,
  weightsFor,
} from "./weights/index.ts";

/** The options of `pretrained`. */
export interface PretrainedOptions extends Omit<ZooOptions, "weights"> {
  /** `imagenet` (default), or the path of a file: Keras's `.h5` or `.keras`, torchvision's `.pth`, safetensors, `.npz`. */
  readonly weights?: string;
  /** The most bytes that a file of weights may become in memory; default 256 MiB and 8 times its size. */
  readonly maxBytes?: number;
  /** How published weights are fetched: where they are kept, who is told of the progress, who says stop. */
  readonly download?: Omit<FetchWeightsOptions, "includeTop">;
}

/** A net with weights that somebody has trained, and what pictures must go through before it. */
export interface Pretrained {
  readonly model: Model;
  /** What its pictures learned from went through; undefined for weights of one's own. */
  readonly preprocessing: PreprocessingMode | undefined;
  /** RGB pictures with values from 0 to 255 as the net expects them; without a preprocessing, as they are. */
  preprocess(pictures: Tensor<"float32">): Tensor<"float32">;
}

/**
 * A net of the zoo with trained weights: those of ImageNet that its authors publish, fetched once and kept in the
 * user's cache, or those of a file.
 * @example
 * const { model, preprocess } = await pretrained("resnet50", { includeTop: false, pooling: "avg" });
 * const features = await model.predict(preprocess(pictures));
 * @throws StriateError `usage` for a net without published weights, or another number of classes than theirs; `io` when
 * they cannot be fetched, with the address, the hash and the path to put the file; `shape` when they do not fit.
 */
export async function pretrained(name: string, options: PretrainedOptions = {}): Promise<Pretrained> {
  checkOptions("pretrained", options, { ...ZOO, maxBytes: true, download: true });
  const { weights = "imagenet", download, maxBytes, ...net } = options;
  const most = maxBytes === undefined ? {} : { maxBytes };
  if (weights !== "imagenet") {
    const model = buildNet(name, net);
    await loadWeights(model, weights, { ...namesFor(name), ...most });
    return { model, preprocessing: undefined, preprocess: (pictures) => pictures };
  }
  const bundled = Object.hasOwn(BUNDLED_WEIGHTS, name) ? BUNDLED_WEIGHTS[name] : undefined;
  if (bundled) {
    checkClasses(name, net);
    const model = buildNet(name, net);
    model.setWeights(weightsFor(model, await bundled.weights()));
    return finished(model, bundled.preprocessing);
  }
  const { preprocessing } = publishedWeights(name);
  checkClasses(name, net);
  const model = buildNet(name, net);
  const path = await fetchWeights(name, { ...download, includeTop: net.includeTop ?? true });
  await loadWeights(model, path, { ...namesFor(name), ...most });
  return finished(model, preprocessing);
}

function finished(model: Model, mode: PreprocessingMode): Pretrained {
  // Published nets were tested on the middle of pictures, not on stretched ones.
  model.pictures = { preprocessing: { ...PREPROCESSING[mode], fit: "crop" } };
  return { model, preprocessing: mode, preprocess: (pictures) => preprocessInput(mode, pictures) };
}

/** What torchvision's files call the weights of a net that it has. */
function namesFor(net: string): { nameOf?: (key: string) => string } {
  return TORCH_NETS.includes(net) ? { nameOf: (key) => torchName(net, key) } : {};
}
