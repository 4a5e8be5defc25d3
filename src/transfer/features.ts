import { derived } from "../data/derived.ts";
import { measured, type SingleInputDataset } from "../data/index.ts";
import { StriateError } from "../errors.ts";
import { freeze } from "../graph/index.ts";
import { globalAveragePooling2d } from "../layers/index.ts";
import { type Model, model } from "../model/index.ts";
import { at, sizeOf, type Tensor, tensor } from "../tensor/index.ts";
import { BatchReader } from "../training/batchReader.ts";
import { checkAborted, type RunOptions, withEngine } from "../training/running.ts";
import type { Backbone } from "./backbone.ts";
import { type FeatureCacheOptions, openFeatureCache } from "./featureCache.ts";
import { prepared } from "./prepared.ts";
import type { Stage } from "./stages.ts";

/** Which features, and how they are computed. */
export interface FeatureOptions extends RunOptions {
  /** Which stages' features; default all. */
  readonly stages?: readonly Stage[];
  /** Pictures at a time; default 32. */
  readonly batchSize?: number;
  /** Told after every batch how many pictures are done. */
  readonly onProgress?: (done: number, total: number) => void;
  /**
   * Given pictures as they were read, values 0 to 1, and the place of the first; those whose features are known are read for it
   * alone.
   */
  readonly onPictures?: (pictures: Tensor<"float32">, start: number, count: number) => void;
  /** Where features are kept, and found again by the same backbone and pictures. Default: nowhere. */
  readonly cache?: FeatureCacheOptions;
}

/** The features of one stage: its maps, each as its mean. */
export interface StageFeatures {
  readonly stage: Stage;
  /** [pictures, channels] */
  readonly values: Tensor<"float32">;
}

/** What a backbone makes of a data set. */
export interface Features {
  /** From early to late. */
  readonly stages: readonly StageFeatures[];
  /** The class of each picture. */
  readonly labels: Int32Array;
  /** The places of pictures that could not be read: another stands there, which should not count. */
  readonly standIns: readonly number[];
  /** How many pictures' features came from the cache. */
  readonly cached: number;
}

/**
 * The features of pictures: what comes out of each stage of a backbone, averaged over the picture (Lin et al. 2013, global
 * average pooling). All stages in one pass.
 * @param data as `prepared` takes it; read without augmentation
 * @throws StriateError `shape` for pictures of another size, `interrupted` by the signal
 */
export async function computeFeatures(
  backbone: Backbone,
  data: SingleInputDataset,
  options: FeatureOptions = {},
): Promise<Features> {
  const { stages = backbone.stages, signal, onProgress, onPictures, cache: cacheOptions } = options;
  const count = data.length;
  const net = pooledStages(backbone, stages);
  const raw = rememberingPictures(data, onPictures);
  const source = measured(prepared(raw.data, backbone));
  const values = stages.map(({ channels }) => new Float32Array(count * channels));
  const labels = new Int32Array(count);
  const standIns: number[] = [];
  /** Features of all stages, and the label. */
  const width = stages.reduce((sum, { channels }) => sum + channels, 1);
  const take = (place: number, row: Float32Array) => {
    let from = 0;
    for (const [i, { channels }] of stages.entries()) {
      at(values, i).set(row.subarray(from, from + channels), place * channels);
      from += channels;
    }
    labels[place] = row[from] ?? 0;
  };
  const missing = await withEngine(options, async (engine) => {
    const states = net.toStates(net.weights);
    const computation = () => ({ engine: engine.name, graph: net.inferenceGraph(net.batchSize ?? 1), states });
    const cache = cacheOptions && (await openFeatureCache(source, computation(), width, cacheOptions));
    const places: number[] = [];
    for (let place = 0; place < count; place++) {
      const row = await cache?.get(place);
      if (row) take(place, row);
      else places.push(place);
    }
    let done = count - places.length;
    if (done > 0) onProgress?.(done, count);
    if (onPictures && done > 0) {
      const missing = new Set(places);
      const known = [...labels.keys()].filter((place) => !missing.has(place));
      await showPictures(data, known, onPictures, signal);
    }
    if (places.length === 0) return 0;
    const batchSize = Math.min(options.batchSize ?? 32, places.length);
    const executable = await engine.compile(freeze(net.inferenceGraph(batchSize), states));
    try {
      const batches = new BatchReader(
        (batch) => readBatch(source, places, batch, batchSize),
        Math.ceil(places.length / batchSize),
        0,
      );
      for (let batch = await batches.take(); batch; batch = await batches.take()) {
        checkAborted(signal, "computing the features");
        const { members, inputs, targets } = batch;
        raw.tell(members);
        batches.readAhead();
        const outputs = await executable.run({ [at(net.inputNames, 0)]: inputs });
        for (const [i, place] of members.entries()) {
          const row = new Float32Array(width);
          let to = 0;
          for (const [k, { channels }] of stages.entries()) {
            const rows = outputs[at(net.outputNames, k)] as Tensor<"float32"> | undefined;
            if (rows) row.set(rows.data.subarray(i * channels, (i + 1) * channels), to);
            to += channels;
          }
          row[to] = Number(targets.data[i]);
          take(place, row);
          if (batch.standIns?.includes(i)) standIns.push(place);
          else await cache?.put(place, row);
        }
        done += members.length;
        onProgress?.(done, count);
      }
    } finally {
      await cache?.flush();
      await executable.close();
    }
    return places.length;
  });
  return {
    stages: stages.map((stage, i) => ({ stage, values: tensor("float32", [count, stage.channels], at(values, i)) })),
    labels,
    standIns,
    cached: count - missing,
  };
}

/** Shows pictures to the hook. */
async function showPictures(
  data: SingleInputDataset,
  places: readonly number[],
  onPictures: NonNullable<FeatureOptions["onPictures"]>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const raw = rememberingPictures(data, onPictures);
  for (let start = 0; start < places.length; start += SHOWN_AT_ONCE) {
    checkAborted(signal, "looking at the pictures");
    const some = places.slice(start, start + SHOWN_AT_ONCE);
    await raw.data.read(some, { augment: false });
    raw.tell(some);
  }
}

const SHOWN_AT_ONCE = 32;

/** The data set, and what it read last, picture by picture, to be told to the hook before more is read. */
function rememberingPictures(data: SingleInputDataset, onPictures: FeatureOptions["onPictures"]) {
  if (!onPictures) return { data, tell: () => undefined };
  let read: Tensor<"float32"> | undefined;
  const remembering = derived(data, {
    ...(data.versions !== undefined && { versions: data.versions }),
    signatures: async () => data.signatures?.(),
    async read(indices, options) {
      const batch = await data.read(indices, options);
      read = batch.inputs;
      return batch;
    },
  });
  return {
    data: remembering,
    tell(places: readonly number[]) {
      if (!read) return;
      const [, ...shape] = read.shape;
      const size = sizeOf(shape);
      for (const [row, place] of places.entries()) {
        onPictures(tensor("float32", [1, ...shape], read.data.subarray(row * size, (row + 1) * size)), place, 1);
      }
    },
  };
}

/** The pictures of a batch, the last of them repeated until it is full. */
async function readBatch(data: SingleInputDataset, places: readonly number[], batch: number, batchSize: number) {
  const membersOf = (number: number) => places.slice(number * batchSize, (number + 1) * batchSize);
  const filled = (members: readonly number[]) =>
    Array.from({ length: batchSize }, (_, i) => at(members, Math.min(i, members.length - 1)));
  const upcoming = [batch + 1, batch + 2].map(membersOf).filter((next) => next.length > 0);
  const members = membersOf(batch);
  return { ...(await data.read(filled(members), { upcoming: upcoming.map(filled) })), members };
}

/** A model from pictures to the mean of each map of some stages. */
function pooledStages(backbone: Backbone, stages: readonly Stage[]): Model {
  if (stages.length === 0) throw new StriateError("usage", `name at least one stage of ${backbone.name}`);
  const maps = backbone.upTo(stages);
  const { mapFormat: dataFormat } = backbone;
  const outputs = maps.outputs.map((map, i) => globalAveragePooling2d({ name: `pooled_${i}`, dataFormat })(map));
  return model({ inputs: maps.inputs, outputs });
}
