import { quoted } from "../../checks/index.ts";
import { Misfit } from "./codec.ts";
import { isNewDialect } from "./inboundNodes.ts";
import { isRecord, type JsonRecord } from "./json.ts";
import { modernized } from "./keras1.ts";
import { entryOfClass } from "./table.ts";

/** One layer or model of a config, as files of all dialects describe it. */
export interface LayerRecord {
  /** The class, with its package where it is registered: `Conv2D`, `Striate>PartialConv2D`. */
  readonly className: string;
  /** Unique in its model. A slash, which only Keras 2 allows, is an underscore here, as Keras 3 renamed its own. */
  readonly name: string;
  readonly config: JsonRecord;
  readonly inboundNodes: unknown;
  /** The shape that it was built for, with the batch, where the file says so. */
  readonly builtFor: unknown;
  /** An operation of Keras in a functional model (x + y), not a layer. */
  readonly isOperation: boolean;
  /** What a layer that is in several models of the file is called in all of them. */
  readonly sharedId: number | undefined;
}

export const MODEL_CLASSES: ReadonlySet<string> = new Set(["Functional", "Model", "Sequential"]);

export function layerName(name: string): string {
  return name.replaceAll("/", "_");
}

/** @throws Misfit when it is no description of a layer. */
export function recordOf(value: unknown): LayerRecord {
  if (!isRecord(value) || typeof value.class_name !== "string") throw new Misfit("has an element that is no layer");
  // Keras 2.2 and before: the config of a Sequential model is the list of its layers.
  const config = Array.isArray(value.config) ? { layers: value.config } : isRecord(value.config) ? value.config : {};
  const { class_name, registered_name, module, build_config, shared_object_id } = value;
  const modern = modernized(class_name, config);
  const registered = typeof registered_name === "string" && registered_name.includes(">");
  const name = value.name ?? config.name;
  return {
    className: checkedName(registered ? registered_name : modern.className),
    name: checkedName(layerName(typeof name === "string" ? name : "")),
    config: registered ? config : modern.config,
    inboundNodes: value.inbound_nodes,
    builtFor: config.build_input_shape ?? (isRecord(build_config) ? build_config.input_shape : undefined),
    isOperation:
      typeof module === "string" ? /^keras(\.src)?\.ops/.test(module) : isOperationInH5(class_name, config, value),
    sharedId: typeof shared_object_id === "number" ? shared_object_id : undefined,
  };
}

/** Names stand in paths, which repeat those of the models around them, and in every message. */
const LONGEST_NAME = 500;

function checkedName(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  throw new Misfit(`has a layer named ${quoted(name)}; more than ${LONGEST_NAME} characters are not read`);
}

/** Keras 3 writes no modules into .h5 files; but layers say whether they are trained or in what they compute. */
function isOperationInH5(className: string, config: JsonRecord, { inbound_nodes }: JsonRecord): boolean {
  if (!isNewDialect(inbound_nodes) || MODEL_CLASSES.has(className) || config.trainable !== undefined) return false;
  return config.dtype === undefined || !(className === "InputLayer" || entryOfClass(className));
}

/** The layers of a model's record, in the file's order. */
export function layersOf(record: LayerRecord): readonly LayerRecord[] {
  const { layers } = record.config;
  if (!Array.isArray(layers)) throw new Misfit("is a model without a list of layers");
  return layers.map(recordOf);
}

/** The largest net of Keras has about a thousand. */
const MOST_LAYERS = 10_000;
const DEEPEST = 32;

/**
 * Every layer of a model and of the models in it, with its path ("base/conv1").
 * @throws Misfit when there are too many: 10,000 layers, or 32 models in models
 */
export function allLayers(top: LayerRecord): { readonly path: string; readonly record: LayerRecord }[] {
  const found: { readonly path: string; readonly record: LayerRecord }[] = [];
  const visit = (model: LayerRecord, prefix: string, depth: number) => {
    if (depth > DEEPEST) throw new Misfit(`has more than ${DEEPEST} models in models`);
    for (const record of layersOf(model)) {
      const path = `${prefix}${record.name}`;
      if (found.push({ path, record }) > MOST_LAYERS) throw new Misfit(`has more than ${MOST_LAYERS} layers`);
      if (MODEL_CLASSES.has(record.className)) visit(record, `${path}/`, depth + 1);
    }
  };
  visit(top, "", 0);
  return found;
}
