import { StriateError } from "../errors.ts";
import { defineOp, type GradientThunk, type Value } from "../graph/index.ts";
import { at, shapeText, sizeOf, stridesOf } from "../tensor/index.ts";
import { reduceSum } from "./reduce.ts";
import { constantInts, reshapeTo } from "./reshape.ts";

function repeatsOf(input: Value, repeats: Value): number[] {
  const counts = constantInts("Tile", "repeats", repeats);
  if (counts.length !== input.shape.length) {
    throw new StriateError(
      "shape",
      `Tile: ${shapeText(counts)} repeats do not fit the axes of ${shapeText(input.shape)}`,
    );
  }
  return counts;
}

/** Repeats a tensor as a whole along each axis. */
export const tile = defineOp({
  name: "Tile",
  inputs: ["input", "repeats"],
  infer: ({ input, repeats }) => {
    const counts = repeatsOf(input, repeats);
    return [{ dtype: input.dtype, shape: input.shape.map((size, axis) => size * at(counts, axis)) }];
  },
  reference: ({ input }, _, node) => {
    const { shape } = at(node.outputs, 0);
    const [into, from] = [stridesOf(shape), stridesOf(input.shape)];
    const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
      const place = into.reduce((sum, stride, axis) => {
        const position = Math.floor(i / stride) % at(shape, axis);
        return sum + (position % at(input.shape, axis)) * at(from, axis);
      }, 0);
      return at(input.data, place);
    });
    return [{ shape, data }];
  },
  // Every copy's gradient is added up: each axis as [repeats, size], summed over the repeats.
  gradient: ({ g, input, repeats, dOutput }): { input: GradientThunk } => ({
    input: () => {
      const counts = repeatsOf(input, repeats);
      const split = reshapeTo(
        g,
        dOutput,
        input.shape.flatMap((size, axis) => [at(counts, axis), size]),
      );
      const axes = g.int64s(...counts.map((_, axis) => 2 * axis));
      return g.op(reduceSum, [split, axes], { keepdims: 0 });
    },
  }),
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [
    {
      name: "both axes",
      inputs: [{ shape: [2, 3] }, { shape: [2], values: [2, 3], dtype: "int64", constant: true }],
    },
  ],
});
