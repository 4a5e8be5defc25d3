import type { SingleInputDataset } from "../data/index.ts";
import type { Graph } from "../graph/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { computationDigest } from "../training/frozen/digest.ts";
import { openRows } from "../training/frozen/openRows.ts";
import { type FrozenCacheOptions, frozenCacheOptions } from "../training/frozen/options.ts";

/** Where features are kept for runs to come; how much of them is in memory is not asked, since all are. */
export type FeatureCacheOptions = Omit<FrozenCacheOptions, "memoryBytes">;

/** The features of pictures and their classes as far as they are known: a row of numbers for each picture. */
export interface FeatureCache {
  get(picture: number): Promise<Float32Array | undefined>;
  put(picture: number, row: Float32Array): Promise<void>;
  /** Writes what has been put. */
  flush(): Promise<void>;
}

/**
 * Opens the cache of what a net makes of pictures.
 * @param computation the engine's name, and the net as a graph with its states
 * @param width numbers of a row
 * @returns nothing where no folder is given, or the data set does not say what its pictures are made of
 */
export async function openFeatureCache(
  data: SingleInputDataset,
  computation: { readonly engine: string; readonly graph: Graph; readonly states: Readonly<Record<string, Tensor>> },
  width: number,
  options: FeatureCacheOptions,
): Promise<FeatureCache | undefined> {
  const settings = frozenCacheOptions("computeFeatures: cache", options);
  if (settings?.folder === undefined) return undefined;
  const name = await computationDigest(computation.engine, computation.graph, computation.states);
  const rows = await openRows(data, `features-${name}`, 4 * width, settings);
  if (!rows) return undefined;
  const { folder, keyOf } = rows;
  return {
    async get(picture) {
      const row = await folder.get(keyOf(picture));
      return row && new Float32Array(row.slice().buffer);
    },
    put: (picture, row) => folder.put(keyOf(picture), new Uint8Array(row.slice().buffer)),
    flush: () => folder.flush(),
  };
}
