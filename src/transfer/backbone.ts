import { checkOptions, nearest, type OptionNames } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { loadModel } from "../formats/index.ts";
import type { DataFormat } from "../layers/index.ts";
import {
  type Model,
  type ModelPictures,
  type Preprocessing,
  pictureLayout,
  unitPreprocessing,
} from "../model/index.ts";
import { type Shape, shapeText } from "../tensor/index.ts";
import { type FetchWeightsOptions, NET_NAMES, pretrained } from "../zoo/index.ts";
import { layerCuts } from "./layerCuts.ts";
import { onnxCuts } from "./onnxCuts.ts";
import { type CutPlace, type Stage, stagesOf } from "./stages.ts";

/** How a net is opened as a backbone. */
export interface BackboneOptions {
  /**
   * The layer (in an ONNX file: the value) in which the features end: one of `backbone.places`. Default: the last that makes
   * feature maps of more than one pixel.
   */
  readonly cut?: string;
  /** [height, width, channels] of the pictures, for a net of the zoo or a file that leaves them open. Default: the net's own. */
  readonly inputShape?: Shape;
  /** What pictures go through. Default: what the net says of itself; for a file that says nothing, values from 0 to 1. */
  readonly preprocessing?: Preprocessing;
  /** How published weights are fetched. */
  readonly download?: Omit<FetchWeightsOptions, "includeTop">;
}

const BACKBONE: OptionNames<BackboneOptions> = { cut: true, inputShape: true, preprocessing: true, download: true };

/** A convolutional net whose features are used for other classes than it was trained for. */
export interface Backbone {
  /** What messages call it. */
  readonly name: string;
  /** The places at which it can be cut. */
  readonly places: readonly CutPlace[];
  /** From early to late: the last ends in the place where it is cut. */
  readonly stages: readonly Stage[];
  /** [height, width, channels] of the pictures. */
  readonly pictureShape: readonly [height: number, width: number, channels: number];
  /** Whether the net takes [channels, height, width]. */
  readonly channelsFirst: boolean;
  /** The order of the axes of the stages' maps. */
  readonly mapFormat: DataFormat;
  readonly preprocessing: Preprocessing;
  /** Whether the preprocessing is an assumption, since neither the net nor the options say one. */
  readonly assumed: boolean;
  /** A model from the pictures to the maps of some stages, an output for each, with the backbone's weights. */
  upTo(stages: readonly Stage[]): Model;
}

/**
 * Opens a net as a backbone: a name of the zoo with its ImageNet weights (`efficientnet-lite0` comes with Striate), the path
 * of a model (`.keras`, `.h5`, `.onnx`, `model.json`), or a model.
 * @throws StriateError `usage` for a net without feature maps, or that has no such cut; as `pretrained` and `loadModel`
 */
export async function openBackbone(source: string | Model, options: BackboneOptions = {}): Promise<Backbone> {
  checkOptions("openBackbone", options, BACKBONE);
  const { name, model } =
    typeof source === "string" ? await openNet(source, options) : { name: source.name, model: source };
  return backboneOf(name, model, options);
}

async function openNet(
  source: string,
  { inputShape, download }: BackboneOptions,
): Promise<{ name: string; model: Model }> {
  const shape = inputShape ? { inputShape } : {};
  if (NET_NAMES.includes(source)) {
    const { model } = await pretrained(source, { includeTop: false, ...shape, ...(download && { download }) });
    return { name: source, model };
  }
  if (!/[\\/.]/.test(source)) {
    const meant = nearest(source, NET_NAMES);
    const hint = meant === undefined ? `the nets are ${NET_NAMES.join(", ")}` : `did you mean ${meant}?`;
    throw new StriateError("usage", `${source} is neither a net of the zoo nor a file of a model; ${hint}`);
  }
  return { name: source, model: await loadModel(source, shape) };
}

function backboneOf(name: string, model: Model, { cut, preprocessing }: BackboneOptions): Backbone {
  const layout = pictureLayout(model);
  if (!layout) throw notPictures(name, model);
  const { height, width, channels, channelsFirst } = layout;
  const pictureShape = [height, width, channels] as const;
  const cuts = onnxCuts(model) ?? layerCuts(model, channelsFirst);
  const stages = stagesOf(name, cuts.places, pictureShape[0], cut);
  const known = preprocessing ?? model.pictures?.preprocessing;
  const unit = unitPreprocessing(pictureShape[2]);
  if (!known && !unit) throw notPictures(name, model);
  return {
    name,
    places: cuts.places,
    stages,
    pictureShape,
    channelsFirst,
    mapFormat: cuts.mapFormat,
    preprocessing: (known ?? unit) as Preprocessing,
    assumed: known === undefined,
    upTo: (wanted) => cuts.upTo(wanted.map((stage) => stage.name)),
  };
}

function notPictures(name: string, { inputs }: Model): StriateError {
  const shapes = inputs.map(({ shape }) => shapeText(shape)).join(" and ");
  const expected =
    "one input of pictures, [height, width, channels] or [channels, height, width] of 1, 3 or 4 channels";
  return new StriateError("shape", `${name} takes ${shapes}; a backbone takes ${expected}`);
}

/** What a model made of a backbone knows of its pictures. */
export function picturesOf(
  backbone: Backbone,
  classNames: readonly string[],
  fit: Preprocessing["fit"],
): ModelPictures {
  return { classNames, preprocessing: { ...backbone.preprocessing, ...(fit && { fit }) } };
}
