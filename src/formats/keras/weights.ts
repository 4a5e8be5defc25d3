import { itemized, type MemoryOptions, type OptionNames } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import { dataError } from "../../files/dataError.ts";
import { nested } from "../../layers/index.ts";
import type { Model, Weights } from "../../model/index.ts";
import type { Shape, Tensor } from "../../tensor/index.ts";
import type { Hdf5Contents, Hdf5File } from "../hdf5/index.ts";
import { arrangements, type OldWeightsOptions } from "./arrangement.ts";
import { groupLayerDatasets, isLayerGroups, planLayerGroups } from "./layerGroups.ts";
import type { Moments } from "./readConfig.ts";
import { allLayers, type LayerRecord } from "./record.ts";
import { isKeras3Layout, keras3LayerDatasets, planKeras3 } from "./variablePaths.ts";
import type { WeightPlan } from "./weightPlan.ts";

/** The options of `loadKerasWeights`. */
export interface KerasWeightsOptions extends MemoryOptions, OldWeightsOptions {
  /** Only the layers that model and file name alike, the others stay as they are. Default false: all, in order. */
  readonly byName?: boolean;
  /** Leave out what does not fit, in place of loading nothing. Default false. */
  readonly skipMismatch?: boolean;
}

/** The names of all of them. */
export const KERAS_WEIGHTS: OptionNames<KerasWeightsOptions> = {
  byName: true,
  skipMismatch: true,
  dimOrdering: true,
  backend: true,
  flattenedAs: true,
  maxBytes: true,
};

/** What came of loading weights. */
export interface KerasWeightsReport {
  /** Keys of the weights that have values from the file: "conv1/kernel". */
  readonly loaded: readonly string[];
  /** What did not fit and was skipped, in words. */
  readonly skipped: readonly string[];
  /** Keys of the weights of the model that stay as they were. */
  readonly unchanged: readonly string[];
}

/** @throws StriateError `shape` that names every weight that does not fit; then nothing is loaded */
export async function loadWeights(
  model: Model,
  file: Hdf5File,
  name: string,
  options: KerasWeightsOptions,
  fileModel?: Model,
): Promise<KerasWeightsReport> {
  const { byName = false, skipMismatch = false } = options;
  const plan = planFor(model, file.contents, name, byName);
  const skipped = plan.misfits.map(({ where, what }) => `${where} ${what}`);
  if (skipped.length > 0 && !skipMismatch) {
    throw new StriateError("shape", `${name}: its weights do not fit into model ${model.name}:${itemized(skipped)}`);
  }
  const read = new Map<string, Tensor<"float32">>();
  const described = fileModel && { model: fileModel, plan: planFor(fileModel, file.contents, name, false) };
  for (const [key, arrange] of arrangements(model, plan, file.contents, options, name, described)) {
    read.set(key, arrange(await file.read(plan.datasets.get(key)?.dataset ?? "")));
  }
  const weights: Weights = read;
  model.setWeights(weights);
  const unchanged = model.weightSpecs.map(({ key }) => key).filter((key) => !read.has(key));
  return { loaded: [...read.keys()], skipped, unchanged };
}

function planFor(model: Model, contents: Hdf5Contents, name: string, byName: boolean): WeightPlan {
  const plan: WeightPlan = { datasets: new Map(), misfits: [] };
  if (isLayerGroups(contents)) planLayerGroups(plan, model, contents, byName);
  else if (isKeras3Layout(contents)) planKeras3(plan, model, contents, byName);
  else {
    const found = [...contents.groups.keys(), ...contents.datasets.keys()].filter((path) => path !== "").slice(0, 5);
    throw dataError(
      name,
      "is an HDF5 file, but none of Keras's weights: it has neither the attribute layer_names nor the group layers; it " +
        `has ${found.length > 0 ? found.join(", ") : "nothing"}`,
    );
  }
  return plan;
}

/** The means and variances of the Normalization layers of a config that have adapted. */
export async function momentsIn(
  top: LayerRecord,
  file: Hdf5File,
  mostNumbers = 2 ** 20,
): Promise<ReadonlyMap<string, Moments>> {
  const found = new Map<string, Moments>();
  for (const { path, record } of allLayers(top)) {
    if (record.className !== "Normalization" || (record.config.mean ?? null) !== null) continue;
    const names = path.split("/");
    const datasets = isLayerGroups(file.contents)
      ? groupLayerDatasets(file.contents, names)
      : keras3LayerDatasets(file.contents, top, names);
    const [mean, variance] = datasets;
    const count = (dataset = "") => size(file.contents.datasets.get(dataset)?.shape ?? [mostNumbers]);
    if (mean === undefined || variance === undefined || count(mean) >= mostNumbers || count(variance) >= mostNumbers)
      continue;
    const { shape = [] } = file.contents.datasets.get(mean) ?? {};
    const [means, variances] = [[...(await file.read(mean))], [...(await file.read(variance))]];
    found.set(path, { mean: nested(means, shape), variance: nested(variances, shape) });
  }
  return found;
}

function size(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
