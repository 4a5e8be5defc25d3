import { StriateError } from "../errors.ts";
import type { GraphBuilder, Value } from "../graph/index.ts";
import {
  abs,
  castTo,
  clip,
  elu,
  exp,
  formula,
  gelu,
  greater,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  logSoftmax,
  mul,
  neg,
  reduceSum,
  relu,
  reshapeTo,
  selu,
  sigmoid,
  softmax,
  softplus,
  softsign,
  sub,
  tanh,
} from "../ops/index.ts";
import { at, type Shape, sameShape } from "../tensor/index.ts";
import type { Feature } from "./feature.ts";
import { type BuildContext, defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import { unknownChoice } from "./options.ts";

/** Adds an activation to the graph; `axis` is where the channels are, for those that normalize over them. */
type ActivationRule = (g: GraphBuilder, x: Value, axis: number) => Value;

/** min(max(x, 0), most). Two nodes, so that the gradient at 0 is Relu's; ONNX Runtime makes one of them. */
function clippedRelu(g: GraphBuilder, x: Value, most: number): Value {
  return g.op(clip, [g.op(relu, [x]), undefined, g.scalar(x, most)]);
}

function between(g: GraphBuilder, x: Value, least: number, most: number): Value {
  return g.op(clip, [x, g.scalar(x, least), g.scalar(x, most)]);
}

/**
 * max(x - tau, 0), tau being such that the sum is 1 (Martins and Astudillo 2016). Those count that the others exceed by less
 * than 1 in all. (Keras 3.15 adds up partial sums in the place of the last one, so that its outputs do not always have
 * the sum 1.)
 */
function sparsemax(g: GraphBuilder, x: Value, axis: number): Value {
  const f = formula(g, x);
  const along = axis < 0 ? axis + x.shape.length : axis;
  const [before, size, after] = [x.shape.slice(0, along), at(x.shape, along), x.shape.slice(along + 1)];
  const others = reshapeTo(g, x, [...before, size, 1, ...after]);
  const above = g.op(relu, [f.sub(others, reshapeTo(g, x, [...before, 1, size, ...after]))]);
  const excess = g.op(reduceSum, [above, g.int64s(along)], { keepdims: 0 });
  const counts = castTo(g, g.op(greater, [g.scalar(x, 1), excess]), x.dtype);
  const total = (value: Value) => g.op(reduceSum, [value, g.int64s(along)]);
  const tau = f.div(f.sub(total(f.mul(counts, x)), 1), total(counts));
  return g.op(relu, [f.sub(x, tau)]);
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
  mish: (g, x) => g.op(mul, [x, g.op(tanh, [g.op(softplus, [x])])]),
  // With Keras's alpha of 1 it is elu.
  celu: (g, x) => g.op(elu, [x]),
  hardTanh: (g, x) => between(g, x, -1, 1),
  logSigmoid: (g, x) => g.op(neg, [g.op(softplus, [g.op(neg, [x])])]),
  // The thresholds of Keras's functions.
  hardShrink: (g, x) => g.op(mul, [x, castTo(g, g.op(greater, [g.op(abs, [x]), g.scalar(x, 0.5)]), x.dtype)]),
  softShrink: (g, x) => g.op(sub, [x, between(g, x, -0.5, 0.5)]),
  tanhShrink: (g, x) => g.op(sub, [x, g.op(tanh, [x])]),
  // 0 below -1, (x + 1)^2 / 4 to 1, x above.
  sparsePlus: (g, x) => {
    const f = formula(g, x);
    const raised = f.add(between(g, x, -1, 1), 1);
    return f.add(f.mul(f.mul(raised, raised), 0.25), g.op(relu, [f.sub(x, 1)]));
  },
  sparseSigmoid: (g, x) => formula(g, x).mul(formula(g, x).add(between(g, x, -1, 1), 1), 0.5),
  squareplus: (g, x) => {
    const f = formula(g, x);
    return f.mul(f.add(x, f.sqrt(f.add(f.mul(x, x), 4))), 0.5);
  },
  sparsemax,
} satisfies Record<string, ActivationRule>;

/** The name of an activation function, as in Keras. */
export type ActivationName = keyof typeof ACTIVATIONS;

/** What a layer does to its output: an activation by name, or a layer without weights, such as `leakyReLU({ ... })`. */
export type Activation = ActivationName | Layer;

/** @throws StriateError `usage` that lists the names when there is none like it. */
export function activationOf(layer: string, given: Activation = "linear"): Activation {
  if (typeof given === "function" && "outputShapes" in given) return given;
  if (typeof given === "string" && Object.hasOwn(ACTIVATIONS, given)) return given;
  throw unknownChoice(layer, "activation", given ?? "null", Object.keys(ACTIVATIONS));
}

/** The shape, after an activation. @throws StriateError `shape` for a layer that changes it or that has weights. */
export function activatedShape(activation: Activation, shape: Shape): Shape {
  if (typeof activation === "string") return shape;
  const [output] = activation.outputShapes([shape]);
  if (output && sameShape(output, shape) && activation.variables([shape]).size === 0) return shape;
  throw new StriateError(
    "shape",
    `its activation ${activation.type} has weights or changes the shape; call it as a layer of its own after this one`,
  );
}

/** The feature after an activation; softmax normalizes over the API's last axis, as in Keras. */
export function activate(context: BuildContext, activation: Activation, feature: Feature): Feature {
  if (typeof activation !== "string") return activation.build(context, [feature])[0] ?? feature;
  const { value, moved } = feature;
  return { value: ACTIVATIONS[activation](context.g, value, moved ? 1 : -1), moved };
}

/** The options of `activation`. */
export interface ActivationOptions extends LayerOptions {
  readonly activation: Activation;
}

/**
 * An activation as a layer of its own.
 * @example activation({ activation: "relu" })
 */
export function activation(options: ActivationOptions): Layer {
  const checked = layerOptions("activation", options, { activation: true });
  const chosen = activationOf("activation", checked.activation);
  return defineUnaryLayer({
    type: "activation",
    options: checked,
    outputShape: (input) => activatedShape(chosen, input),
    build: (context, input) => activate(context, chosen, input),
  });
}
