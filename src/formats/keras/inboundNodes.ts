import { Misfit, shown } from "./codec.ts";
import { isRecord, type JsonRecord } from "./json.ts";

/** A tensor of a functional model by name: the layer, which of its calls, which of the call's outputs. */
export class TensorRef {
  readonly layer: string;
  readonly call: number;
  readonly output: number;

  constructor(layer: string, call: number, output: number) {
    this.layer = layer;
    this.call = call;
    this.output = output;
  }
}

/** One call of a layer or of an operation. */
export interface KerasCall {
  /** Every tensor among the arguments, in Keras's order: records by their sorted keys. */
  readonly tensors: readonly TensorRef[];
  /** As the file has them, with a `TensorRef` for each tensor. */
  readonly args: readonly unknown[];
  /** Alike; without what is null, `training` and `mask`. */
  readonly kwargs: JsonRecord;
}

const DEEPEST = 16;

/**
 * The calls of a layer from any dialect:
 * Keras 3: [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["conv1", 0, 0]}}], "kwargs": {}}];
 * Keras 2: [[["conv1", 0, 0, {}]]], or [["conv1", 0, 0, {}]] where there is one tensor.
 */
export function callsOf(inboundNodes: unknown): readonly KerasCall[] {
  if (inboundNodes === undefined) return [];
  if (!Array.isArray(inboundNodes)) throw new Misfit(`has inbound_nodes ${shown(inboundNodes)}, which are no list`);
  return inboundNodes.map((node) => {
    if (isRecord(node)) return newCall(node);
    if (Array.isArray(node) && typeof node[0] === "string") return oldCall([node]);
    if (Array.isArray(node)) return oldCall(node);
    throw new Misfit(`has an inbound node ${shown(node)}`);
  });
}

/** Whether Keras 3 wrote the calls, which counts them otherwise than Keras 2. */
export function isNewDialect(inboundNodes: unknown): boolean {
  return Array.isArray(inboundNodes) && inboundNodes.some(isRecord);
}

function oldCall(refs: readonly unknown[]): KerasCall {
  const kwargs = Object.assign({}, ...refs.map((ref) => (Array.isArray(ref) && isRecord(ref[3]) ? ref[3] : {})));
  const tensors = refs.map(refOf);
  return { tensors, args: [tensors], kwargs: meaningful(kwargs) };
}

function newCall({ args, kwargs }: JsonRecord): KerasCall {
  const tensors: TensorRef[] = [];
  const read = (value: unknown, depth: number): unknown => {
    if (depth > DEEPEST) throw new Misfit(`has arguments more than ${DEEPEST} lists deep`);
    if (Array.isArray(value)) return value.map((element) => read(element, depth + 1));
    if (!isRecord(value)) return value;
    if (value.class_name === "__keras_tensor__" && isRecord(value.config)) {
      const ref = refOf(value.config.keras_history);
      tensors.push(ref);
      return ref;
    }
    const keys = Object.keys(value).sort();
    return Object.fromEntries(keys.map((key) => [key, read(value[key], depth + 1)]));
  };
  const read0 = (value: unknown) => read(value, 0);
  const positional = Array.isArray(args) ? args.map(read0) : [];
  const named = Object.entries(meaningful(isRecord(kwargs) ? kwargs : {})).map(([key, value]) => [key, read0(value)]);
  return { tensors, args: positional, kwargs: Object.fromEntries(named) };
}

function meaningful(kwargs: JsonRecord): JsonRecord {
  return Object.fromEntries(
    Object.entries(kwargs).filter(([key, value]) => value !== null && key !== "training" && key !== "mask"),
  );
}

/** @throws Misfit unless the call has tensors alone for arguments, as those of layers have */
export function checkTensorsOnly({ args, kwargs }: KerasCall): void {
  // A call by name, layer(inputs=x), is the same call.
  const { inputs, ...others } = kwargs;
  const byName = args.length === 0 && inputs !== undefined;
  const more = Object.entries(byName ? others : kwargs).map(([key, value]) => `${key} = ${shown(value)}`);
  if (more.length > 0) {
    throw new Misfit(`is called with ${more.join(", ")}, which Striate's layers do not take`);
  }
  const stranger = strangerIn(byName ? inputs : args);
  if (stranger !== undefined) throw new Misfit(`is called on ${shown(stranger)}, which is no tensor of the model`);
}

/** The first thing in a structure that is no tensor. */
function strangerIn(value: unknown): unknown {
  if (value instanceof TensorRef) return undefined;
  const inside = Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : undefined;
  if (!inside || inside.length === 0) return value ?? "nothing";
  return inside.map(strangerIn).find((found) => found !== undefined);
}

function refOf(history: unknown): TensorRef {
  if (Array.isArray(history)) {
    const [layer, call, output]: readonly unknown[] = history;
    const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
    if (typeof layer === "string" && isIndex(call) && isIndex(output)) return new TensorRef(layer, call, output);
  }
  throw new Misfit(`names a tensor as ${shown(history)}`);
}

/** The ends of a model: ["conv1", 0, 0], a list of such, or a record of them, which Keras orders by their keys. */
export function refsOf(ends: unknown, depth = 0): readonly TensorRef[] {
  if (depth > DEEPEST) throw new Misfit(`has ends more than ${DEEPEST} lists deep`);
  const inside = isRecord(ends)
    ? Object.keys(ends)
        .sort()
        .map((key) => ends[key])
    : ends;
  if (Array.isArray(inside) && typeof inside[0] !== "string") return inside.flatMap((end) => refsOf(end, depth + 1));
  return [refOf(inside)];
}
