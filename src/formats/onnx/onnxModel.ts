import { checkOptions, nameText, type OptionNames, quoted } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import { callLayer, input } from "../../layers/index.ts";
import { onnxGraph } from "../../layers/onnxGraph.ts";
import { Model } from "../../model/index.ts";
import {
  fedWeights,
  nodeText,
  type OnnxInput,
  type OnnxModel,
  type ParseOptions,
  parseOnnx,
} from "../../onnx/index.ts";
import { type Shape, shapeText } from "../../tensor/index.ts";
import { PICTURES_KEY, takePictures } from "../pictureMetadata.ts";
import { sizeInside } from "./preprocessingInside.ts";

/** The options of `modelFromOnnx`. */
export interface OnnxModelOptions extends ParseOptions {
  /** Sizes for the file's dynamic dimensions other than the batch, by name: { height: 224, width: 224 }. */
  readonly bind?: Readonly<Record<string, number>>;
  /** The shape of its only input without the batch, in the file's own order: [3, 224, 224]. */
  readonly inputShape?: Shape;
  /** Bytes that a result may take, if it is to be more than is allowed for what the file holds. */
  readonly maxBytes?: number;
  /** How messages name `bind` and `inputShape`, where somebody gives them another way. */
  readonly words?: { readonly bind: (names: readonly string[]) => string; readonly inputShape: string };
}

const ONNX: OptionNames<OnnxModelOptions> = {
  bind: true,
  inputShape: true,
  maxBytes: true,
  outputs: true,
  words: true,
  name: true,
  readExternal: true,
};

const WORDS: NonNullable<OnnxModelOptions["words"]> = {
  bind: (names) => `bind: { ${names.map((name) => `${quoted(name)}: 224`).join(", ")} }`,
  inputShape: "inputShape",
};

/**
 * An ONNX file as a model: it predicts, has a cost, and can be trained and frozen like any other. One layer, `graph`,
 * holds the network; its weights are the file's learnable initializers, `graph/NAME`. Inputs are in the file's own
 * order, [channels, height, width] for pictures as a rule.
 *
 * A file with a batch written in it (a first dimension that is a number, often 1) is a model for any batch where the
 * batch stays the first dimension of every result: shapes given as numbers follow it. Where it does not, the model
 * computes batches of that size, which `model.batchSize` says.
 *
 * An input of uint8 takes float32 values as every model does, whole numbers from 0 to 255. A file with its preprocessing
 * inside (`saveOnnx`) is a model for pictures of the net's size, unless `bind` or `inputShape` says another.
 * @throws StriateError `data` for a damaged file or missing operators (all are listed), `usage` for dimensions that
 * neither `bind` nor `inputShape` gives
 */
export function modelFromOnnx(source: Uint8Array | OnnxModel, options: OnnxModelOptions = {}): Model {
  checkOptions("modelFromOnnx", options, ONNX);
  const { bind: given = {}, inputShape, maxBytes, words = WORDS, ...parsing } = options;
  const parsed = source instanceof Uint8Array ? parseOnnx(source, parsing) : source;
  const bind = { ...(inputShape ? {} : sizeInside(parsed.metadata, parsed.name)), ...given };
  checkInputs(parsed);
  if (inputShape && parsed.inputs.length !== 1) {
    throw new StriateError(
      "usage",
      `${parsed.name} has ${parsed.inputs.length} inputs, and ${words.inputShape} is for a single one; give ${words.bind(openNames(parsed))}`,
    );
  }
  const names = new Set<string>();
  const inputs = parsed.inputs.map((given) => {
    const name = given.name.replaceAll("/", "_");
    names.add(name);
    return input({ name, shape: shapeOf(parsed, given, bind, inputShape, words) });
  });
  const network = { model: parsed, ...(maxBytes !== undefined && { maxBytes }) };
  const layer = onnxGraph({ ...network, name: names.has("graph") ? "onnx_graph" : "graph" });
  const name = parsed.name.replace(/^.*[\\/]/, "").replace(/\.onnx$/i, "");
  const model = new Model({ type: "functional", inputs, outputs: callLayer(layer, inputs), name, seed: undefined });
  return takePictures(model, parsed.metadata.get(PICTURES_KEY), parsed.name);
}

/** @throws StriateError `data` for a file whose inputs are no examples */
function checkInputs(model: OnnxModel): void {
  if (model.inputs.length === 0) {
    throw new StriateError("data", `${model.name} has no inputs, so it is no model; striate run computes its outputs`);
  }
  for (const [name, node] of fedWeights(model)) {
    throw new StriateError(
      "data",
      `${model.name}: input ${quoted(name)} is what ${nodeText(node)} takes as its weights, not a batch of examples; ` +
        "give the file with its weights as initializers, or compute it as it is by striate run",
    );
  }
}

function openNames({ inputs }: OnnxModel): string[] {
  const open = inputs.flatMap(({ dims = [] }) => dims.slice(1).filter((size) => typeof size === "string"));
  return [...new Set(open)] as string[];
}

function shapeOf(
  model: OnnxModel,
  { name: input, dtype, dims }: OnnxInput,
  bind: Readonly<Record<string, number>>,
  inputShape: Shape | undefined,
  words: NonNullable<OnnxModelOptions["words"]>,
): Shape {
  const { name } = model;
  if (!dims || dims.length === 0 || (dtype !== "float32" && dtype !== "uint8")) {
    const found = dims ? `${dtype}[${dims.map((size) => size ?? "?").join(",")}]` : `${dtype} of any shape`;
    throw new StriateError(
      "data",
      `${name}: input ${nameText(input)} is ${found}; a model takes float32 or uint8 with the batch first. striate run takes any input`,
    );
  }
  const sizes = dims.slice(1).map((size) => (typeof size === "string" ? (bind[size] ?? size) : size));
  if (inputShape) {
    const fits = sizes.every((size, i) => typeof size !== "number" || size === inputShape[i]);
    if (fits && inputShape.length === sizes.length) return inputShape;
    throw new StriateError(
      "usage",
      `${name}: ${words.inputShape} is ${shapeText(inputShape)}, but input ${nameText(input)} is ` +
        `[${sizes.map((size) => size ?? "?").join(",")}] without the batch, in the file's own order`,
    );
  }
  return sizes.map((size, i) => {
    if (typeof size === "number") return size;
    const shape = `[${sizes.map((other) => (typeof other === "number" ? other : "?")).join(",")}]`;
    const named = openNames(model);
    const how = [model.inputs.length === 1 && words.inputShape, named.length > 0 && words.bind(named)];
    throw new StriateError(
      "usage",
      `${name}: dimension ${i + 1} of input ${nameText(input)} is open; of ${shape}, give all sizes by ` +
        `${how.filter((way) => way !== false).join(" or ") || "instantiate"}`,
    );
  });
}
