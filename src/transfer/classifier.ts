import { internalError } from "../errors.ts";
import { dense, dropout as dropoutLayer, globalAveragePooling2d } from "../layers/index.ts";
import { type Model, model } from "../model/index.ts";
import { at, type Tensor, tensor } from "../tensor/index.ts";
import type { Backbone } from "./backbone.ts";
import { softmaxInto } from "./measure.ts";
import type { Probe } from "./probe.ts";
import type { Stage } from "./stages.ts";

/** The names of the layers of a classifier's head. */
const HEAD = { pooling: "pooled_features", dropout: "head_dropout", output: "predictions" } as const;

/** The head of a classifier. */
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
  const { mapFormat: dataFormat } = backbone;
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

/** Divides the logits of a classifier by a temperature, for good: its kernel and bias. */
export function cool(net: Model, temperature: number): void {
  const scaled = [`${HEAD.output}/kernel`, `${HEAD.output}/bias`].map((key) => {
    const weight = net.weights.get(key);
    if (!weight) throw internalError(`${net.name} has no ${key}`);
    return [
      key,
      tensor(
        "float32",
        weight.shape,
        weight.data.map((value) => value / temperature),
      ),
    ] as const;
  });
  net.setWeights(new Map(scaled));
}

/** The probabilities that a probe gives, [pictures, classes]: what its classifier does from the pooled features on. */
export function probabilitiesOf(
  { kernel, bias }: Probe,
  features: Tensor<"float32">,
  rows: readonly number[],
): Float32Array {
  const [size, classes] = [at(kernel.shape, 0), at(kernel.shape, 1)];
  const result = new Float32Array(rows.length * classes);
  for (const [to, row] of rows.entries()) {
    const logits = Float64Array.from(bias.data);
    for (let feature = 0; feature < size; feature++) {
      const value = features.data[row * size + feature] ?? 0;
      if (value === 0) continue;
      for (let k = 0; k < classes; k++)
        logits[k] = (logits[k] ?? 0) + value * (kernel.data[feature * classes + k] ?? 0);
    }
    softmaxInto(result, logits, 0, to * classes, classes);
  }
  return result;
}
