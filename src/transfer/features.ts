import { derived } from "../data/derived.ts";
import type { SingleInputDataset } from "../data/index.ts";
import { StriateError } from "../errors.ts";
import { freeze } from "../graph/index.ts";
import { globalAveragePooling2d } from "../layers/index.ts";
import { type Model, model } from "../model/index.ts";
import { at, type Tensor, tensor } from "../tensor/index.ts";
import { checkAborted, type RunOptions, withEngine } from "../training/running.ts";
import type { Backbone } from "./backbone.ts";
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
  /** Given the pictures of each batch as they were read, values 0 to 1, and the place of the first. */
  readonly onPictures?: (pictures: Tensor<"float32">, start: number, count: number) => void;
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
  const { stages = backbone.stages, signal, onProgress, onPictures } = options;
  const count = data.length;
  const batchSize = Math.min(options.batchSize ?? 32, count);
  const net = pooledStages(backbone, stages);
  const raw = rememberingPictures(data, onPictures);
  const source = prepared(raw.data, backbone);
  const values = stages.map(({ channels }) => new Float32Array(count * channels));
  const labels = new Int32Array(count);
  const standIns: number[] = [];
  const batchAt = (start: number) => Array.from({ length: batchSize }, (_, i) => Math.min(start + i, count - 1));
  const readAt = (start: number) => {
    const upcoming = [start + batchSize, start + 2 * batchSize].filter((next) => next < count).map(batchAt);
    return source.read(batchAt(start), { augment: false, upcoming });
  };
  await withEngine(options, async (engine) => {
    const executable = await engine.compile(freeze(net.inferenceGraph(batchSize), net.toStates(net.weights)));
    try {
      let next = readAt(0);
      for (let start = 0; start < count; start += batchSize) {
        checkAborted(signal, "computing the features");
        const batch = await next;
        const used = Math.min(batchSize, count - start);
        raw.tell(start, used);
        if (start + batchSize < count) {
          next = readAt(start + batchSize);
          // An error of it surfaces where it is awaited.
          Promise.resolve(next).catch(() => undefined);
        }
        const outputs = await executable.run({ [at(net.inputNames, 0)]: batch.inputs });
        for (const [i, { channels }] of stages.entries()) {
          const rows = outputs[at(net.outputNames, i)] as Tensor<"float32"> | undefined;
          if (rows) at(values, i).set(rows.data.subarray(0, used * channels), start * channels);
        }
        for (let row = 0; row < used; row++) labels[start + row] = Number(batch.targets.data[row]);
        standIns.push(...(batch.standIns ?? []).filter((row) => row < used).map((row) => start + row));
        onProgress?.(start + used, count);
      }
    } finally {
      await executable.close();
    }
  });
  return {
    stages: stages.map((stage, i) => ({ stage, values: tensor("float32", [count, stage.channels], at(values, i)) })),
    labels,
    standIns,
  };
}

/** A model from pictures to the mean of each map of some stages. */
function pooledStages(backbone: Backbone, stages: readonly Stage[]): Model {
  if (stages.length === 0) throw new StriateError("usage", `name at least one stage of ${backbone.name}`);
  const maps = backbone.upTo(stages);
  const { mapFormat: dataFormat } = backbone;
  const outputs = maps.outputs.map((map, i) => globalAveragePooling2d({ name: `pooled_${i}`, dataFormat })(map));
  return model({ inputs: maps.inputs, outputs });
}

/** The data set, and the pictures of its batch that was read last but one, before they were prepared. */
function rememberingPictures(data: SingleInputDataset, onPictures: FeatureOptions["onPictures"]) {
  if (!onPictures) return { data, tell: () => undefined };
  const read: Tensor<"float32">[] = [];
  const remembering = derived(data, {
    async read(indices, options) {
      const batch = await data.read(indices, options);
      read.push(batch.inputs);
      return batch;
    },
  });
  return {
    data: remembering,
    tell(start: number, count: number) {
      const pictures = read.shift();
      if (pictures) onPictures(pictures, start, count);
    },
  };
}
