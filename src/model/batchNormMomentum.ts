import { batchNormMomentum, type Layer, setBatchNormMomentum } from "../layers/index.ts";
import { Model } from "./model.ts";

/** The share of a run after which the moving statistics of batch normalization should have forgotten how it began. */
const MEMORY = 0.1;

/**
 * The largest momentum of a model's batch normalizations; `undefined` where it has none. Those that are frozen do not
 * count, for their statistics stay.
 */
export function largestBatchNormMomentum(model: Model): number | undefined {
  const momenta = batchNormLayers(model).map(batchNormMomentum);
  return momenta.length === 0 ? undefined : Math.max(...momenta);
}

/**
 * The largest momentum with which the moving statistics follow a run of so many steps: their memory, 1 / (1 - momentum)
 * steps, is a tenth of the run. With more, validation and prediction use statistics of weights that are long gone.
 */
export function momentumForSteps(steps: number): number {
  return Math.max(0, 1 - 1 / (MEMORY * steps));
}

/** Gives every batch normalization of a model that learns, of models in it too, a momentum that is not more than this. */
export function limitBatchNormMomentum(model: Model, momentum: number): void {
  for (const layer of batchNormLayers(model)) {
    setBatchNormMomentum(layer, Math.min(momentum, batchNormMomentum(layer)));
  }
}

function batchNormLayers(model: Model): Layer[] {
  return model.layers.flatMap(({ layer }) => {
    if (!layer.trainable) return [];
    if (layer instanceof Model) return batchNormLayers(layer);
    return layer.type === "batchNormalization" ? [layer] : [];
  });
}
