import { callLayer, input, type SymbolicTensor } from "../../layers/index.ts";
import { type Model, model } from "../../model/index.ts";
import { Misfit } from "./codec.ts";
import { callsOf, checkTensorsOnly, isNewDialect, type KerasCall, refsOf, TensorRef } from "./inboundNodes.ts";
import { applyOperation, replaced } from "./operations.ts";
import type { KerasConfigOptions } from "./readConfig.ts";
import { batchShape, type MakeLayer, naming } from "./readModel.ts";
import { type LayerRecord, layerName, layersOf, MODEL_CLASSES } from "./record.ts";

/** One call of a layer that waits until the tensors it is called on are made. */
interface PendingCall {
  readonly record: LayerRecord;
  readonly index: number;
  readonly call: KerasCall;
  readonly inputs: readonly TensorRef[];
  waitingFor: number;
}

/** A functional model: its layers are called in an order in which all inputs are there. @throws Misfit */
export function readGraph(
  record: LayerRecord,
  layers: ReadonlyMap<LayerRecord, MakeLayer>,
  options: KerasConfigOptions,
): Model {
  const calls = [...layers.keys()].flatMap((layer) => pendingCalls(layer));
  const isNew = [...layers.keys()].some(({ inboundNodes }) => isNewDialect(inboundNodes));
  const endsOf = (ends: unknown) => (isNew ? countedAsInside(refsOf(ends), layers) : refsOf(ends));
  const inputRefs = endsOf(record.config.input_layers);
  const outputRefs = endsOf(record.config.output_layers);
  const firstIndex = firstIndices(calls, [...calls.flatMap(({ inputs }) => inputs), ...outputRefs], isNew);
  const keyOf = ({ layer, call }: TensorRef) => {
    const name = layerName(layer);
    return `${name}#${call - (firstIndex.get(name) ?? 0)}`;
  };

  const computed = new Map<string, readonly SymbolicTensor[]>();
  const waiting = new Map<string, PendingCall[]>();
  const ready: PendingCall[] = [];
  const finish = (key: string, tensors: readonly SymbolicTensor[]) => {
    computed.set(key, tensors);
    for (const call of waiting.get(key) ?? []) if (--call.waitingFor === 0) ready.push(call);
  };
  const tensorOf = (ref: TensorRef): SymbolicTensor => {
    const tensor = computed.get(keyOf(ref))?.[ref.output];
    if (tensor) return tensor;
    throw new Misfit(`has no tensor ${ref.layer} (call ${ref.call}, output ${ref.output}), which is used`);
  };

  for (const call of calls) {
    const needed = new Set(call.inputs.map(keyOf));
    call.waitingFor = needed.size;
    if (needed.size === 0) throw new Misfit(`calls its layer ${call.record.name} on nothing`);
    for (const key of needed) {
      const others = waiting.get(key);
      if (others) others.push(call);
      else waiting.set(key, [call]);
    }
  }
  for (const { config, name } of inputRecords(record)) {
    const shape = batchShape(config.batch_shape ?? config.batch_input_shape, options);
    if (!shape) throw new Misfit(`has an input ${name} without a shape`);
    finish(`${name}#0`, [input({ shape, name })]);
  }
  let done = 0;
  for (let call = ready[0]; call; call = ready[++done]) {
    finish(`${call.record.name}#${call.index}`, callOne(call, layers, tensorOf));
  }
  if (done < calls.length) {
    const left = calls.filter(({ waitingFor }) => waitingFor > 0).map(({ record: { name } }) => name);
    const named = [...new Set(left)].slice(0, 5).join(", ");
    throw new Misfit(`has layers that wait for each other, or for layers that are not there: ${named}`);
  }
  const ends = { inputs: inputRefs.map(tensorOf), outputs: outputRefs.map(tensorOf) };
  return model({ ...ends, ...naming(record, options) });
}

function callOne(
  { record, call, inputs }: PendingCall,
  layers: ReadonlyMap<LayerRecord, MakeLayer>,
  tensorOf: (ref: TensorRef) => SymbolicTensor,
): readonly SymbolicTensor[] {
  const { name, className } = record;
  if (record.isOperation) {
    const withTensors = (value: unknown) =>
      replaced(value, (inside) => (inside instanceof TensorRef ? tensorOf(inside) : undefined));
    const kwargs = Object.fromEntries(Object.entries(call.kwargs).map(([key, value]) => [key, withTensors(value)]));
    try {
      return applyOperation(record, call.args.map(withTensors), kwargs);
    } catch (thrown) {
      if (thrown instanceof Misfit) throw new Misfit(`operation ${name} (${className}) ${thrown.message}`);
      throw thrown;
    }
  }
  const tensors = inputs.map(tensorOf);
  const layer = layers.get(record)?.(tensors.map(({ shape }) => shape));
  if (!layer) throw new Misfit(`has no layer ${name}`);
  return callLayer(layer, tensors, name);
}

function pendingCalls(record: LayerRecord): PendingCall[] {
  return callsOf(record.inboundNodes).map((call, index) => {
    if (!record.isOperation) checkTensorsOnly(call);
    return { record, index, call, inputs: call.tensors, waitingFor: 0 };
  });
}

function inputRecords(record: LayerRecord): readonly LayerRecord[] {
  return layersOf(record).filter(({ className }) => className === "InputLayer");
}

/**
 * The ends of a model with their calls counted as inside of it. Keras 3 counts those of a Functional model from 1 here,
 * and only here.
 */
function countedAsInside(
  ends: readonly TensorRef[],
  layers: ReadonlyMap<LayerRecord, MakeLayer>,
): readonly TensorRef[] {
  const functional = new Set(
    [...layers.keys()].filter(({ className }) => FROM_ONE.has(className)).map(({ name }) => name),
  );
  // Striate 0.1 counted them from 0 here, too.
  for (const { layer, call } of ends) if (call === 0) functional.delete(layerName(layer));
  return ends.map((end) =>
    functional.has(layerName(end.layer)) ? new TensorRef(end.layer, end.call - 1, end.output) : end,
  );
}

const FROM_ONE: ReadonlySet<string> = new Set(["Functional", "Model"]);

/**
 * From where the calls of each layer are counted. Every call is used, so the last one is the highest that is named.
 * Keras 2 counts those of a model from 1, because making the model was its call 0; of a layer that several models of a
 * file share, those in the models before this one count.
 */
function firstIndices(
  calls: readonly PendingCall[],
  refs: readonly TensorRef[],
  isNew: boolean,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { record } of calls) {
    const isModel = !isNew && MODEL_CLASSES.has(record.className);
    if (isModel || record.sharedId !== undefined) counts.set(record.name, (counts.get(record.name) ?? 0) + 1);
  }
  const shared = new Set(calls.filter(({ record }) => record.sharedId !== undefined).map(({ record }) => record.name));
  const first = new Map<string, number>();
  for (const { layer, call } of refs) {
    const name = layerName(layer);
    const count = counts.get(name);
    if (count === undefined) continue;
    const most = shared.has(name) ? call : 1;
    first.set(name, Math.max(first.get(name) ?? 0, Math.min(most, call + 1 - count)));
  }
  return first;
}
