import type { GraphBuilder, Value } from "../graph/index.ts";
import { concat, gather, slice, split } from "../ops/index.ts";
import { at } from "../tensor/index.ts";

/**
 * A network that takes batches of one size, for a batch of another: in parts, the last one filled up with the last
 * example.
 */
export function inBatches(
  g: GraphBuilder,
  inputs: readonly Value[],
  size: number,
  network: (inputs: readonly Value[]) => readonly Value[],
): readonly Value[] {
  const batch = at(at(inputs, 0).shape, 0);
  const count = Math.ceil(batch / size);
  const parts = inputs.map((input) => partsOf(g, input, size, count));
  const results = Array.from({ length: count }, (_, i) =>
    count === 1
      ? network(parts.map((part) => at(part, i)))
      : g.scoped(`batch${i}`, () => network(parts.map((part) => at(part, i)))),
  );
  return at(results, 0).map((first, i) => {
    const whole =
      count === 1
        ? first
        : g.op(
            concat,
            results.map((outputs) => at(outputs, i)),
            { axis: 0 },
          );
    return count * size === batch ? whole : g.op(slice, [whole, g.int64s(0), g.int64s(batch), g.int64s(0)]);
  });
}

function partsOf(g: GraphBuilder, input: Value, size: number, count: number): readonly Value[] {
  const batch = at(input.shape, 0);
  const places = Array.from({ length: count * size }, (_, i) => Math.min(i, batch - 1));
  const filled = places.length === batch ? input : g.op(gather, [input, g.int64s(...places)], { axis: 0 });
  if (count === 1) return [filled];
  return g.ops(split, [filled], { axis: 0, num_outputs: count });
}
