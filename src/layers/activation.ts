import { StriateError } from "../errors.ts";
import type { GraphBuilder, Value } from "../graph/index.ts";
import { exp, logSoftmax, relu, sigmoid, softmax, tanh } from "../ops/index.ts";
import type { Feature } from "./feature.ts";
import { defineLayer, type Layer, type LayerOptions } from "./layer.ts";

/** Adds an activation to the graph; `axis` is where the channels are, for those that normalize over them. */
type ActivationRule = (g: GraphBuilder, x: Value, axis: number) => Value;

const ACTIVATIONS = {
  linear: (_g, x) => x,
  relu: (g, x) => g.op(relu, [x]),
  sigmoid: (g, x) => g.op(sigmoid, [x]),
  tanh: (g, x) => g.op(tanh, [x]),
  softmax: (g, x, axis) => g.op(softmax, [x], { axis }),
  logSoftmax: (g, x, axis) => g.op(logSoftmax, [x], { axis }),
  exponential: (g, x) => g.op(exp, [x]),
} satisfies Record<string, ActivationRule>;

export type ActivationName = keyof typeof ACTIVATIONS;

/** @throws StriateError `usage` that lists the names when there is none like it. */
export function activationNamed(layer: string, name: ActivationName = "linear"): ActivationName {
  if (!Object.hasOwn(ACTIVATIONS, name)) {
    throw new StriateError(
      "usage",
      `${layer}: there is no activation "${name}"; there are ${Object.keys(ACTIVATIONS).join(", ")}`,
    );
  }
  return name;
}

/** The feature after an activation; softmax normalizes over the API's last axis, as in Keras. */
export function activate(g: GraphBuilder, name: ActivationName, { value, moved }: Feature): Feature {
  return { value: ACTIVATIONS[name](g, value, moved ? 1 : -1), moved };
}

/**
 * An activation as a layer of its own.
 * @example activation({ activation: "relu" })
 */
export function activation(options: LayerOptions & { readonly activation: ActivationName }): Layer {
  const name = activationNamed("activation", options.activation);
  return defineLayer({
    type: "activation",
    options,
    outputShape: (input) => input,
    build: ({ g }, input) => activate(g, name, input),
  });
}
