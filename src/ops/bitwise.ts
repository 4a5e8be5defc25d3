import { StriateError } from "../errors.ts";
import { defineOp, type Op, type Value } from "../graph/index.ts";
import { broadcastShapes, isFloat, typeText } from "../tensor/index.ts";
import { broadcastReals, mapReals } from "./broadcast.ts";

function checkWhole(op: string, ...values: readonly Value[]): void {
  const odd = values.find(({ dtype }) => isFloat(dtype) || dtype === "bool" || dtype !== values[0]?.dtype);
  if (odd)
    throw new StriateError(
      "shape",
      `${op} takes whole numbers of one type, received ${values.map(typeText).join(" and ")}`,
    );
}

function defineBitwise(name: string, f: (a: bigint, b: bigint) => bigint): Op {
  return defineOp({
    name,
    inputs: ["A", "B"],
    infer: ({ A, B }) => {
      checkWhole(name, A, B);
      return [{ dtype: A.dtype, shape: broadcastShapes(A.shape, B.shape) }];
    },
    reference: ({ A, B }, _, node) => [
      broadcastReals([A, B], node.outputs[0]?.shape ?? [], (a = 0, b = 0) => Number(f(BigInt(a), BigInt(b)))),
    ],
    samples: [
      {
        name: "a column and a row",
        inputs: [
          { shape: [2, 1], dtype: "int32", values: [12, -7] },
          { shape: [3], dtype: "int32", values: [10, 3, -1] },
        ],
      },
    ],
  });
}

/** The bits that two integers share, broadcast. */
export const bitwiseAnd = defineBitwise("BitwiseAnd", (a, b) => a & b);
export const bitwiseOr = defineBitwise("BitwiseOr", (a, b) => a | b);
export const bitwiseXor = defineBitwise("BitwiseXor", (a, b) => a ^ b);

export const bitwiseNot = defineOp({
  name: "BitwiseNot",
  inputs: ["X"],
  infer: ({ X }) => {
    checkWhole("BitwiseNot", X);
    return [X];
  },
  reference: ({ X }, _, node) => [mapReals(X, (x) => (node.outputs[0]?.dtype === "uint8" ? 255 - x : -1 - x))],
  samples: [{ name: "a row", inputs: [{ shape: [3], dtype: "int64", values: [0, 5, -6] }] }],
});
