import type { GraphBuilder, Value } from "../graph/index.ts";
import type { Shape } from "../tensor/index.ts";
import type { Feature } from "./feature.ts";
import type { Initializer } from "./initializers.ts";

/** Options that every layer takes. */
export interface LayerOptions {
  /** Unique in its model. Default: the layer's type in Keras's spelling, with a number when it is not the first. */
  readonly name?: string;
  /** Whether training changes the layer's weights. Default true. */
  readonly trainable?: boolean;
}

/** One tensor of numbers that a layer learns, in Keras's shape. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
  /** Axis `i` in the graph (ONNX's layout) is axis `toGraph[i]` here. Default: the same order. */
  readonly toGraph?: readonly number[];
}

/** What a layer may use while it adds its nodes. */
export interface BuildContext {
  readonly g: GraphBuilder;
  /** In training dropout drops, and batch normalization (where there is one) uses the batch. */
  readonly training: boolean;
  /** The layer's own weight of that name, in the graph's layout. */
  weight(name: string): Value;
}

/**
 * A layer: its configuration, the weights it needs, and the graph that it builds. Shapes are the API's, without the
 * batch: [height, width, channels] unless the layer's `dataFormat` says otherwise.
 */
export interface Layer {
  /** The name of the function that makes it: `conv2d`. */
  readonly type: string;
  readonly name: string | undefined;
  readonly config: Readonly<Record<string, unknown>>;
  trainable: boolean;
  /** @throws StriateError `shape` when the input does not fit; the model adds the layer's name. */
  outputShape(input: Shape): Shape;
  weights(input: Shape): readonly WeightSpec[];
  build(context: BuildContext, input: Feature): Feature;
}

type LayerParts = Omit<Layer, "name" | "config" | "trainable" | "weights"> & {
  readonly weights?: Layer["weights"];
  readonly options: LayerOptions & object;
};

/** Completes a layer from what is special about it. */
export function defineLayer({ options, weights, ...parts }: LayerParts): Layer {
  const { name, trainable = true, ...config } = options;
  return { ...parts, name, config: config as Record<string, unknown>, trainable, weights: weights ?? (() => []) };
}
