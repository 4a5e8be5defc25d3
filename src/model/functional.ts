import { checkOptions } from "../checks/index.ts";
import { listOf, type SymbolicTensor } from "../layers/index.ts";
import { Model } from "./model.ts";

/** The options of `model`. */
export interface FunctionalOptions {
  /** What `input` gave, or what any layer's call gave: the model then begins there. */
  readonly inputs: SymbolicTensor | readonly SymbolicTensor[];
  readonly outputs: SymbolicTensor | readonly SymbolicTensor[];
  /** Default `functional`. */
  readonly name?: string;
  /** Of the initial weights: the same seed gives the same ones. Default 0. */
  readonly seed?: number;
}

/**
 * A model of all layers between inputs and outputs, as Keras's functional Model.
 * @example
 * const x = input({ shape: [32, 32, 3] });
 * const y = conv2d({ filters: 8, kernelSize: 3, padding: "same" })(x);
 * const net = model({ inputs: x, outputs: dense({ units: 10 })(flatten()(concatenate()([x, y]))) });
 * @throws StriateError `usage` when an output needs an input that is not given, or two layers have one name.
 */
export function model(options: FunctionalOptions): Model {
  checkOptions("model", options, { inputs: true, outputs: true, name: true, seed: true });
  const { inputs, outputs, name, seed } = options;
  return new Model({ type: "functional", inputs: listOf(inputs), outputs: listOf(outputs), name, seed });
}
