import { wholeNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { Value } from "../graph/index.ts";
import { add, gemm, matMul } from "../ops/index.ts";
import { shapeText } from "../tensor/index.ts";
import { type Activation, activate, activatedShape, activationOf } from "./activation.ts";
import type { Constraint, ConstraintName } from "./constraints.ts";
import { KERNEL, type KernelOptions, kernelOf } from "./convolution.ts";
import { inApiOrder } from "./feature.ts";
import type { Initializer, InitializerName } from "./initializers.ts";
import { defineUnaryLayer, type Layer } from "./layer.ts";
import { type LayerOptions, layerOptions } from "./layerOptions.ts";
import type { Regularizer, RegularizerName } from "./regularizers.ts";
import { weightOf } from "./weights.ts";

/** The options of `dense`. */
export interface DenseOptions extends LayerOptions, KernelOptions {
  /** Size of the output's last axis. */
  readonly units: number;
  /** Default `linear`. */
  readonly activation?: Activation;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default `zeros`. */
  readonly biasInitializer?: InitializerName | Initializer;
  /** The same for the bias. Default: none. */
  readonly biasRegularizer?: RegularizerName | Regularizer;
  /** What biases are made to fulfil after each step of training: `maxNorm`, `nonNeg`, ... Default: nothing. */
  readonly biasConstraint?: ConstraintName | Constraint;
}

/**
 * A fully connected layer, as Keras's Dense: activation(x kernel + bias) over the last axis. Weights: kernel
 * [inputs, units] and bias [units].
 */
export function dense(options: DenseOptions): Layer {
  const type = "dense";
  const checked = layerOptions(type, options, {
    ...KERNEL,
    units: true,
    activation: true,
    useBias: true,
    biasInitializer: true,
    biasRegularizer: true,
    biasConstraint: true,
  });
  const units = wholeNumber(type, "units", options.units);
  const activation = activationOf(type, options.activation);
  const kernel = kernelOf(type, options);
  const bias = weightOf(type, "bias", {
    initializer: options.biasInitializer ?? "zeros",
    regularizer: options.biasRegularizer,
    constraint: options.biasConstraint,
  });
  const useBias = options.useBias ?? true;
  return defineUnaryLayer({
    type,
    options: checked,
    outputShape: (input) => {
      if (input.length === 0)
        throw new StriateError("shape", `it needs at least one axis, received ${shapeText(input)}`);
      return activatedShape(activation, [...input.slice(0, -1), units]);
    },
    weights: (input) => [kernel([input.at(-1) ?? 1, units]), ...(useBias ? [bias([units])] : [])],
    build: (context, input) => {
      const { g, weight } = context;
      const x = inApiOrder(g, input);
      const b = useBias ? weight("bias") : undefined;
      const result = (value: Value) => activate(context, activation, { value, moved: false });
      if (x.shape.length === 2) return result(g.op(gemm, [x, weight("kernel"), b]));
      const product = g.op(matMul, [x, weight("kernel")]);
      return result(b ? g.op(add, [product, b]) : product);
    },
  });
}
