// Rows of a dense layer after a flatten of pictures: in which order they stand in a model and in a file.
import { parseJson } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { dataError } from "../files/dataError.ts";
import { type DataFormat, type Layer, type SymbolicTensor, WITH_DATA_FORMAT } from "../layers/index.ts";
import { Model } from "../model/index.ts";
import { permute, type Shape, type Tensor, tensor } from "../tensor/index.ts";

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
function denseRows(model: Model): ReadonlyMap<Layer, Rows> {
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

/** The rows of a model's kernels by the keys of these weights. */
export function rowsByKey(model: Model): ReadonlyMap<string, Rows> {
  const rows = denseRows(model);
  const found = new Map<string, Rows>();
  const visit = (inner: Model, prefix: string) => {
    for (const { name, layer } of inner.layers) {
      const order = rows.get(layer);
      if (order) found.set(`${prefix}${name}/kernel`, order);
      if (layer instanceof Model) visit(layer, `${prefix}${name}/`);
    }
  };
  visit(model, "");
  return found;
}

/**
 * A kernel whose rows stand in the order `from`, in the order of the model.
 * @param from `undefined` where nothing says it: Keras's order, channels last, where that is the model's too
 * @param where names the file in messages
 * @throws StriateError `shape` where nothing says it and the model has channels first
 */
export function inOrderOf(
  kernel: Tensor<"float32">,
  rows: Rows | undefined,
  from: DataFormat | undefined,
  where: string,
  key: string,
): Tensor<"float32"> {
  if (!rows || rows.order === from || isEitherWay(rows)) return kernel;
  if (from !== undefined) return reordered(kernel, rows, from);
  if (rows.order === "channelsLast") return kernel;
  throw new StriateError(
    "shape",
    `${where}: the rows of ${key} stand for pictures that are flattened with channels first in the model, and the file does not ` +
      'say in which order it has them; say it by flattenedAs: "channelsFirst" or "channelsLast"',
  );
}

/** Whether both orders are the same. */
function isEitherWay({ channels, height, width }: Rows): boolean {
  return channels === 1 || height * width === 1;
}

function reordered(kernel: Tensor<"float32">, rows: Rows, from: DataFormat): Tensor<"float32"> {
  const { height, width, channels } = rows;
  const units = kernel.shape[1] ?? 1;
  const isFirst = from === "channelsFirst";
  const picture = isFirst ? [channels, height, width, units] : [height, width, channels, units];
  const moved = permute(tensor("float32", picture, kernel.data), isFirst ? [1, 2, 0, 3] : [2, 0, 1, 3]);
  return tensor("float32", kernel.shape, moved.data);
}

/** The key, in the metadata of a file of weights alone, of the list of kernels whose rows have channels first. */
const ROWS_KEY = "striate.channelsFirstRows";

/** What a file of weights alone must say of their order: texts by their keys, none for a net with channels last. */
export function rowMetadata(model: Model): Readonly<Record<string, string>> {
  const first = [...rowsByKey(model)].filter(([, rows]) => rows.order === "channelsFirst" && !isEitherWay(rows));
  return first.length > 0 ? { [ROWS_KEY]: JSON.stringify(first.map(([key]) => key)) } : {};
}

/** In which order a file has the rows of a kernel, as far as its metadata says it. @throws StriateError `data` */
export function rowsStated(
  metadata: Readonly<Record<string, string>> | undefined,
  file: string,
): (key: string) => DataFormat | undefined {
  const text = metadata?.[ROWS_KEY];
  if (text === undefined) return () => undefined;
  const wrong = (what: string) => dataError(file, `its ${ROWS_KEY} is no list of the keys of weights: it ${what}`);
  const keys = parseJson(text, wrong);
  if (!Array.isArray(keys)) throw wrong("is no list");
  return (key) => (keys.includes(key) ? "channelsFirst" : "channelsLast");
}
