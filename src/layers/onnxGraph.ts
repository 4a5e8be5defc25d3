import { StriateError } from "../errors.ts";
import { GraphBuilder, type Value } from "../graph/index.ts";
import { instantiate, type OnnxModel, type OnnxParameter, parametersOf } from "../onnx/index.ts";
import { at, type Shape, shapeText, type Tensor } from "../tensor/index.ts";
import { type Feature, inApiOrder } from "./feature.ts";
import { completeLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import type { WeightSpec } from "./variable.ts";

/** Two batches by which a file is known to take any. */
const [FEW, MORE] = [2, 3];

/** The batch is the first dimension of every input and output. */
const BATCH = "batch";

/**
 * A network read from an ONNX file as a layer: as many inputs and outputs as the file has, in the file's order of
 * dimensions ([batch, channels, height, width] for pictures), the first being the batch. Its learnable initializers
 * are weights under their names in the file. In training Dropout drops, and a BatchNormalization goes on with its
 * given statistics.
 * @throws StriateError `data` when something in the file is neither float32 nor known, `shape` when its first
 * dimension is no batch.
 */
export function onnxGraph(options: LayerOptions & { readonly model: OnnxModel }): Layer {
  const type = "onnxGraph";
  const checked = layerOptions(type, options, { model: true });
  const parameters = parametersOf(options.model).filter(isFloat32);
  const model = freed(options.model);
  const run = (g: GraphBuilder, inputs: readonly Value[], training: boolean, weight: (name: string) => Value) => {
    const named = new Map(model.inputs.map(({ name }, i) => [name, at(inputs, i)]));
    const learnt = new Set(parameters.map(({ name }) => name));
    return instantiate(model, g, named, {
      training,
      parameter: (name) => (learnt.has(name) ? weight(name) : undefined),
    });
  };
  const shapesFor = (inputs: readonly Shape[], batch: number): readonly Shape[] => {
    const g = new GraphBuilder(model.name);
    const values = inputs.map((shape, i) => g.input(`input ${i}`, "float32", [batch, ...shape]));
    const known = new Map(parameters.map(({ name, shape }) => [name, g.state(`weight ${name}`, "float32", shape)]));
    const outputs = run(g, values, false, (name) => known.get(name) as Value);
    return [...outputs].map(([name, { shape, dtype }]) => {
      if (dtype === "float32" && shape[0] === batch) return shape.slice(1);
      const found = `${dtype}${shapeText(shape)}`;
      throw new StriateError(
        "shape",
        `its output ${name} is ${found} for a batch of ${batch}; it must be float32, the batch first`,
      );
    });
  };
  return completeLayer({
    type,
    options: checked,
    outputShapes: (inputs) => {
      if (inputs.length !== model.inputs.length) {
        throw new StriateError("shape", `it takes ${model.inputs.length} inputs, received ${inputs.length}`);
      }
      shapesFor(inputs, MORE);
      return shapesFor(inputs, FEW);
    },
    weights: () =>
      parameters.map(
        ({ name, shape, value, trainable }): WeightSpec => ({
          name,
          shape,
          initializer: () => value,
          trainable,
        }),
      ),
    build: ({ g, training, weight }, inputs): readonly Feature[] => {
      const values = inputs.map((input) => inApiOrder(g, input));
      return [...run(g, values, training, weight).values()].map((value) => ({ value, moved: false }));
    },
  });
}

/** The same network for any batch, where the file says one. */
function freed(model: OnnxModel): OnnxModel {
  const inputs = model.inputs.map((input) => ({
    ...input,
    dims: input.dims && [
      BATCH,
      ...input.dims.slice(1).map((size) => (size === input.dims?.[0] && typeof size === "string" ? BATCH : size)),
    ],
  }));
  return { ...model, inputs };
}

function isFloat32(parameter: OnnxParameter): parameter is OnnxParameter & { readonly value: Tensor<"float32"> } {
  return parameter.dtype === "float32";
}
