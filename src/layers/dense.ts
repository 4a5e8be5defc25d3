import { wholeNumber } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { add, gemm, matMul } from "../ops/index.ts";
import { shapeText } from "../tensor/index.ts";
import { type ActivationName, activate, activationNamed } from "./activation.ts";
import { inApiOrder } from "./feature.ts";
import { type Initializer, type InitializerName, initializer } from "./initializers.ts";
import { defineLayer, type Layer, type LayerOptions } from "./layer.ts";
import { type Regularizer, type RegularizerName, regularizer } from "./regularizers.ts";

export interface DenseOptions extends LayerOptions {
  /** Size of the output's last axis. */
  readonly units: number;
  /** Default `linear`. */
  readonly activation?: ActivationName;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default `glorotUniform`. */
  readonly kernelInitializer?: InitializerName | Initializer;
  /** What large kernel weights cost in training: `l1`, `l2`, `l1L2`, or one of these functions' results. Default: none. */
  readonly kernelRegularizer?: RegularizerName | Regularizer;
  /** Default `zeros`. */
  readonly biasInitializer?: InitializerName | Initializer;
  /** The same for the bias. Default: none. */
  readonly biasRegularizer?: RegularizerName | Regularizer;
}

/**
 * A fully connected layer, as Keras's Dense: activation(x kernel + bias) over the last axis. Weights: kernel
 * [inputs, units] and bias [units].
 */
export function dense(options: DenseOptions): Layer {
  const type = "dense";
  const units = wholeNumber(type, "units", options.units);
  const activationName = activationNamed(type, options.activation);
  const kernelInitializer = initializer(type, options.kernelInitializer ?? "glorotUniform");
  const biasInitializer = initializer(type, options.biasInitializer ?? "zeros");
  const kernelRegularizer = regularizer(type, options.kernelRegularizer);
  const biasRegularizer = regularizer(type, options.biasRegularizer);
  const useBias = options.useBias ?? true;
  return defineLayer({
    type,
    options,
    outputShape: (input) => {
      if (input.length === 0)
        throw new StriateError("shape", `it needs at least one axis, received ${shapeText(input)}`);
      return [...input.slice(0, -1), units];
    },
    weights: (input) => [
      {
        name: "kernel",
        shape: [input.at(-1) ?? 1, units],
        initializer: kernelInitializer,
        regularizer: kernelRegularizer,
      },
      ...(useBias
        ? [{ name: "bias", shape: [units], initializer: biasInitializer, regularizer: biasRegularizer }]
        : []),
    ],
    build: ({ g, weight }, input) => {
      const x = inApiOrder(g, input);
      const bias = useBias ? weight("bias") : undefined;
      if (x.shape.length === 2) {
        return activate(g, activationName, { value: g.op(gemm, [x, weight("kernel"), bias]), moved: false });
      }
      const product = g.op(matMul, [x, weight("kernel")]);
      return activate(g, activationName, { value: bias ? g.op(add, [product, bias]) : product, moved: false });
    },
  });
}
