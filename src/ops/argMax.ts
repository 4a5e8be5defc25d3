import { defineOp, int, type Value } from "../graph/index.ts";
import { at, normalizeAxis, sizeOf } from "../tensor/index.ts";

/** The index along an axis of the element that is better than all others; among equal ones the first, or the last. */
function defineArg(name: string, better: (a: number, b: number) => boolean) {
  return defineOp({
    name,
    inputs: ["data"],
    attributes: { axis: int(0), keepdims: int(1), select_last_index: int(0) },
    infer: ({ data }: { data: Value }, { axis, keepdims }) => {
      const along = normalizeAxis(axis, data.shape.length);
      const shape = keepdims ? data.shape.with(along, 1) : data.shape.toSpliced(along, 1);
      return [{ dtype: "int64" as const, shape }];
    },
    reference: ({ data }, { axis, select_last_index }, node) => {
      const along = normalizeAxis(axis, data.shape.length);
      const [length, inner] = [at(data.shape, along), sizeOf(data.shape.slice(along + 1))];
      const { shape } = at(node.outputs, 0);
      const indices = Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
        const start = Math.floor(i / inner) * length * inner + (i % inner);
        let best = 0;
        for (let k = 1; k < length; k++) {
          const [x, y] = [at(data.data, start + k * inner), at(data.data, start + best * inner)];
          if (better(x, y) || (select_last_index !== 0 && x === y)) best = k;
        }
        return best;
      });
      return [{ shape, data: indices }];
    },
    cost: (node) => ({ multiplyAdds: 0, flops: sizeOf(node.inputs[0]?.shape ?? []) }),
    samples: [
      { name: "the first axis", inputs: [{ shape: [3, 4] }] },
      { name: "the middle, dropped", inputs: [{ shape: [2, 3, 4] }], attributes: { axis: 1, keepdims: 0 } },
      {
        name: "the first of equal ones",
        inputs: [{ shape: [1, 5], values: [1, 2, 2, 1, 1] }],
        attributes: { axis: -1 },
      },
      {
        name: "the last of equal ones",
        inputs: [{ shape: [1, 5], values: [1, 2, 2, 1, 1] }],
        attributes: { axis: -1, select_last_index: 1 },
      },
    ],
  });
}

/** The place of the largest element along an axis, int64. */
export const argMax = defineArg("ArgMax", (a, b) => a > b);
export const argMin = defineArg("ArgMin", (a, b) => a < b);
