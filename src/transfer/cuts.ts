import type { DataFormat } from "../layers/index.ts";
import type { Model } from "../model/index.ts";
import type { CutPlace } from "./stages.ts";

/** How the layers of a net, or the nodes of an ONNX file, are cut in two. */
export interface Cuts {
  /** In the order of the computation. */
  readonly places: readonly CutPlace[];
  /** The order of the axes of the maps, whatever that of the pictures is. */
  readonly mapFormat: DataFormat;
  /** A model from the pictures to the maps of these places, an output for each, with the backbone's weights. */
  upTo(names: readonly string[]): Model;
}
