import { StriateError } from "../errors.ts";
import { callLayer, input, onnxGraph } from "../layers/index.ts";
import { Model } from "../model/index.ts";
import { type OnnxInput, type OnnxModel, type ParseOptions, parseOnnx } from "../onnx/index.ts";
import { PICTURES_KEY, takePictures } from "./pictureMetadata.ts";

export interface OnnxModelOptions extends ParseOptions {
  /** Sizes for the file's dynamic dimensions other than the batch, by name: { height: 224, width: 224 }. */
  readonly bind?: Readonly<Record<string, number>>;
}

/**
 * An ONNX file as a model: it predicts, has a cost, and can be trained and frozen like any other. One layer, `graph`,
 * holds the network; its weights are the file's learnable initializers, `graph/NAME`. Inputs are in the file's own
 * order, [channels, height, width] for pictures as a rule.
 * @throws StriateError `data` for a damaged file or missing operators (all are listed), `usage` for dimensions that
 * `bind` does not give
 */
export function modelFromOnnx(source: Uint8Array | OnnxModel, { bind = {}, ...options }: OnnxModelOptions = {}): Model {
  const parsed = source instanceof Uint8Array ? parseOnnx(source, options) : source;
  const names = new Set<string>();
  const inputs = parsed.inputs.map((given) => {
    const name = given.name.replaceAll("/", "_");
    names.add(name);
    return input({ name, shape: shapeOf(parsed, given, bind) });
  });
  const layer = onnxGraph({ model: parsed, name: names.has("graph") ? "onnx_graph" : "graph" });
  const name = parsed.name.replace(/^.*[\\/]/, "").replace(/\.onnx$/i, "");
  const model = new Model({ type: "functional", inputs, outputs: callLayer(layer, inputs), name, seed: undefined });
  return takePictures(model, parsed.metadata.get(PICTURES_KEY), parsed.name);
}

function shapeOf({ name }: OnnxModel, { name: input, dtype, dims }: OnnxInput, bind: Readonly<Record<string, number>>) {
  if (!dims || dims.length === 0 || dtype !== "float32") {
    const found = dims ? `${dtype}[${dims.map((size) => size ?? "?").join(",")}]` : `${dtype} of any shape`;
    throw new StriateError(
      "data",
      `${name}: input ${input} is ${found}; a model takes float32 with the batch first. striate run takes any input`,
    );
  }
  return dims.slice(1).map((size, i) => {
    const known = typeof size === "string" ? bind[size] : size;
    if (known !== undefined) return known;
    throw new StriateError(
      "usage",
      `${name}: dimension ${i + 1} of input ${input} is open; give its size: bind: { ${JSON.stringify(size ?? "?")}: 224 }`,
    );
  });
}
