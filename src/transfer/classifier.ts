import { dense, dropout as dropoutLayer, globalAveragePooling2d } from "../layers/index.ts";
import { type Model, model } from "../model/index.ts";
import { at } from "../tensor/index.ts";
import type { Backbone } from "./backbone.ts";
import type { Probe } from "./probe.ts";
import type { Stage } from "./stages.ts";

/** The names of the layers of a classifier's head. */
export const HEAD = { pooling: "pooled_features", dropout: "head_dropout", output: "predictions" } as const;

export interface ClassifierOptions {
  readonly classes: number;
  /** The share of the features that is dropped in training; default 0: no such layer. */
  readonly dropout?: number;
  /** Weights of the softmax. Default: drawn. */
  readonly probe?: Probe;
  /** Of the initial weights of the head. Default 0. */
  readonly seed?: number;
}

/**
 * A net from pictures to the probability of each class: a backbone up to a stage, the mean of each of its maps, and a linear
 * softmax. The backbone's weights are those of `backbone`, which shares them where it is made of layers.
 */
export function classifier(backbone: Backbone, stage: Stage, options: ClassifierOptions): Model {
  const { classes, dropout = 0, probe, seed = 0 } = options;
  const maps = backbone.upTo([stage]);
  const dataFormat = backbone.channelsFirst ? "channelsFirst" : "channelsLast";
  const pooled = globalAveragePooling2d({ name: HEAD.pooling, dataFormat })(at(maps.outputs, 0));
  const dropped = dropout > 0 ? dropoutLayer({ name: HEAD.dropout, rate: dropout })(pooled) : pooled;
  const output = dense({ name: HEAD.output, units: classes, activation: "softmax" })(dropped);
  const name = backbone.name.replace(/^.*[\\/]/, "").replace(/\.\w+$/, "");
  const net = model({ name, inputs: maps.inputs, outputs: output, seed });
  if (probe) {
    net.setWeights(
      new Map([
        [`${HEAD.output}/kernel`, probe.kernel],
        [`${HEAD.output}/bias`, probe.bias],
      ]),
    );
  }
  return net;
}
