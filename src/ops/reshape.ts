import { StriateError } from "../errors.ts";
import { defineOp, type GraphBuilder, int, type Value } from "../graph/index.ts";
import {
  at,
  broadcastShapes,
  normalizeAxis,
  type Shape,
  sameShape,
  shapeText,
  sizeOf,
  toNumbers,
} from "../tensor/index.ts";
import { broadcastReals, sumTo } from "./broadcast.ts";

/** The integers of an input that ONNX passes as a tensor and that must be known while the graph is built. */
export function constantInts(op: string, name: string, value: Value): number[] {
  if (!value.constant) {
    throw new StriateError(
      "shape",
      `${op}: ${name} must be a constant, because shapes are static; ${value.name} is not`,
    );
  }
  return [...toNumbers(value.constant)];
}

/** The same elements in the same order under another shape: 0 keeps the input's size (unless `allowzero`), -1 is inferred. */
export const reshape = defineOp({
  name: "Reshape",
  inputs: ["data", "shape"],
  attributes: { allowzero: int(0) },
  infer: ({ data, shape }, { allowzero }) => {
    const sizes = constantInts("Reshape", "shape", shape).map((size, axis) =>
      size === 0 && !allowzero ? (data.shape[axis] ?? 0) : size,
    );
    const rest = sizes.reduce((product, size) => (size === -1 ? product : product * size), 1);
    const result = sizes.map((size) => (size === -1 ? sizeOf(data.shape) / rest : size));
    if (sizeOf(result) !== sizeOf(data.shape) || sizes.filter((size) => size === -1).length > 1) {
      throw new StriateError("shape", `Reshape: ${shapeText(data.shape)} does not fit into ${shapeText(sizes)}`);
    }
    return [{ dtype: data.dtype, shape: result }];
  },
  reference: ({ data }, _, node) => [{ shape: at(node.outputs, 0).shape, data: data.data.slice() }],
  gradient: ({ g, data, dOutput }) => ({ data: () => reshapeTo(g, dOutput, data.shape) }),
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [
    {
      name: "to a shape",
      inputs: [{ shape: [2, 6] }, { shape: [3], values: [2, 3, 2], dtype: "int64", constant: true }],
    },
    {
      name: "inferred and kept",
      inputs: [{ shape: [2, 3, 4] }, { shape: [2], values: [0, -1], dtype: "int64", constant: true }],
    },
  ],
});

/** `value` under another shape; itself when it has that shape already. */
export function reshapeTo(g: GraphBuilder, value: Value, shape: Shape): Value {
  return sameShape(value.shape, shape) ? value : g.op(reshape, [value, g.int64s(...shape)]);
}

/** To a matrix: the axes before `axis` become rows, the others columns. */
export const flatten = defineOp({
  name: "Flatten",
  inputs: ["input"],
  attributes: { axis: int(1) },
  infer: ({ input }, { axis }) => {
    const cut = axis === input.shape.length ? axis : normalizeAxis(axis, input.shape.length);
    return [{ dtype: input.dtype, shape: [sizeOf(input.shape.slice(0, cut)), sizeOf(input.shape.slice(cut))] }];
  },
  reference: ({ input }, _, node) => [{ shape: at(node.outputs, 0).shape, data: input.data.slice() }],
  gradient: ({ g, input, dOutput }) => ({ input: () => reshapeTo(g, dOutput, input.shape) }),
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [
    { name: "at 1", inputs: [{ shape: [2, 3, 4] }] },
    { name: "at the end", inputs: [{ shape: [2, 3] }], attributes: { axis: 2 } },
  ],
});

/** Repeats axes of size 1 by broadcasting with `shape`. */
export const expand = defineOp({
  name: "Expand",
  inputs: ["input", "shape"],
  infer: ({ input, shape }) => [
    { dtype: input.dtype, shape: broadcastShapes(input.shape, constantInts("Expand", "shape", shape)) },
  ],
  reference: ({ input }, _, node) => [broadcastReals([input], at(node.outputs, 0).shape, (x) => x)],
  gradient: ({ g, input, dOutput }) => ({ input: () => sumTo(g, dOutput, input.shape) }),
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [
    { name: "columns", inputs: [{ shape: [3, 1] }, { shape: [3], values: [2, 1, 4], dtype: "int64", constant: true }] },
  ],
});

/** `value` repeated to `shape`; itself when it has that shape already. */
export function expandTo(g: GraphBuilder, value: Value, shape: Shape): Value {
  return sameShape(value.shape, shape) ? value : g.op(expand, [value, g.int64s(...shape)]);
}
