import { quoted, withHint } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { GraphBuilder, Value } from "../graph/index.ts";
import {
  clip,
  elu,
  exp,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  logSoftmax,
  mul,
  relu,
  selu,
  sigmoid,
  softmax,
  softplus,
  softsign,
  tanh,
} from "../ops/index.ts";
import type { Feature } from "./feature.ts";
import { defineLayer, type Layer, type LayerOptions } from "./layer.ts";

/** Adds an activation to the graph; `axis` is where the channels are, for those that normalize over them. */
type ActivationRule = (g: GraphBuilder, x: Value, axis: number) => Value;

/** min(max(x, 0), most). Two nodes, so that the gradient at 0 is Relu's; ONNX Runtime makes one of them. */
function clippedRelu(g: GraphBuilder, x: Value, most: number): Value {
  return g.op(clip, [g.op(relu, [x]), undefined, g.scalar(x, most)]);
}

const ACTIVATIONS = {
  linear: (_g, x) => x,
  relu: (g, x) => g.op(relu, [x]),
  sigmoid: (g, x) => g.op(sigmoid, [x]),
  tanh: (g, x) => g.op(tanh, [x]),
  softmax: (g, x, axis) => g.op(softmax, [x], { axis }),
  logSoftmax: (g, x, axis) => g.op(logSoftmax, [x], { axis }),
  exponential: (g, x) => g.op(exp, [x]),
  elu: (g, x) => g.op(elu, [x]),
  selu: (g, x) => g.op(selu, [x]),
  gelu: (g, x) => g.op(gelu, [x]),
  softplus: (g, x) => g.op(softplus, [x]),
  softsign: (g, x) => g.op(softsign, [x]),
  // Keras 3's: relu6(x + 3) / 6
  hardSigmoid: (g, x) => g.op(hardSigmoid, [x], { alpha: 1 / 6 }),
  hardSwish: (g, x) => g.op(hardSwish, [x]),
  // The slope of Keras's function; its layer LeakyReLU has 0.3.
  leakyRelu: (g, x) => g.op(leakyRelu, [x], { alpha: 0.2 }),
  relu6: (g, x) => clippedRelu(g, x, 6),
  silu: (g, x) => g.op(mul, [x, g.op(sigmoid, [x])]),
} satisfies Record<string, ActivationRule>;

export type ActivationName = keyof typeof ACTIVATIONS;

/** @throws StriateError `usage` that lists the names when there is none like it. */
export function activationNamed(layer: string, name: ActivationName = "linear"): ActivationName {
  if (!Object.hasOwn(ACTIVATIONS, name)) {
    const sentence = `${layer}: there is no activation ${quoted(name)}`;
    throw new StriateError("usage", withHint(sentence, name, Object.keys(ACTIVATIONS), "there are"));
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
