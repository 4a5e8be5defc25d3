import { StriateError } from "../../errors.ts";
import { callLayer, input, type Layer } from "../../layers/index.ts";
import { Model, sequential } from "../../model/index.ts";
import { at, type Shape } from "../../tensor/index.ts";
import { Misfit, shown } from "./codec.ts";
import { OtherPolicies } from "./dtypePolicy.ts";
import type { KerasConfigOptions } from "./readConfig.ts";
import { readGraph } from "./readGraph.ts";
import { type LayerRecord, layersOf, MODEL_CLASSES } from "./record.ts";
import { SharedRecords } from "./sharedRecords.ts";
import { entryOfClass } from "./table.ts";

/** Makes a layer when the shapes of its inputs are known: a Sequential model may say none of its own. */
export type MakeLayer = (inputs: readonly Shape[]) => Layer;

/** What reading a file gathers. */
interface Gathered {
  readonly problems: string[];
  readonly shared: SharedRecords;
  readonly policies: OtherPolicies;
}

/** @throws Misfit that names all layers whose options do not fit, or what is wrong with the graph */
export function readModel(record: LayerRecord, options: KerasConfigOptions): Model {
  const problems: string[] = [];
  const policies = new OtherPolicies();
  const make = prepareModel(record, "", options, { problems, shared: new SharedRecords(), policies });
  if (problems.length > 0) throw new Misfit(problems.join("; "));
  const model = make([]);
  const { file = "the Keras config", onNote = console.warn } = options;
  for (const note of policies.notes()) onNote(`${file}: ${note}`);
  return model;
}

/** Reads all options of all layers, and gathers what does not fit; then the model can be made. */
function prepareModel(
  record: LayerRecord,
  prefix: string,
  options: KerasConfigOptions,
  gathered: Gathered,
): (inputs: readonly Shape[]) => Model {
  const records = layersOf(record);
  const layers = new Map<LayerRecord, MakeLayer>();
  for (const layer of records) {
    if (layer.className !== "InputLayer") layers.set(layer, prepareOnce(layer, prefix, options, gathered));
  }
  return (inputs) => {
    const layer =
      record.className === "Sequential"
        ? readSequence(record, layers, inputs, options)
        : readGraph(record, layers, options);
    if (record.config.trainable === false) layer.trainable = false;
    return layer;
  };
}

/** A layer is made once, for all its calls and for all models that it is in. */
function prepareOnce(record: LayerRecord, prefix: string, options: KerasConfigOptions, gathered: Gathered): MakeLayer {
  const again = gathered.shared.again(record);
  if (again) return again;
  const make = prepareLayer(record, prefix, options, gathered);
  let layer: Layer | undefined;
  const once: MakeLayer = (inputs) => {
    layer ??= make(inputs);
    return layer;
  };
  gathered.shared.add(record, once);
  return once;
}

function prepareLayer(record: LayerRecord, prefix: string, options: KerasConfigOptions, gathered: Gathered): MakeLayer {
  const { className, name } = record;
  const path = `${prefix}${name}`;
  // Only the whole model may have open sizes that an option fills in.
  const { inputShape: _, ...inner } = options;
  if (record.isOperation) return refuseOperation;
  if (MODEL_CLASSES.has(className)) return prepareModel(record, `${path}/`, inner, gathered);
  try {
    checkType(record.config.dtype);
    gathered.policies.add(path, record.config.dtype);
    const layer = entryOfClass(className)?.read({ ...record.config, name, ...options.moments?.get(path) });
    if (layer) return () => layer;
    throw new Misfit("is not in the table");
  } catch (thrown) {
    if (!(thrown instanceof Misfit || (thrown instanceof StriateError && thrown.code !== "internal"))) throw thrown;
    gathered.problems.push(`layer ${path} (${className}) ${thrown.message}`);
    return () => {
      throw thrown;
    };
  }
}

/** `readGraph` applies operations to their arguments. */
const refuseOperation: MakeLayer = () => {
  throw new Misfit("has an operation in place of a layer");
};

/** Quantized layers keep integers in place of their weights. */
function checkType(dtype: unknown): void {
  const name = JSON.stringify(dtype ?? null);
  if (/int8|int4|float8|gptq|awq|Quantized/i.test(name)) {
    throw new Misfit(`is quantized (its dtype is ${shown(dtype)}); save it before quantization`);
  }
}

function readSequence(
  record: LayerRecord,
  layers: ReadonlyMap<LayerRecord, MakeLayer>,
  inputs: readonly Shape[],
  options: KerasConfigOptions,
): Model {
  const [first] = layersOf(record);
  const [begin] = [...layers.values()];
  const given =
    batchShape(first?.config.batch_shape, options) ??
    batchShape(first?.config.batch_input_shape, options) ??
    batchShape(record.builtFor, options) ??
    inputs[0] ??
    options.inputShape;
  const initial = given === undefined ? begin?.([]) : undefined;
  const inputShape = initial instanceof Model ? initial.inputShape : given;
  if (inputShape === undefined) {
    throw new Misfit(`does not say the shape of its input; give it by the option inputShape, such as [224, 224, 3]`);
  }
  const chain: Layer[] = [];
  let end = input({ shape: inputShape });
  for (const [{ name }, make] of layers) {
    const layer = make([end.shape]);
    chain.push(layer);
    end = at(callLayer(layer, end, name), 0);
  }
  return sequential({ inputShape, ...naming(record, options) }, chain);
}

/** The name and the seed of a model. */
export function naming({ name }: LayerRecord, { seed }: KerasConfigOptions) {
  return { ...(name === "" ? {} : { name }), ...(seed === undefined ? {} : { seed }) };
}

/**
 * A shape without its batch, from one with it ([null, 28, 28, 1]); `undefined` where there is none.
 * @throws Misfit where sizes are open and the option inputShape does not say them
 */
export function batchShape(value: unknown, { inputShape }: KerasConfigOptions): Shape | undefined {
  if (!Array.isArray(value)) return undefined;
  const [, ...sizes]: readonly unknown[] = value;
  const filled = sizes.map(
    (size, axis) => size ?? (inputShape?.length === sizes.length ? inputShape[axis] : undefined),
  );
  if (filled.every((size) => typeof size === "number")) return filled;
  throw new Misfit(
    `takes inputs of any size (${shown(value)}); shapes are fixed in Striate: give one by the option inputShape`,
  );
}
