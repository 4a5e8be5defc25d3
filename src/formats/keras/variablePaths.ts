// Keras 3's layout of weights: layers/conv2d_1/vars/0, the layers of a model numbered by class in its order.
import type { Layer } from "../../layers/index.ts";
import { Model, type PlacedLayer } from "../../model/index.ts";
import type { Hdf5Contents, Hdf5Part } from "../hdf5/index.ts";
import { classStem, counter } from "./names.ts";
import { type LayerRecord, layerName, layersOf } from "./record.ts";
import { Sharing } from "./sharing.ts";
import { entryOfType } from "./table.ts";
import { match, orderedWeights, type WeightPlan } from "./weightPlan.ts";
import { modelClass } from "./writeConfig.ts";

/** What Keras 2.12 and 2.13 called `layers`. */
const EARLY_LAYERS = "_layer_checkpoint_dependencies";

export function isKeras3Layout({ groups }: Hdf5Contents): boolean {
  return ["layers", EARLY_LAYERS, "vars"].some((name) => groups.has(name));
}

function classOf(layer: Layer): string {
  return layer instanceof Model ? modelClass(layer) : (entryOfType(layer.type)?.className ?? layer.type);
}

/** The group of each layer by Keras's numbering. */
function numberedGroups(layers: readonly PlacedLayer[], base: string): ReadonlyMap<PlacedLayer, string> {
  const numbered = counter();
  return new Map(layers.map((placed) => [placed, `${base}${numbered(classStem(classOf(placed.layer)))}`]));
}

type NamedGroups = ReadonlyMap<string, ReadonlyMap<string, string>>;
const known = new WeakMap<Hdf5Contents, NamedGroups>();

/** The groups of layers by the layers' names, which later versions of Keras write beside the weights; by their model. */
function namedGroups(contents: Hdf5Contents): NamedGroups {
  const found = known.get(contents) ?? findNamedGroups(contents);
  known.set(contents, found);
  return found;
}

function findNamedGroups({ groups }: Hdf5Contents): NamedGroups {
  const byModel = new Map<string, Map<string, string>>();
  for (const [path, { name }] of groups) {
    if (!path.endsWith("/vars") || typeof name !== "string") continue;
    const group = path.slice(0, -"/vars".length);
    const base = group.slice(0, group.lastIndexOf("/") + 1);
    const named = byModel.get(base) ?? new Map<string, string>();
    byModel.set(base, named.set(layerName(name), group));
  }
  return byModel;
}

function layersBase({ groups }: Hdf5Contents, base: string): string {
  return groups.has(`${base}${EARLY_LAYERS}`) ? `${base}${EARLY_LAYERS}/` : `${base}layers/`;
}

/** The datasets of a group in the order of their numbers. */
function datasetsOf({ datasets }: Hdf5Contents, group: string): readonly string[] {
  const found: string[] = [];
  for (let i = 0; datasets.has(`${group}/vars/${i}`); i++) found.push(`${group}/vars/${i}`);
  return found;
}

/**
 * By name where the file names all layers of a model that have weights; else by Keras's rule, class and order. A layer
 * in several models has its weights where it comes first.
 * @param byName what the file names and nothing else
 */
export function planKeras3(plan: WeightPlan, model: Model, contents: Hdf5Contents, byName: boolean): void {
  const seen = new Set<Layer>();
  const namedIn = namedGroups(contents);
  const visit = (inner: Model, at: string, prefix: string) => {
    const base = layersBase(contents, at);
    const named = namedIn.get(base);
    const placedHere = inner.layers.filter(({ variables, layer }) => variables.size > 0 && !seen.has(layer));
    const allNamed = placedHere.every(({ name }) => named?.has(name));
    const numbered = numberedGroups(inner.layers, base);
    for (const placed of placedHere) {
      const { name, layer } = placed;
      const group = byName || allNamed ? named?.get(name) : numbered.get(placed);
      // A layer further in may be the same as one of these.
      if (group === undefined || seen.has(layer)) continue;
      seen.add(layer);
      if (layer instanceof Model) visit(layer, `${group}/`, `${prefix}${name}/`);
      else {
        const weights = orderedWeights(placed).map(({ key, variable }) => ({ key: `${prefix}${key}`, variable }));
        match(plan, contents, `${prefix}${name}`, weights, datasetsOf(contents, group));
      }
    }
  };
  visit(model, "", "");
}

/** The parts of a weights file. */
export function* keras3Parts(model: Model): Generator<Hdf5Part> {
  const seen = new Set<Layer>();
  const sharing = new Sharing(model);
  yield { group: "vars", attributes: { name: model.name } };
  yield* visit(model, "");

  function* visit(inner: Model, base: string): Generator<Hdf5Part> {
    for (const [placed, group] of numberedGroups(inner.layers, `${base}layers/`)) {
      // Keras, too, writes a shared layer where it meets it first.
      if (seen.has(placed.layer)) continue;
      seen.add(placed.layer);
      yield { group: `${group}/vars`, attributes: { name: sharing.nameOf(placed) } };
      if (placed.layer instanceof Model) {
        yield* visit(placed.layer, `${group}/`);
        continue;
      }
      for (const [i, { variable }] of orderedWeights(placed).entries()) {
        const { shape, data } = variable.value;
        yield { dataset: `${group}/vars/${i}`, shape, data };
      }
    }
  }
}

/** The datasets of one layer of a config, by its names from the outermost model on. */
export function keras3LayerDatasets(
  contents: Hdf5Contents,
  top: LayerRecord,
  names: readonly string[],
): readonly string[] {
  const namedIn = namedGroups(contents);
  let [model, base, group] = [top, "", ""];
  for (const name of names) {
    const inside = layersBase(contents, base);
    const numbered = counter();
    const stems = layersOf(model).map((record) => ({
      record,
      path: `${inside}${numbered(classStem(record.className.replace(/^.*>/, "")))}`,
    }));
    const found = stems.find(({ record }) => record.name === name);
    if (!found) return [];
    group = namedIn.get(inside)?.get(name) ?? found.path;
    [model, base] = [found.record, `${group}/`];
  }
  return datasetsOf(contents, group);
}
