import { StriateError } from "../errors.ts";
import { defineOp, type GradientThunk, type Value } from "../graph/index.ts";
import { at, normalizeAxis, shapeText } from "../tensor/index.ts";
import { constantInts, reshapeTo } from "./reshape.ts";

/** Drops axes of size 1: those given, else all. */
export const squeeze = defineOp({
  name: "Squeeze",
  inputs: ["data"],
  optional: ["axes"],
  infer: ({ data, axes }: { data: Value; axes?: Value | undefined }) => {
    const { dtype, shape } = data;
    if (!axes) return [{ dtype, shape: shape.filter((size) => size !== 1) }];
    const dropped = new Set(constantInts("Squeeze", "axes", axes).map((axis) => normalizeAxis(axis, shape.length)));
    if ([...dropped].some((axis) => shape[axis] !== 1)) {
      throw new StriateError(
        "shape",
        `Squeeze: ${shapeText(shape)} is not of size 1 along each of ${shapeText([...dropped])}`,
      );
    }
    return [{ dtype, shape: shape.filter((_, axis) => !dropped.has(axis)) }];
  },
  reference: ({ data }, _, node) => [{ shape: at(node.outputs, 0).shape, data: data.data.slice() }],
  gradient: ({ g, data, dOutput }): { data: GradientThunk } => ({ data: () => reshapeTo(g, dOutput, data.shape) }),
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [
    { name: "all", inputs: [{ shape: [1, 3, 1, 2] }] },
    {
      name: "the last",
      inputs: [{ shape: [1, 3, 1] }, { shape: [1], values: [-1], dtype: "int64", constant: true }],
    },
  ],
});

/** Puts in axes of size 1, which have the given indices in the result. */
export const unsqueeze = defineOp({
  name: "Unsqueeze",
  inputs: ["data", "axes"],
  infer: ({ data, axes }) => {
    const given = constantInts("Unsqueeze", "axes", axes);
    const rank = data.shape.length + given.length;
    const added = new Set(given.map((axis) => normalizeAxis(axis, rank)));
    if (added.size !== given.length) throw new StriateError("shape", `Unsqueeze: axes ${shapeText(given)} repeat`);
    const rest = data.shape.values();
    const shape = Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.next().value ?? 1)));
    return [{ dtype: data.dtype, shape }];
  },
  reference: ({ data }, _, node) => [{ shape: at(node.outputs, 0).shape, data: data.data.slice() }],
  gradient: ({ g, data, dOutput }): { data: GradientThunk } => ({ data: () => reshapeTo(g, dOutput, data.shape) }),
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [
    {
      name: "first and last",
      inputs: [{ shape: [3, 2] }, { shape: [2], values: [-1, 0], dtype: "int64", constant: true }],
    },
  ],
});
