import { StriateError } from "../errors.ts";
import { defineOp, int, string } from "../graph/index.ts";
import { at, normalizeAxis, shapeText, sizeOf, stridesOf } from "../tensor/index.ts";

/** What becomes of an element and its update. */
export const REDUCTIONS: ReadonlyMap<string, (element: number, update: number) => number> = new Map([
  ["none", (_element, update) => update],
  ["add", (element, update) => element + update],
  ["mul", (element, update) => element * update],
  ["max", Math.max],
  ["min", Math.min],
]);

/** A copy of `data` in which, along `axis`, the element at each index is replaced by its update, or joined with it. */
export const scatterElements = defineOp({
  name: "ScatterElements",
  inputs: ["data", "indices", "updates"],
  attributes: { axis: int(0), reduction: string<string>("none") },
  infer: ({ data, indices, updates }, { reduction }) => {
    if (sizeOf(indices.shape) !== sizeOf(updates.shape) || !REDUCTIONS.has(reduction)) {
      throw new StriateError(
        "shape",
        `ScatterElements: ${shapeText(indices.shape)} indices, ${shapeText(updates.shape)} updates, reduction ${reduction}`,
      );
    }
    return [data];
  },
  reference: ({ data, indices, updates }, { axis, reduction }) => {
    const along = normalizeAxis(axis, data.shape.length);
    const [into, from] = [stridesOf(data.shape), stridesOf(indices.shape)];
    const result = data.data.slice();
    const reduce = REDUCTIONS.get(reduction);
    if (!reduce) throw new StriateError("usage", `ScatterElements has no reduction ${reduction}`);
    for (let i = 0; i < updates.data.length; i++) {
      let [rest, offset] = [i, 0];
      for (let k = 0; k < into.length; k++) {
        const position = Math.floor(rest / at(from, k));
        rest %= at(from, k);
        const index = at(indices.data, i);
        const place = k === along ? (index < 0 ? index + at(data.shape, k) : index) : position;
        offset += place * at(into, k);
      }
      result[offset] = reduce(at(result, offset), at(updates.data, i));
    }
    return [{ shape: data.shape, data: result }];
  },
  samples: [
    {
      name: "replaced along columns",
      inputs: [{ shape: [2, 4] }, { shape: [2, 2], values: [0, 3, -1, 1], dtype: "int64" }, { shape: [2, 2] }],
      attributes: { axis: 1 },
    },
    ...["add", "mul", "max", "min"].map((reduction) => ({
      name: `joined by ${reduction}`,
      inputs: [{ shape: [4] }, { shape: [3], values: [1, 1, 3], dtype: "int64" as const }, { shape: [3] }],
      attributes: { reduction },
    })),
  ],
});

/** `values[1]` at the index that each element names, `values[0]` elsewhere, along a new axis of size `depth`. */
export const oneHot = defineOp({
  name: "OneHot",
  inputs: ["indices", "depth", "values"],
  attributes: { axis: int(-1) },
  infer: ({ indices, depth, values }, { axis }) => {
    if (!depth.constant) throw new StriateError("shape", "OneHot: depth must be a constant, because shapes are static");
    const along = normalizeAxis(axis, indices.shape.length + 1);
    return [{ dtype: values.dtype, shape: indices.shape.toSpliced(along, 0, Number(depth.constant.data[0])) }];
  },
  reference: ({ indices, depth, values }, { axis }, node) => {
    const { shape } = at(node.outputs, 0);
    const inner = sizeOf(indices.shape.slice(normalizeAxis(axis, shape.length)));
    const size = at(depth.data, 0);
    const data = new Float64Array(sizeOf(shape)).fill(at(values.data, 0));
    for (let i = 0; i < indices.data.length; i++) {
      const index = at(indices.data, i);
      const hot = index < 0 ? index + size : index;
      if (hot >= 0 && hot < size) data[(Math.floor(i / inner) * size + hot) * inner + (i % inner)] = at(values.data, 1);
    }
    return [{ shape, data }];
  },
  samples: [
    {
      name: "rows",
      inputs: [
        { shape: [3], values: [1, 0, -1], dtype: "int64" },
        { shape: [], values: [4], dtype: "int64", constant: true },
        { shape: [2], values: [0, 1] },
      ],
    },
    {
      name: "a new first axis",
      inputs: [
        { shape: [2, 2], values: [1, 0, 2, 2], dtype: "int32" },
        { shape: [], values: [3], dtype: "int64", constant: true },
        { shape: [2], values: [-1, 5] },
      ],
      attributes: { axis: 0 },
    },
  ],
});
