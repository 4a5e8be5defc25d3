import { internalError, StriateError } from "../../errors.ts";
import type { Layer, LayerCall, SymbolicTensor } from "../../layers/index.ts";
import { Model, type PlacedLayer } from "../../model/index.ts";
import { at, type Shape } from "../../tensor/index.ts";
import type { JsonRecord } from "./json.ts";
import { Sharing } from "./sharing.ts";
import { entryOfType, PACKAGE } from "./table.ts";
import { writtenOperation } from "./writtenOperations.ts";

/**
 * A model as Keras 3 describes it in config.json: Sequential where it is a plain chain of layers, else Functional.
 * @throws StriateError `usage` that names every layer which no Keras file can hold
 */
export function kerasConfig(model: Model): JsonRecord {
  const strangers = strangersIn(model, "");
  if (strangers.length > 0) {
    throw new StriateError(
      "usage",
      `model ${model.name} cannot be saved for Keras: it has no class for ${strangers.join(", ")}, and the file holds no code; ` +
        "save the weights alone as .safetensors, or the operators as .onnx",
    );
  }
  return modelRecord(model, model.name, new Sharing(model));
}

function strangersIn(model: Model, prefix: string): readonly string[] {
  return model.layers.flatMap(({ name, layer }) => {
    if (layer instanceof Model) return strangersIn(layer, `${prefix}${name}/`);
    return entryOfType(layer.type) || writtenOperation(layer) ? [] : [`${prefix}${name} (${layer.type})`];
  });
}

/** Keras's class for a model: Sequential holds a plain chain of layers and nothing else. */
export function modelClass(model: Model): "Sequential" | "Functional" {
  return model.type === "sequential" && isChain(model) ? "Sequential" : "Functional";
}

function isChain(model: Model): boolean {
  let [end] = model.inputs;
  if (model.inputs.length !== 1 || model.outputs.length !== 1) return false;
  for (const { layer, calls } of model.layers) {
    // Sequential models of Keras hold layers and no operations.
    if (writtenOperation(layer)) return false;
    const [call, ...others] = calls;
    if (!call || others.length > 0 || call.inputs.length !== 1 || call.inputs[0] !== end) return false;
    if (call.outputs.length !== 1) return false;
    [end] = call.outputs;
  }
  return end === model.outputs[0];
}

function modelRecord(model: Model, name: string, sharing: Sharing): JsonRecord {
  const trainable = model.trainable;
  const isSequential = modelClass(model) === "Sequential";
  const sharedSoFar: Layer[] = [];
  const layerRecords = model.layers.map((placed) => {
    const record = layerRecord(placed, sharing);
    // Keras calls all layers of a Sequential model anew when it adds one.
    if (isSequential && sharing.idOf(placed.layer) !== undefined) sharedSoFar.push(placed.layer);
    for (const layer of sharedSoFar) sharing.called(layer, 1);
    return record;
  });
  if (isSequential) {
    const shape = batched(model.inputShape);
    return {
      module: "keras",
      class_name: "Sequential",
      config: {
        name,
        trainable,
        dtype: "float32",
        layers: [inputRecord(at(inputNames(model, sharing), 0), model.inputShape), ...layerRecords],
        build_input_shape: shape,
      },
      registered_name: null,
      build_config: { input_shape: shape },
    };
  }
  const places = placesOf(model, sharing);
  const names = inputNames(model, sharing);
  const inputs = model.inputs.map(({ shape }, i) => {
    const inputLayer = at(names, i);
    return { ...inputRecord(inputLayer, shape), name: inputLayer, inbound_nodes: [] };
  });
  const layers = model.layers.map((placed, i) => ({
    ...layerRecords[i],
    name: sharing.nameOf(placed),
    inbound_nodes: placed.calls.map((call) => node(call, places)),
  }));
  for (const { layer, calls } of model.layers) sharing.called(layer, calls.length);
  return {
    module: "keras.src.models.functional",
    class_name: "Functional",
    config: {
      name,
      trainable,
      layers: [...inputs, ...layers],
      input_layers: ends(model.inputs, places),
      output_layers: ends(model.outputs, places),
    },
    registered_name: "Functional",
  };
}

/** The ends of a model, a single one without a list around it: the model is called on a tensor then, and gives one. */
function ends(tensors: readonly SymbolicTensor[], places: Places): unknown {
  // Keras counts the calls of a Functional model from 1 here, and only here.
  const written = tensors.map((tensor) => {
    const { layer, call, output, isFunctional } = placeOf(tensor, places);
    return [layer, isFunctional ? call + 1 : call, output];
  });
  return written.length === 1 ? written[0] : written;
}

/** Names that none of the layers has, and no two of them alike. */
function inputNames(model: Model, sharing: Sharing): readonly string[] {
  const taken = new Set(model.layers.map((placed) => sharing.nameOf(placed)));
  return model.inputNames.map((inputName) => {
    let name = inputName;
    while (taken.has(name)) name = `${name}_input`;
    taken.add(name);
    return name;
  });
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

function layerRecord(placed: PlacedLayer, sharing: Sharing): JsonRecord {
  const { layer } = placed;
  const name = sharing.nameOf(placed);
  const write = () => (layer instanceof Model ? modelRecord(layer, name, sharing) : plainRecord(placed, name));
  const id = sharing.idOf(layer);
  return id === undefined ? write() : { ...sharing.once(layer, write), shared_object_id: id };
}

function plainRecord({ layer, inputShapes, variables }: PlacedLayer, name: string): JsonRecord {
  const operation = writtenOperation(layer, inputShapes[0]?.length);
  if (operation) {
    const { module, className, config } = operation;
    return {
      module: `keras.src.ops.${module}`,
      class_name: className,
      config: { name, ...config },
      registered_name: className,
    };
  }
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

/** Where a tensor of a model comes from, as Keras counts inside of the model. */
interface Place {
  readonly layer: string;
  readonly call: number;
  readonly output: number;
  readonly isFunctional: boolean;
}

type Places = ReadonlyMap<SymbolicTensor, Place>;

function placesOf(model: Model, sharing: Sharing): Places {
  const places = new Map<SymbolicTensor, Place>();
  for (const placed of model.layers) {
    const { layer, calls } = placed;
    const name = sharing.nameOf(placed);
    const before = sharing.callsBefore(layer);
    const isFunctional = layer instanceof Model && modelClass(layer) === "Functional";
    for (const [i, { outputs }] of calls.entries()) {
      for (const [output, tensor] of outputs.entries()) {
        places.set(tensor, { layer: name, call: before + i, output, isFunctional });
      }
    }
  }
  const names = inputNames(model, sharing);
  // Last: a model may begin at what a layer gives in another one.
  for (const [i, tensor] of model.inputs.entries()) {
    places.set(tensor, { layer: at(names, i), call: 0, output: 0, isFunctional: false });
  }
  return places;
}

function placeOf(tensor: SymbolicTensor, places: Places): Place {
  const place = places.get(tensor);
  if (place) return place;
  throw internalError("a model for Keras uses a tensor that none of its layers makes");
}

function node({ layer, inputs }: LayerCall, places: Places): JsonRecord {
  const tensors = inputs.map((tensor) => {
    const { layer: name, call, output } = placeOf(tensor, places);
    return {
      class_name: "__keras_tensor__",
      config: { shape: batched(tensor.shape), dtype: "float32", keras_history: [name, call, output] },
    };
  });
  const operation = writtenOperation(layer);
  if (operation) return { args: [...tensors, ...operation.args], kwargs: {} };
  return { args: callsOnList(layer, tensors.length) ? [tensors] : tensors, kwargs: {} };
}
