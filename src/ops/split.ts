import { StriateError } from "../errors.ts";
import { defineOp, type GradientThunk, type GraphBuilder, int, optionalInt, type Value } from "../graph/index.ts";
import { at, normalizeAxis, type Shape, shapeText, sizeOf, zeros } from "../tensor/index.ts";
import { concat } from "./concat.ts";
import { constantInts } from "./reshape.ts";
import { sliceAxis } from "./slice.ts";

/** The sizes of the parts: those given, else `count` equal ones, of which the last may be smaller. */
function partSizes(total: number, split: Value | undefined, count: number | undefined): number[] {
  if (split) {
    const sizes = constantInts("Split", "split", split);
    if (sizes.reduce((sum, size) => sum + size, 0) !== total) {
      throw new StriateError("shape", `Split: parts of ${shapeText(sizes)} do not add up to ${total}`);
    }
    return sizes;
  }
  const size = Math.ceil(total / (count ?? 0));
  const sizes = Array.from({ length: count ?? 0 }, (_, i) => Math.min(size, total - i * size));
  if (sizes.length === 0 || sizes.some((part) => part < 0)) {
    throw new StriateError(
      "shape",
      `Split: ${total} do not go into ${count ?? "an unknown number of"} parts; give split or num_outputs`,
    );
  }
  return sizes;
}

function offsets(parts: readonly Value[], axis: number): number[] {
  return parts.map((_, i) => parts.slice(0, i).reduce((sum, { shape }) => sum + at(shape, axis), 0));
}

function zerosOf(g: GraphBuilder, { dtype, shape }: Value): Value {
  return g.constant(zeros(dtype, shape));
}

/** Cuts a tensor along an axis; Concat's inverse. */
export const split = defineOp({
  name: "Split",
  inputs: ["input"],
  optional: ["split"],
  attributes: { axis: int(0), num_outputs: optionalInt },
  infer: ({ input, split }, { axis, num_outputs }) => {
    const along = normalizeAxis(axis, input.shape.length);
    const sizes = partSizes(at(input.shape, along), split, num_outputs);
    return sizes.map((size) => ({ dtype: input.dtype, shape: input.shape.with(along, size) }));
  },
  reference: ({ input }, { axis }, node) => {
    const along = normalizeAxis(axis, input.shape.length);
    const row = sizeOf(input.shape.slice(along));
    const inner = sizeOf(input.shape.slice(along + 1));
    const starts = offsets(node.outputs, along);
    return node.outputs.map(({ shape }: { shape: Shape }, i) => {
      const part = sizeOf(shape.slice(along));
      const data = new Float64Array(sizeOf(shape));
      for (let outer = 0; outer * row < input.data.length; outer++) {
        const start = outer * row + at(starts, i) * inner;
        data.set(input.data.subarray(start, start + part), outer * part);
      }
      return { shape, data };
    });
  },
  gradient: ({ g, node, attributes: { axis }, dOutputs }): { input: GradientThunk } => ({
    input: () => {
      const parts = node.outputs.map((output, i) => dOutputs[i] ?? zerosOf(g, output));
      return g.op(concat, parts, { axis });
    },
  }),
  // As slices, so that a part that nothing uses is not made.
  lower: ({ g, node, inputs: { input }, attributes: { axis }, target }): readonly Value[] | undefined => {
    if (target === "file") return undefined;
    const along = normalizeAxis(axis, input.shape.length);
    const starts = offsets(node.outputs, along);
    return node.outputs.map(({ shape }, i) =>
      sliceAxis(g, input, along, at(starts, i), at(starts, i) + at(shape, along)),
    );
  },
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [
    {
      name: "given sizes",
      inputs: [{ shape: [2, 6, 2] }, { shape: [3], values: [1, 3, 2], dtype: "int64", constant: true }],
      attributes: { axis: 1 },
    },
    { name: "the last one smaller", inputs: [{ shape: [2, 7] }], attributes: { axis: -1, num_outputs: 3 } },
    { name: "one part", inputs: [{ shape: [2, 3] }], attributes: { num_outputs: 1 } },
  ],
});
