import { defineOp, type GradientThunk, int, ints, type Reals } from "../graph/index.ts";
import { at, normalizeAxis, type Shape, sizeOf } from "../tensor/index.ts";
import { expandTo, reshapeTo } from "./reshape.ts";
import { scatterElements } from "./scatter.ts";

/** Where each gathered element comes from in data of `shape`, in the order of the result. */
function* gathered(shape: Shape, indices: Reals, axis: number): Generator<number> {
  const [size, inner] = [at(shape, axis), sizeOf(shape.slice(axis + 1))];
  for (let outer = 0; outer < sizeOf(shape.slice(0, axis)); outer++) {
    for (const index of indices.data) {
      const start = (outer * size + (index < 0 ? index + size : index)) * inner;
      for (let i = 0; i < inner; i++) yield start + i;
    }
  }
}

/** The slices of `data` along an axis that `indices` name; their shape takes the place of the axis. */
export const gather = defineOp({
  name: "Gather",
  inputs: ["data", "indices"],
  attributes: { axis: int(0) },
  infer: ({ data, indices }, { axis }) => [
    {
      dtype: data.dtype,
      shape: data.shape.toSpliced(normalizeAxis(axis, data.shape.length), 1, ...indices.shape),
    },
  ],
  reference: ({ data, indices }, { axis }, node) => {
    const places = gathered(data.shape, indices, normalizeAxis(axis, data.shape.length));
    return [{ shape: at(node.outputs, 0).shape, data: Float64Array.from(places, (place) => at(data.data, place)) }];
  },
  gradient: ({ g, data, indices, attributes: { axis }, dOutput }): { data: GradientThunk } => ({
    data: () => g.op(gatherGrad, [dOutput, indices], { axis, data_shape: data.shape }),
  }),
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [
    { name: "rows", inputs: [{ shape: [4, 3] }, { shape: [2, 2], values: [2, 0, -1, 2], dtype: "int64" }] },
    {
      name: "one column",
      inputs: [{ shape: [2, 3, 2] }, { shape: [], values: [1], dtype: "int64" }],
      attributes: { axis: 1 },
    },
  ],
});

/** Adds each slice of dY to where Gather took it from. */
export const gatherGrad = defineOp({
  name: "GatherGrad",
  domain: "striate",
  inputs: ["dY", "indices"],
  attributes: { axis: int(0), data_shape: ints([]) },
  infer: ({ dY }, { data_shape }) => [{ dtype: dY.dtype, shape: data_shape }],
  reference: ({ dY, indices }, { axis, data_shape }) => {
    const data = new Float64Array(sizeOf(data_shape));
    let i = 0;
    for (const place of gathered(data_shape, indices, normalizeAxis(axis, data_shape.length))) {
      data[place] = at(data, place) + at(dY.data, i++);
    }
    return [{ shape: data_shape, data }];
  },
  lower: ({ g, inputs: { dY, indices }, attributes: { axis, data_shape } }) => {
    const along = normalizeAxis(axis, data_shape.length);
    const count = sizeOf(indices.shape);
    const full = data_shape.with(along, count);
    const line = reshapeTo(
      g,
      indices,
      full.map((_, i) => (i === along ? count : 1)),
    );
    const nothing = expandTo(g, g.numbers(dY.dtype, [1], [0]), data_shape);
    const flat = [nothing, expandTo(g, line, full), reshapeTo(g, dY, full)];
    return [g.op(scatterElements, flat, { axis: along, reduction: "add" })];
  },
  cost: (node) => ({ multiplyAdds: 0, flops: sizeOf(node.inputs[0]?.shape ?? []) }),
  samples: [
    {
      name: "rows, one of them twice",
      inputs: [{ shape: [2, 2, 3] }, { shape: [2, 2], values: [2, 0, -1, 2], dtype: "int64" }],
      attributes: { data_shape: [4, 3] },
    },
    {
      name: "one column",
      inputs: [{ shape: [2, 2] }, { shape: [], values: [1], dtype: "int64" }],
      attributes: { axis: 1, data_shape: [2, 3, 2] },
    },
  ],
});
