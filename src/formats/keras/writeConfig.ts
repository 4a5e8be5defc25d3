import { StriateError } from "../../errors.ts";
import type { Layer, LayerCall, SymbolicTensor } from "../../layers/index.ts";
import { Model, type PlacedLayer } from "../../model/index.ts";
import type { Shape } from "../../tensor/index.ts";
import type { JsonRecord } from "./json.ts";
import { entryOfType, PACKAGE } from "./table.ts";

/**
 * A model as Keras 3 describes it in config.json: Sequential where it is a plain chain of layers, else Functional.
 * @throws StriateError `usage` that names every layer which no Keras file can hold
 */
export function kerasConfig(model: Model): JsonRecord {
  const strangers = strangersIn(model, "");
  if (strangers.length > 0) {
    throw new StriateError(
      "usage",
      `model ${model.name} cannot be saved for Keras: it has no class for ${strangers.join(", ")}`,
    );
  }
  return modelRecord(model, model.name);
}

function strangersIn(model: Model, prefix: string): readonly string[] {
  return model.layers.flatMap(({ name, layer }) => {
    if (layer instanceof Model) return strangersIn(layer, `${prefix}${name}/`);
    return entryOfType(layer.type) ? [] : [`${prefix}${name} (${layer.type})`];
  });
}

/** Keras's class for a model: Sequential holds a plain chain of layers and nothing else. */
export function modelClass(model: Model): "Sequential" | "Functional" {
  return model.type === "sequential" && isChain(model) ? "Sequential" : "Functional";
}

function isChain(model: Model): boolean {
  let [end] = model.inputs;
  if (model.inputs.length !== 1 || model.outputs.length !== 1) return false;
  for (const { calls } of model.layers) {
    const [call, ...others] = calls;
    if (!call || others.length > 0 || call.inputs.length !== 1 || call.inputs[0] !== end) return false;
    if (call.outputs.length !== 1) return false;
    [end] = call.outputs;
  }
  return end === model.outputs[0];
}

function modelRecord(model: Model, name: string): JsonRecord {
  const trainable = model.trainable;
  if (modelClass(model) === "Sequential") {
    const shape = batched(model.inputShape);
    return {
      module: "keras",
      class_name: "Sequential",
      config: {
        name,
        trainable,
        dtype: "float32",
        layers: [inputRecord(inputName(model, 0), model.inputShape), ...model.layers.map(layerRecord)],
        build_input_shape: shape,
      },
      registered_name: null,
      build_config: { input_shape: shape },
    };
  }
  const places = placesOf(model);
  const inputs = model.inputs.map(({ shape }, i) => {
    const inputLayer = inputName(model, i);
    return { ...inputRecord(inputLayer, shape), name: inputLayer, inbound_nodes: [] };
  });
  const layers = model.layers.map((placed) => ({
    ...layerRecord(placed),
    name: placed.name,
    inbound_nodes: placed.calls.map((call) => node(call, places)),
  }));
  const history = (tensor: SymbolicTensor) => places.get(tensor);
  return {
    module: "keras.src.models.functional",
    class_name: "Functional",
    config: {
      name,
      trainable,
      layers: [...inputs, ...layers],
      input_layers: model.inputs.map(history),
      output_layers: model.outputs.map(history),
    },
    registered_name: "Functional",
  };
}

/** A name that none of the layers has. */
function inputName(model: Model, index: number): string {
  const taken = new Set(model.layers.map(({ name }) => name));
  let name = model.inputNames[index] ?? "input";
  while (taken.has(name)) name = `${name}_input`;
  return name;
}

function batched(shape: Shape): readonly (number | null)[] {
  return [null, ...shape];
}

function inputRecord(name: string, shape: Shape): JsonRecord {
  return {
    module: "keras.layers",
    class_name: "InputLayer",
    config: { batch_shape: batched(shape), dtype: "float32", sparse: false, name },
    registered_name: null,
  };
}

function layerRecord({ name, layer, inputShapes, variables }: PlacedLayer): JsonRecord {
  if (layer instanceof Model) return modelRecord(layer, name);
  const entry = entryOfType(layer.type);
  if (!entry) throw new StriateError("usage", `layer ${name} (${layer.type}) cannot be saved for Keras`);
  const { className, ours, module } = entry;
  const shapes = inputShapes.map(batched);
  // Not every layer of Keras takes this one, and without weights it says nothing.
  const trainable = variables.size > 0 ? { trainable: layer.trainable } : {};
  return {
    module: ours ? PACKAGE.toLowerCase() : module,
    class_name: className,
    config: { name, ...trainable, dtype: "float32", ...entry.write(layer.config) },
    registered_name: ours ? `${PACKAGE}>${className}` : null,
    build_config: { input_shape: callsOnList(layer, shapes.length) ? shapes : shapes[0] },
  };
}

function callsOnList(layer: Layer, inputs: number): boolean {
  return inputs !== 1 || (entryOfType(layer.type)?.merges ?? false);
}

type History = readonly [layer: string, call: number, output: number];

/** What each tensor of the model is called in its config. */
function placesOf(model: Model): ReadonlyMap<SymbolicTensor, History> {
  const places = new Map<SymbolicTensor, History>();
  for (const { name, calls } of model.layers) {
    for (const [call, { outputs }] of calls.entries()) {
      for (const [i, output] of outputs.entries()) places.set(output, [name, call, i]);
    }
  }
  // Last: a model may begin at what a layer gives in another one.
  for (const [i, tensor] of model.inputs.entries()) places.set(tensor, [inputName(model, i), 0, 0]);
  return places;
}

function node({ layer, inputs }: LayerCall, places: ReadonlyMap<SymbolicTensor, History>): JsonRecord {
  const tensors = inputs.map((tensor) => ({
    class_name: "__keras_tensor__",
    config: { shape: batched(tensor.shape), dtype: "float32", keras_history: places.get(tensor) },
  }));
  return { args: callsOnList(layer, tensors.length) ? [tensors] : tensors, kwargs: {} };
}
