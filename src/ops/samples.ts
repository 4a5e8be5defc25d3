import { GraphBuilder, type Op, type Reals, type Sample, type SampleInput, type Value } from "../graph/index.ts";
import { at, type DType, fromNumbers, isFloat, permutation, sizeOf } from "../tensor/index.ts";

/** A sample of an op as a graph under construction: its node, and what to feed. */
export interface SampleGraph {
  readonly g: GraphBuilder;
  /** The inputs that are fed, in order; constants and absent ones are left out. */
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly feeds: ReadonlyMap<Value, Reals>;
}

/** Builds one sample, its floating-point inputs being of type `real`. */
export function sampleGraph(op: Op, sample: Sample, real: "float32" | "float64" = "float32"): SampleGraph {
  const g = new GraphBuilder(`${op.name}/${sample.name}`);
  const feeds = new Map<Value, Reals>();
  const inputs = sample.inputs.map((input, i) => {
    if (!input) return undefined;
    const numbers = sampleNumbers(input, i);
    const dtype: DType = input.dtype && !isFloat(input.dtype) ? input.dtype : real;
    if (input.constant) return g.numbers(dtype, input.shape, numbers);
    const value = g.input(op.inputNames[i] ?? `input${i}`, dtype, input.shape);
    // What is fed is what a float32 can hold, so that engines start from the same numbers.
    feeds.set(value, {
      shape: input.shape,
      data: Float64Array.from(fromNumbers("float32", input.shape, numbers).data),
    });
    return value;
  });
  const outputs = g.ops(op, inputs, sample.attributes ?? {});
  return { g, inputs: [...feeds.keys()], outputs, feeds };
}

/**
 * The numbers of a sample input: those given, else distinct ones evenly spaced between `low` and `high` in shuffled
 * order. Being apart from each other and from 0, they keep a numerical derivative away from the kinks of Relu and
 * MaxPool.
 */
function sampleNumbers({ shape, values, low = -1, high = 1 }: SampleInput, index: number): readonly number[] {
  if (values) return values;
  const count = sizeOf(shape);
  const order = permutation({ seed: 1, stream: "sample", counter: index }, count);
  return Array.from(
    { length: count },
    (_, i) => low + ((at(order, i) + 0.5 + 0.07 * (index + 1)) * (high - low)) / (count + 0.5),
  );
}
