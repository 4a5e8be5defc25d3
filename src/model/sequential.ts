import { checkOptions, valueText } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import { callLayer, input, type Layer, SymbolicTensor } from "../layers/index.ts";
import { at, type Shape, shapeText } from "../tensor/index.ts";
import { Model } from "./model.ts";
import { nameAll } from "./names.ts";

/** The options of `sequential`. */
export interface SequentialOptions {
  /** One input without the batch: [height, width, channels] for pictures. */
  readonly inputShape: Shape;
  /** Default `sequential`. */
  readonly name?: string;
  /** Of the initial weights: the same seed gives the same ones. Default 0. */
  readonly seed?: number;
}

/**
 * Layers one after the other; a model may be one of them.
 * @example sequential({ inputShape: [28, 28, 1] }, [flatten(), dense({ units: 10, activation: "softmax" })])
 * @throws StriateError `shape` that names the layer whose input does not fit it, `usage` for a wrong option.
 */
export function sequential(options: SequentialOptions, layers: readonly Layer[]): Model;
/** Layers one after the other, the first being an `input`, or a model, which has its own. */
export function sequential(layers: readonly (Layer | SymbolicTensor)[]): Model;
export function sequential(
  first: SequentialOptions | readonly (Layer | SymbolicTensor)[],
  more?: readonly Layer[],
): Model {
  if (!isList(first)) {
    checkOptions("sequential", first, { inputShape: true, name: true, seed: true });
    return chain(inputOf(first), more ?? [], first);
  }
  const [begin, ...rest] = first;
  if (begin instanceof SymbolicTensor) return chain(begin, rest as Layer[], {});
  if (begin instanceof Model) return chain(input({ shape: begin.inputShape }), first as Layer[], {});
  throw new StriateError(
    "usage",
    "sequential: say the shape of an input, by inputShape or by a first layer input({ shape })",
  );
}

function inputOf({ inputShape, name = "sequential" }: SequentialOptions): SymbolicTensor {
  if (!Array.isArray(inputShape)) {
    throw new StriateError(
      "usage",
      `model ${name}: inputShape is a list of sizes, such as [28, 28, 1], received ${valueText(inputShape)}`,
    );
  }
  if (!inputShape.every((size) => Number.isSafeInteger(size) && size > 0)) {
    const received = shapeText(inputShape);
    throw new StriateError("usage", `model ${name}: inputShape takes sizes of at least 1, received ${received}`);
  }
  return input({ shape: inputShape });
}

function chain(begin: SymbolicTensor, layers: readonly Layer[], { name, seed }: Partial<SequentialOptions>): Model {
  const stranger = layers.findIndex((layer) => typeof layer !== "function");
  if (stranger >= 0) {
    throw new StriateError(
      "usage",
      `sequential: element ${stranger + 1} is no layer; an input({ shape }) comes first, in place of inputShape`,
    );
  }
  const names = nameAll(layers, "layers");
  let end = begin;
  for (const layer of layers) end = at(callLayer(layer, end, names.get(layer)), 0);
  return new Model({ type: "sequential", inputs: [begin], outputs: [end], name, seed });
}

function isList(
  value: SequentialOptions | readonly (Layer | SymbolicTensor)[],
): value is readonly (Layer | SymbolicTensor)[] {
  return Array.isArray(value);
}
