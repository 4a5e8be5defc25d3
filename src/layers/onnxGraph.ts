import { nameText } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { GraphBuilder, type Value } from "../graph/index.ts";
import {
  type InstantiateOptions,
  instantiate,
  type OnnxModel,
  type OnnxParameter,
  parametersOf,
  type Shapes,
} from "../onnx/index.ts";
import { castTo } from "../ops/index.ts";
import { at, type DType, type Shape, sameShape, shapeText, type Tensor } from "../tensor/index.ts";
import { inBatches } from "./batches.ts";
import { type Feature, inApiOrder } from "./feature.ts";
import { completeLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import type { WeightSpec } from "./variable.ts";

/** The batch is the first dimension of every input and output. */
const BATCH = "batch";

/**
 * A network read from an ONNX file as a layer: as many inputs and outputs as the file has, in the file's order of
 * dimensions ([batch, channels, height, width] for pictures), the first being the batch. Its learnable initializers
 * are weights under their names in the file. In training Dropout drops, and a BatchNormalization goes on with its
 * given statistics.
 *
 * A file whose inputs have a number as their first dimension is taken for any batch all the same, if the batch stays the
 * first dimension of every result; shapes that Reshape, Expand and Resize were given as numbers then follow it. Else the
 * layer computes batches of that size (`batchSize`), several where a batch has more, the last one filled up with its
 * last example.
 * @throws StriateError `data` when something in the file is neither float32 nor known, `shape` when its first
 * dimension is no batch.
 */
export function onnxGraph(options: LayerOptions & { readonly model: OnnxModel; readonly maxBytes?: number }): Layer {
  const type = "onnxGraph";
  const checked = layerOptions(type, options, { model: true, maxBytes: true });
  const { model: file, maxBytes } = options;
  const parameters = parametersOf(file).filter(isFloat32);
  const learnt = new Set(parameters.map(({ name }) => name));
  const written = writtenBatch(file);
  const model = withOpenBatch(file);
  let batchSize: number | undefined;
  let shapes: Shapes | undefined;

  const add = (g: GraphBuilder, inputs: readonly Value[], weight: (name: string) => Value, how: InstantiateOptions) => {
    const named = new Map(model.inputs.map(({ name, dtype }, i) => [name, castTo(g, at(inputs, i), inputType(dtype))]));
    const parameter = (name: string) => (learnt.has(name) ? weight(name) : undefined);
    return [...instantiate(model, g, named, { ...how, maxBytes, parameter })];
  };
  const probe = (inputs: readonly Shape[], batch: number, how: InstantiateOptions) => {
    const g = new GraphBuilder(model.name);
    const values = inputs.map((shape, i) => g.input(`input ${i}`, "float32", [batch, ...shape]));
    const known = new Map(parameters.map(({ name, shape }) => [name, g.state(`weight ${name}`, "float32", shape)]));
    return outputShapesOf(
      add(g, values, (name) => known.get(name) as Value, how),
      batch,
    );
  };
  /** The file for another batch than the one that is written in it. */
  const other = (to: number): InstantiateOptions =>
    shapes && written !== undefined && to !== written ? { rebatch: { from: written, to, shapes } } : {};

  /** Finds out for which batches the file is. */
  const outputShapes = (inputs: readonly Shape[]): readonly Shape[] => {
    if (inputs.length !== model.inputs.length) {
      throw new StriateError("shape", `it takes ${model.inputs.length} inputs, received ${inputs.length}`);
    }
    if (written === undefined) return sameForAll([2, 3].map((batch) => probe(inputs, batch, {})));
    const found = new Map(model.inputs.map(({ name }, i): [string, Shape] => [name, [written, ...at(inputs, i)]]));
    const fixed = probe(inputs, written, { onShape: (name, shape) => found.set(name, shape) });
    shapes = found;
    batchSize = isAnyBatch() ? undefined : written;
    return fixed;

    function isAnyBatch(): boolean {
      try {
        for (const more of [1, 2]) probe(inputs, (written ?? 0) + more, other((written ?? 0) + more));
        return true;
      } catch (error) {
        if (error instanceof StriateError) return false;
        throw error;
      }
    }
  };
  const layer = completeLayer({
    type,
    options: checked,
    outputShapes,
    weights: () =>
      parameters.map(
        ({ name, shape, value, trainable }): WeightSpec => ({
          name,
          shape,
          initializer: () => value,
          trainable,
        }),
      ),
    build: ({ g, training, weight }, features): readonly Feature[] => {
      const inputs = features.map((feature) => inApiOrder(g, feature));
      const batch = at(at(inputs, 0).shape, 0);
      const outputs =
        batchSize === undefined
          ? add(g, inputs, weight, { training, ...other(batch) }).map(([, value]) => value)
          : inBatches(g, inputs, batchSize, (part) => add(g, part, weight, { training }).map(([, value]) => value));
      return outputs.map((value) => ({ value, moved: false }));
    },
  });
  return Object.defineProperty(layer, "batchSize", { get: () => batchSize, enumerable: true });
}

/** The outputs without the batch, which must be their first dimension. */
function outputShapesOf(outputs: readonly (readonly [string, Value])[], batch: number): readonly Shape[] {
  return outputs.map(([name, { shape, dtype }]) => {
    if (dtype === "float32" && shape[0] === batch) return shape.slice(1);
    const found = `${dtype}${shapeText(shape)}`;
    throw new StriateError(
      "shape",
      `its output ${nameText(name)} is ${found} for a batch of ${batch}; it must be float32, the batch first`,
    );
  });
}

function sameForAll([few, more]: readonly (readonly Shape[])[]): readonly Shape[] {
  const odd = few?.findIndex((shape, i) => !sameShape(shape, more?.[i] ?? [])) ?? -1;
  if (few && odd < 0) return few;
  throw new StriateError(
    "shape",
    `its output ${odd} is ${shapeText(few?.[odd] ?? [])} for each example of a batch of 2 and ${shapeText(more?.[odd] ?? [])} ` +
      "of a batch of 3: the first dimension of its inputs is no batch; striate run takes it as it is",
  );
}

/** The batch that is a number in the file, the same in all inputs. */
function writtenBatch({ inputs }: OnnxModel): number | undefined {
  const [first, ...others] = inputs.map(({ dims }) => dims?.[0]);
  return typeof first === "number" && first > 0 && others.every((size) => size === first) ? first : undefined;
}

/** The same network with an open batch. */
function withOpenBatch(model: OnnxModel): OnnxModel {
  const inputs = model.inputs.map((input) => ({
    ...input,
    dims: input.dims && [
      BATCH,
      ...input.dims.slice(1).map((size) => (size === input.dims?.[0] && typeof size === "string" ? BATCH : size)),
    ],
  }));
  return { ...model, inputs };
}

/** Pictures of bytes are taken as they are; the layers of a model give float32. */
function inputType(dtype: DType): DType {
  return dtype === "uint8" ? "uint8" : "float32";
}

function isFloat32(parameter: OnnxParameter): parameter is OnnxParameter & { readonly value: Tensor<"float32"> } {
  return parameter.dtype === "float32";
}
