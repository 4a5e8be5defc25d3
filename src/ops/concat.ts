import { StriateError } from "../errors.ts";
import { defineVariadicOp, int } from "../graph/index.ts";
import { at, normalizeAxis, sizeOf, typeText } from "../tensor/index.ts";
import { sliceAxis } from "./slice.ts";

/** Joins tensors along an axis; all their other sizes are equal. */
export const concat = defineVariadicOp({
  name: "Concat",
  attributes: { axis: int(0) },
  infer: (inputs, { axis }) => {
    const first = at(inputs, 0);
    const along = normalizeAxis(axis, first.shape.length);
    const fits = inputs.every(
      ({ dtype, shape }) =>
        dtype === first.dtype &&
        shape.length === first.shape.length &&
        shape.every((size, i) => i === along || size === first.shape[i]),
    );
    if (!fits)
      throw new StriateError("shape", `Concat along axis ${axis}: ${inputs.map(typeText).join(", ")} do not fit`);
    const total = inputs.reduce((sum, { shape }) => sum + at(shape, along), 0);
    return [{ dtype: first.dtype, shape: first.shape.with(along, total) }];
  },
  reference: (inputs, { axis }, node) => {
    const { shape } = at(node.outputs, 0);
    const along = normalizeAxis(axis, shape.length);
    const data = new Float64Array(sizeOf(shape));
    const row = sizeOf(shape.slice(along));
    let offset = 0;
    for (const input of inputs) {
      const part = sizeOf(input.shape.slice(along));
      for (let outer = 0; outer * part < input.data.length; outer++) {
        data.set(input.data.subarray(outer * part, (outer + 1) * part), outer * row + offset);
      }
      offset += part;
    }
    return [{ shape, data }];
  },
  gradient: ({ g, inputs, attributes: { axis }, dOutput }) => {
    const along = normalizeAxis(axis, dOutput.shape.length);
    const ends = inputs.map((_, i) => inputs.slice(0, i + 1).reduce((sum, { shape }) => sum + at(shape, along), 0));
    return inputs.map(
      ({ shape }, i) =>
        () =>
          sliceAxis(g, dOutput, along, at(ends, i) - at(shape, along), at(ends, i)),
    );
  },
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [
    { name: "columns", inputs: [{ shape: [2, 3] }, { shape: [2, 1] }, { shape: [2, 2] }], attributes: { axis: 1 } },
    { name: "from the end", inputs: [{ shape: [2, 2, 2] }, { shape: [2, 1, 2] }], attributes: { axis: -2 } },
  ],
});
