import { platform } from "#platform";
import { internalError } from "../../errors.ts";
import { decodeSafetensors } from "../../formats/safetensors/safetensors.ts";
import type { Model, Weights } from "../../model/index.ts";
import { copyTensor, type Tensor } from "../../tensor/index.ts";
import type { PreprocessingMode } from "./preprocess.ts";

/** Weights that come with Striate and need no network. */
export interface BundledWeights {
  /** The path of a safetensors file with the weights of the whole net, in half precision where that is enough. */
  readonly path: string;
  /** The names of the classes in the order of the net's outputs. */
  readonly classNames: () => readonly string[];
  readonly preprocessing: PreprocessingMode;
  /** What is in the file, as float32; in a browser it is fetched. */
  readonly weights: () => Promise<Weights>;
  /** The same at once. @throws StriateError `usage` in a browser */
  readonly weightsSync: () => Weights;
}

/** The nets whose ImageNet weights lie in the folder `weights` of this package, by their names in the zoo. */
export const BUNDLED_WEIGHTS: Readonly<Record<string, BundledWeights>> = {
  // Bundlers see which files are meant where the addresses stand in these words. A script that is no module has none.
  "efficientnet-lite0": bundled(
    () => new URL("../../../weights/efficientnet-lite0/weights.safetensors", import.meta.url),
    () => new URL("../../../weights/efficientnet-lite0/classes.json", import.meta.url),
    "lite",
  ),
};

function bundled(weights: () => URL, classes: () => URL, preprocessing: PreprocessingMode): BundledWeights {
  return {
    get path() {
      return platform.assets.path(weights());
    },
    classNames: () => JSON.parse(new TextDecoder().decode(platform.assets.readSync(classes()))),
    weights: async () => decoded(await platform.assets.read(weights()), platform.assets.path(weights())),
    weightsSync: () => decoded(platform.assets.readSync(weights()), platform.assets.path(weights())),
    preprocessing,
  };
}

function decoded(bytes: Uint8Array, path: string): Weights {
  const { tensors } = decodeSafetensors(bytes, path);
  return new Map(
    [...tensors].map(([key, tensor]) => {
      if (tensor.dtype !== "float32") throw internalError(`${path}: ${key} is ${tensor.dtype}`);
      // Tensors of a file share its memory; weights are handed to engines one by one.
      return [key, copyTensor(tensor as Tensor<"float32">)];
    }),
  );
}

/** Those of a net's weights that are for this one, which may be without the classifier. */
export function weightsFor(net: Model, weights: Weights): Weights {
  const keys = new Set(net.weightSpecs.map(({ key }) => key));
  return new Map([...weights].filter(([key]) => keys.has(key)));
}
