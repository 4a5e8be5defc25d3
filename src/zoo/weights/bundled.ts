import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { internalError } from "../../errors.ts";
import { decodeSafetensors } from "../../formats/index.ts";
import type { Weights } from "../../model/index.ts";
import { copyTensor, type Tensor } from "../../tensor/index.ts";
import type { PreprocessingMode } from "./preprocess.ts";

/** Weights that come with Striate and need no network. */
export interface BundledWeights {
  /** The path of a safetensors file with the weights of the whole net, in half precision where that is enough. */
  readonly path: string;
  /** The names of the classes in the order of the net's outputs. */
  readonly classNames: () => readonly string[];
  readonly preprocessing: PreprocessingMode;
}

/** The nets whose ImageNet weights lie in the folder `weights` of this package, by their names in the zoo. */
export const BUNDLED_WEIGHTS: Readonly<Record<string, BundledWeights>> = {
  "efficientnet-lite0": bundled("efficientnet-lite0", "lite"),
};

function bundled(net: string, preprocessing: PreprocessingMode): BundledWeights {
  const folder = new URL(`../../../weights/${net}/`, import.meta.url);
  return {
    path: fileURLToPath(new URL("weights.safetensors", folder)),
    classNames: () => JSON.parse(readFileSync(new URL("classes.json", folder), "utf8")),
    preprocessing,
  };
}

/** What is in the file of bundled weights, as float32. */
export function readBundled({ path }: BundledWeights): Weights {
  const { tensors } = decodeSafetensors(readFileSync(path), path);
  return new Map(
    [...tensors].map(([key, tensor]) => {
      if (tensor.dtype !== "float32") throw internalError(`${path}: ${key} is ${tensor.dtype}`);
      // Tensors of a file share its memory; weights are handed to engines one by one.
      return [key, copyTensor(tensor as Tensor<"float32">)];
    }),
  );
}
