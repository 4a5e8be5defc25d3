import { type DataFormat, type Layer, type SymbolicTensor, WITH_DATA_FORMAT } from "../../layers/index.ts";
import { Model } from "../../model/index.ts";
import type { Shape } from "../../tensor/index.ts";

/** How the rows of a dense layer's kernel stand for the places of the picture that was flattened before it. */
export interface Rows {
  readonly order: DataFormat;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Layers that leave every element in its place. */
const IN_PLACE: ReadonlySet<string> = new Set([
  ...["activation", "reLU", "leakyReLU", "elu", "pReLU", "dropout", "gaussianNoise", "spatialDropout2d"],
  ...["batchNormalization", "rescaling", "identity"],
]);

/** Of each dense layer after a flatten of pictures whose format is known. */
export function denseRows(model: Model): ReadonlyMap<Layer, Rows> {
  const rows = new Map<Layer, Rows>();
  for (const { layer, calls } of model.layers) {
    if (layer instanceof Model) for (const [inner, found] of denseRows(layer)) rows.set(inner, found);
    const [end] = calls[0]?.inputs ?? [];
    const found = layer.type === "dense" && end ? rowsBefore(end) : undefined;
    if (found) rows.set(layer, found);
  }
  return rows;
}

function rowsBefore(end: SymbolicTensor): Rows | undefined {
  const flattened = backTo(end, (type) => type === "flatten");
  const [picture] = flattened?.call.inputs ?? [];
  const source = picture && backTo(picture, (type) => WITH_DATA_FORMAT.has(type));
  if (!flattened || !picture || !source) return undefined;
  return rowsOf(picture.shape, formatOf(source.call.layer), formatOf(flattened.call.layer));
}

function formatOf({ config }: Layer): DataFormat {
  return config.dataFormat === "channelsFirst" ? "channelsFirst" : "channelsLast";
}

function rowsOf([a = 1, b = 1, c = 1]: Shape, pictures: DataFormat, flatten: DataFormat): Rows {
  if (pictures === "channelsLast") return { order: "channelsLast", height: a, width: b, channels: c };
  // Flatten itself moves channels to the end where it knows that they come first.
  const order = flatten === "channelsFirst" ? "channelsLast" : "channelsFirst";
  return { order, channels: a, height: b, width: c };
}

/** The nearest tensor on the way back that a layer of such a type made. */
function backTo(end: SymbolicTensor, isSuch: (type: string) => boolean): SymbolicTensor | undefined {
  for (let tensor: SymbolicTensor | undefined = end; tensor; ) {
    const { layer, inputs }: SymbolicTensor["call"] = tensor.call;
    if (isSuch(layer.type)) return tensor;
    if (layer instanceof Model) tensor = layer.outputs[tensor.index];
    else if (IN_PLACE.has(layer.type)) tensor = inputs[0];
    else return undefined;
  }
  return undefined;
}
