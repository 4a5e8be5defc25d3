import type { Graph, RandomInput } from "../graph/index.ts";
import { normal, sizeOf, type Tensor, tensor, uniform } from "../tensor/index.ts";
import type { RandomSource, Tensors } from "./engine.ts";

/** The numbers of one random input: its distribution, from the stream of its name, at this step. */
export function drawRandom({ value, distribution, stream }: RandomInput, { seed, step }: RandomSource): Tensor {
  const draw = distribution === "normal" ? normal : uniform;
  const numbers = draw({ seed, stream: `random/${stream}`, counter: step }, sizeOf(value.shape));
  return tensor("float32", value.shape, numbers);
}

/** The numbers of all random inputs of a graph, by name. */
export function drawRandoms({ randoms }: Graph, source: RandomSource): Tensors {
  return Object.fromEntries(randoms.map((input) => [input.value.name, drawRandom(input, source)]));
}
