import { internalError, StriateError } from "../errors.ts";
import { type Shape, shapeText, sizeOf, type Tensor } from "../tensor/index.ts";
import type { Constraint } from "./constraints.ts";
import type { Initializer } from "./initializers.ts";
import type { Regularizer } from "./regularizers.ts";

/** What a layer says of one tensor of numbers that it learns or keeps, in Keras's shape. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
  /** Axis `i` in the graph (ONNX's layout) is axis `toGraph[i]` here. Default: the same order. */
  readonly toGraph?: readonly number[];
  /** What large numbers cost in training. */
  readonly regularizer?: Regularizer | undefined;
  /** What it is made to fulfil after each step of training. */
  readonly constraint?: Constraint | undefined;
  /** Whether gradients change it; a layer's statistics are not trainable. Default true. */
  readonly trainable?: boolean;
}

/** The longest array there is. */
const MOST_NUMBERS = 2 ** 32 - 1;

function checkSize(key: string, shape: Shape): void {
  const size = sizeOf(shape);
  if (size <= MOST_NUMBERS) return;
  throw new StriateError(
    "shape",
    `${key} is ${shapeText(shape)}, ${size.toLocaleString("en-US")} numbers, and an array holds ${MOST_NUMBERS.toLocaleString("en-US")}; ` +
      "take a smaller input, or pool before a dense layer",
  );
}

/** One tensor of numbers of a layer, shared by every model that the layer is in. */
export class Variable {
  readonly spec: WeightSpec;
  /** Whether gradients change it, as far as its layer is trainable. */
  trainable: boolean;
  #value: Tensor<"float32"> | undefined;
  #origin: { readonly seed: number; readonly key: string } | undefined;

  constructor(spec: WeightSpec) {
    this.spec = spec;
    this.trainable = spec.trainable ?? true;
  }

  /** Says where the first numbers come from. The first model that the layer is in says it; later ones change nothing. */
  drawFrom(seed: number, key: string): void {
    this.#origin ??= { seed, key };
  }

  /** The numbers, drawn when they are first asked for. */
  get value(): Tensor<"float32"> {
    if (!this.#value) {
      if (!this.#origin) throw internalError(`variable ${this.spec.name} belongs to no model`);
      const { seed, key } = this.#origin;
      checkSize(key, this.spec.shape);
      this.#value = this.spec.initializer(this.spec.shape, { seed, stream: `initial/${key}`, counter: 0 });
    }
    return this.#value;
  }

  set value(value: Tensor<"float32">) {
    this.#value = value;
  }
}
