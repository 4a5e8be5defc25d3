// Keras 2's layout of weights, which Keras 3 writes into .h5 files still: a group for each layer, and the names of its
// weights in an attribute.
import type { Model } from "../../model/index.ts";
import type { Hdf5Contents } from "../hdf5/index.ts";
import { layerName } from "./record.ts";
import { match, orderedWeights, type WeightPlan } from "./weightPlan.ts";

/** Of a whole model the weights are in a group of their own. */
function rootOf({ groups }: Hdf5Contents): string {
  return groups.has("model_weights") ? "model_weights" : "";
}

export function isLayerGroups(contents: Hdf5Contents): boolean {
  return namesIn(contents, rootOf(contents), "layer_names") !== undefined || isNumberedLayers(contents);
}

/**
 * A list of names in an attribute. No attribute has more than 64 KiB, so a longer list has the attributes `layer_names0`,
 * `layer_names1`, ...
 */
function namesIn({ groups }: Hdf5Contents, group: string, attribute: string): readonly string[] | undefined {
  const attributes = groups.get(group) ?? {};
  const whole = attributes[attribute];
  if (whole !== undefined) return typeof whole === "string" ? [whole] : whole;
  const parts: string[] = [];
  for (let i = 0; attributes[`${attribute}${i}`] !== undefined; i++) {
    const part = attributes[`${attribute}${i}`] ?? [];
    for (const name of typeof part === "string" ? [part] : part) parts.push(name);
  }
  return parts.length > 0 ? parts : undefined;
}

interface StoredLayer {
  readonly name: string;
  /** Full paths of its datasets, in the order of Keras. */
  readonly datasets: readonly string[];
}

/** Keras 0.3: layer_0/param_0, layer_0/param_1, ... */
function isNumberedLayers({ groups }: Hdf5Contents): boolean {
  return groups.has("layer_0");
}

function numberedLayers({ groups, datasets }: Hdf5Contents): readonly StoredLayer[] {
  const layers: StoredLayer[] = [];
  for (let i = 0; groups.has(`layer_${i}`); i++) {
    const found: string[] = [];
    for (let j = 0; datasets.has(`layer_${i}/param_${j}`); j++) found.push(`layer_${i}/param_${j}`);
    layers.push({ name: `layer_${i}`, datasets: found });
  }
  return layers;
}

function storedLayers(contents: Hdf5Contents): readonly StoredLayer[] {
  if (namesIn(contents, rootOf(contents), "layer_names") === undefined) return numberedLayers(contents);
  const root = rootOf(contents);
  const base = root === "" ? "" : `${root}/`;
  return (namesIn(contents, root, "layer_names") ?? []).map((name) => ({
    name: layerName(name),
    datasets: (namesIn(contents, `${base}${name}`, "weight_names") ?? []).map((weight) => `${base}${name}/${weight}`),
  }));
}

/** The backend that the file says its net was trained with, as files of Keras 2 do: `theano`, `tensorflow`. */
export function backendOf(contents: Hdf5Contents): string | undefined {
  const { backend } = contents.groups.get(rootOf(contents)) ?? {};
  return typeof backend === "string" ? backend : undefined;
}

/** What a Normalization layer has learnt: options of ours, not weights. */
const LEARNT = /(^|\/)(mean|variance|count)(:0)?$/;

/** By order: the layers with weights one after the other, as Keras does it. By name: those that both have. */
export function planLayerGroups(plan: WeightPlan, model: Model, contents: Hdf5Contents, byName: boolean): void {
  const stored = storedLayers(contents)
    .map(({ name, datasets }) => ({ name, datasets: datasets.filter((dataset) => !LEARNT.test(dataset)) }))
    .filter(({ datasets }) => datasets.length > 0);
  const layers = model.layers.filter(({ variables }) => variables.size > 0);
  if (byName) {
    const named = new Map(stored.map((layer) => [layer.name, layer]));
    for (const placed of layers) {
      const layer = named.get(placed.name);
      if (layer) match(plan, contents, placed.name, orderedWeights(placed), layer.datasets);
    }
    return;
  }
  if (stored.length !== layers.length) {
    const what = `has ${layers.length} layers with weights, the file has ${stored.length}; load by name what they share`;
    plan.misfits.push({ where: `model ${model.name}`, what });
    return;
  }
  for (const [i, placed] of layers.entries()) {
    match(plan, contents, placed.name, orderedWeights(placed), stored[i]?.datasets ?? []);
  }
}

/** The datasets of one layer of a config: mean, variance and count of a Normalization, for instance. */
export function groupLayerDatasets(contents: Hdf5Contents, names: readonly string[]): readonly string[] {
  const [outer] = names;
  const layerOf = names.at(-1) ?? "";
  const datasets = storedLayers(contents).find(({ name }) => name === outer)?.datasets ?? [];
  return datasets.filter((dataset) => names.length === 1 || layerName(dataset.split("/").at(-2) ?? "") === layerOf);
}
