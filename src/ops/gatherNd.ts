import { StriateError } from "../errors.ts";
import { defineOp, type GradientThunk, int, type Reals, string, type Value } from "../graph/index.ts";
import { at, type Shape, sameShape, shapeText, sizeOf, stridesOf } from "../tensor/index.ts";
import { expandTo } from "./reshape.ts";
import { REDUCTIONS } from "./scatter.ts";

/** Where the slices that `indices` name begin in data of `shape`: each row of its last axis names one, per batch. */
function sliceStarts(
  shape: Shape,
  indices: Reals,
  batchDims: number,
): { readonly starts: number[]; readonly size: number } {
  const depth = at(indices.shape, indices.shape.length - 1);
  const strides = stridesOf(shape);
  const rows = depth === 0 ? sizeOf(indices.shape.slice(0, -1)) : indices.data.length / depth;
  const rowsOfBatch = rows / sizeOf(shape.slice(0, batchDims));
  const batchSize = sizeOf(shape.slice(batchDims));
  const starts = Array.from({ length: rows }, (_, row) => {
    let start = Math.floor(row / rowsOfBatch) * batchSize;
    for (let k = 0; k < depth; k++) {
      const [index, axis] = [at(indices.data, row * depth + k), batchDims + k];
      start += (index < 0 ? index + at(shape, axis) : index) * at(strides, axis);
    }
    return start;
  });
  return { starts, size: sizeOf(shape.slice(batchDims + depth)) };
}

/** The shape of what the indices name. */
function slicesShape(name: string, data: Value, indices: Value, batchDims: number): number[] {
  const depth = indices.shape.at(-1);
  const batch = data.shape.slice(0, batchDims);
  const fits = sameShape(indices.shape.slice(0, batchDims), batch) && indices.shape.length > batchDims;
  if (depth === undefined || depth + batchDims > data.shape.length || !fits || batchDims < 0) {
    throw new StriateError(
      "shape",
      `${name}: indices of ${shapeText(indices.shape)} do not fit ${shapeText(data.shape)} with ${batchDims} batch axes`,
    );
  }
  return [...indices.shape.slice(0, -1), ...data.shape.slice(batchDims + depth)];
}

/** The slices of `data` that the rows of `indices` name by their places along the first axes. */
export const gatherNd = defineOp({
  name: "GatherND",
  inputs: ["data", "indices"],
  attributes: { batch_dims: int(0) },
  infer: ({ data, indices }, { batch_dims }) => [
    { dtype: data.dtype, shape: slicesShape("GatherND", data, indices, batch_dims) },
  ],
  reference: ({ data, indices }, { batch_dims }, node) => {
    const { shape } = at(node.outputs, 0);
    const { starts, size } = sliceStarts(data.shape, indices, batch_dims);
    const result = new Float64Array(sizeOf(shape));
    for (const [i, start] of starts.entries()) result.set(data.data.subarray(start, start + size), i * size);
    return [{ shape, data: result }];
  },
  // What several rows name gets the sum.
  gradient: ({ g, data, indices, attributes: { batch_dims }, dOutput }): { data?: GradientThunk } =>
    batch_dims > 0
      ? {}
      : {
          data: () => {
            const nothing = expandTo(g, g.scalar(dOutput, 0), data.shape);
            return g.op(scatterNd, [nothing, indices, dOutput], { reduction: "add" });
          },
        },
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [
    {
      name: "elements, one of them twice",
      inputs: [{ shape: [2, 3] }, { shape: [3, 2], values: [0, 1, 1, -1, 0, 1], dtype: "int64" }],
    },
    { name: "rows", inputs: [{ shape: [3, 2] }, { shape: [2, 1], values: [2, 0], dtype: "int64" }] },
    {
      name: "in each batch",
      inputs: [{ shape: [2, 3, 2] }, { shape: [2, 1], values: [2, 0], dtype: "int64" }],
      attributes: { batch_dims: 1 },
    },
  ],
});

/**
 * A copy of `data` in which the slices that the rows of `indices` name are replaced by their updates, or joined with
 * them by a reduction, of which `add` alone has a gradient.
 */
export const scatterNd = defineOp({
  name: "ScatterND",
  inputs: ["data", "indices", "updates"],
  attributes: { reduction: string<string>("none") },
  infer: ({ data, indices, updates }, { reduction }) => {
    const expected = slicesShape("ScatterND", data, indices, 0);
    if (!sameShape(expected, updates.shape) || !REDUCTIONS.has(reduction)) {
      throw new StriateError(
        "shape",
        `ScatterND: updates of ${shapeText(updates.shape)} in place of ${shapeText(expected)}, reduction ${reduction}`,
      );
    }
    return [data];
  },
  reference: ({ data, indices, updates }, { reduction }) => {
    const { starts, size } = sliceStarts(data.shape, indices, 0);
    const result = data.data.slice();
    const reduce = REDUCTIONS.get(reduction);
    if (!reduce) throw new StriateError("usage", `ScatterND has no reduction ${reduction}`);
    for (const [row, start] of starts.entries()) {
      for (let i = 0; i < size; i++) {
        result[start + i] = reduce(at(result, start + i), at(updates.data, row * size + i));
      }
    }
    return [{ shape: data.shape, data: result }];
  },
  // With replacement a row that names a slice again hides the one before: rows are taken to be different, as ONNX says.
  gradient: ({
    g,
    indices,
    updates,
    attributes: { reduction },
    dOutput,
  }): {
    data?: GradientThunk;
    updates?: GradientThunk;
  } => {
    if (reduction !== "none" && reduction !== "add") return {};
    return {
      data: () => {
        if (reduction === "add") return dOutput;
        const nothing = expandTo(g, g.scalar(dOutput, 0), updates.shape);
        return g.op(scatterNd, [dOutput, indices, nothing], { reduction });
      },
      updates: () => g.op(gatherNd, [dOutput, indices]),
    };
  },
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: ["none", "add", "mul", "max", "min"].map((reduction) => ({
    name: `rows, ${reduction}`,
    inputs: [{ shape: [3, 2] }, { shape: [2, 1], values: [2, 0], dtype: "int64" as const }, { shape: [2, 2] }],
    attributes: { reduction },
  })),
});
