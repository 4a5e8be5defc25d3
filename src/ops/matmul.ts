import { StriateError } from "../errors.ts";
import {
  defineOp,
  float,
  type GradientThunk,
  type GraphBuilder,
  int,
  type Node,
  type Reals,
  type Value,
} from "../graph/index.ts";
import { at, broadcastShapes, type Shape, shapeText, sizeOf, stridesOf } from "../tensor/index.ts";
import { mul } from "./arithmetic.ts";
import { forEachIndex, sumTo } from "./broadcast.ts";
import { reshapeTo } from "./reshape.ts";
import { transposeBy } from "./transpose.ts";

/** y += alpha a b of row-major matrices given by their strides, the innermost loop along a row of y. */
function accumulateProduct(
  y: Float64Array,
  a: Float64Array,
  b: Float64Array,
  [rows, depth, columns]: readonly [number, number, number],
  [aRow, aColumn, bRow, bColumn]: readonly [number, number, number, number],
  [yStart, aStart, bStart]: readonly [number, number, number] = [0, 0, 0],
  alpha = 1,
): void {
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < depth; k++) {
      const factor = alpha * (a[aStart + i * aRow + k * aColumn] ?? 0);
      const [row, from] = [yStart + i * columns, bStart + k * bRow];
      for (let j = 0; j < columns; j++) y[row + j] = (y[row + j] ?? 0) + factor * (b[from + j * bColumn] ?? 0);
    }
  }
}

/** Shapes as NumPy's matmul sees them: a vector is a row on the left and a column on the right. */
function matrixShapes(A: Shape, B: Shape): { a: Shape; b: Shape } {
  return { a: A.length === 1 ? [1, ...A] : A, b: B.length === 1 ? [...B, 1] : B };
}

/** Matrix products over the last two axes; the others broadcast. */
export const matMul = defineOp({
  name: "MatMul",
  inputs: ["A", "B"],
  infer: ({ A, B }) => {
    const { a, b } = matrixShapes(A.shape, B.shape);
    if (A.shape.length === 0 || B.shape.length === 0 || a.at(-1) !== b.at(-2) || A.dtype !== B.dtype) {
      throw new StriateError(
        "shape",
        `MatMul: ${A.dtype}${shapeText(A.shape)} and ${B.dtype}${shapeText(B.shape)} do not multiply`,
      );
    }
    const batch = broadcastShapes(a.slice(0, -2), b.slice(0, -2));
    const rows = A.shape.length === 1 ? [] : [at(a, a.length - 2)];
    const columns = B.shape.length === 1 ? [] : [at(b, b.length - 1)];
    return [{ dtype: A.dtype, shape: [...batch, ...rows, ...columns] }];
  },
  reference: ({ A, B }, _, node) => {
    const { a, b } = matrixShapes(A.shape, B.shape);
    const batch = broadcastShapes(a.slice(0, -2), b.slice(0, -2));
    const [rows, depth, columns] = [at(a, a.length - 2), at(a, a.length - 1), at(b, b.length - 1)];
    const { shape } = at(node.outputs, 0);
    const data = new Float64Array(sizeOf(shape));
    forEachIndex(batch, [batchStrides(a, batch), batchStrides(b, batch)], (index, aStart, bStart) => {
      const starts = [index * rows * columns, aStart, bStart] as const;
      accumulateProduct(data, A.data, B.data, [rows, depth, columns], [depth, 1, columns, 1], starts);
    });
    return [{ shape, data }];
  },
  gradient: ({ g, A, B, dOutput }): { A: GradientThunk; B: GradientThunk } => {
    const { a, b } = matrixShapes(A.shape, B.shape);
    const batch = broadcastShapes(a.slice(0, -2), b.slice(0, -2));
    const dY = () => reshapeTo(g, dOutput, [...batch, at(a, a.length - 2), at(b, b.length - 1)]);
    const product = (left: Value, right: Value, shape: Shape, original: Shape) =>
      reshapeTo(g, sumTo(g, g.op(matMul, [left, right]), shape), original);
    return {
      A: () => product(dY(), transposeLastTwo(g, reshapeTo(g, B, b)), a, A.shape),
      B: () => product(transposeLastTwo(g, reshapeTo(g, A, a)), dY(), b, B.shape),
    };
  },
  cost: (node) => {
    const multiplyAdds = sizeOf(at(node.outputs, 0).shape) * (node.inputs[0]?.shape.at(-1) ?? 0);
    return { multiplyAdds, flops: 2 * multiplyAdds };
  },
  samples: [
    { name: "matrices", inputs: [{ shape: [2, 3] }, { shape: [3, 4] }] },
    { name: "batches broadcast", inputs: [{ shape: [2, 1, 2, 3] }, { shape: [3, 3, 2] }] },
    { name: "a vector on the right", inputs: [{ shape: [2, 2, 3] }, { shape: [3] }] },
    { name: "a vector on the left", inputs: [{ shape: [3] }, { shape: [3, 2] }] },
  ],
});

function batchStrides(shape: Shape, batch: Shape): number[] {
  const strides = stridesOf(shape);
  const offset = batch.length - (shape.length - 2);
  return batch.map((_, axis) => (axis < offset || shape[axis - offset] === 1 ? 0 : at(strides, axis - offset)));
}

function transposeLastTwo(g: GraphBuilder, value: Value): Value {
  const rank = value.shape.length;
  return transposeBy(g, value, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
}

/** alpha A' B' + beta C, where A' and B' may be transposed and C broadcasts. */
export const gemm = defineOp({
  name: "Gemm",
  inputs: ["A", "B"],
  optional: ["C"],
  attributes: { alpha: float(1), beta: float(1), transA: int(0), transB: int(0) },
  infer: ({ A, B, C }, { transA, transB }) => {
    const [rows, depth] = transA ? A.shape.toReversed() : A.shape;
    const [depthB, columns] = transB ? B.shape.toReversed() : B.shape;
    if (
      A.shape.length !== 2 ||
      B.shape.length !== 2 ||
      depth !== depthB ||
      rows === undefined ||
      columns === undefined
    ) {
      throw new StriateError(
        "shape",
        `Gemm: ${shapeText(A.shape)} and ${shapeText(B.shape)} do not multiply (transA ${transA}, transB ${transB})`,
      );
    }
    const shape = [rows, columns];
    if (C && broadcastShapes(C.shape, shape).some((size, axis) => size !== shape[axis])) {
      throw new StriateError("shape", `Gemm: C of ${shapeText(C.shape)} does not broadcast to ${shapeText(shape)}`);
    }
    return [{ dtype: A.dtype, shape }];
  },
  reference: ({ A, B, C }, { alpha, beta, transA, transB }, node) => {
    const { shape } = at(node.outputs, 0);
    const [rows, columns] = [at(shape, 0), at(shape, 1)];
    const depth = at(A.shape, transA ? 0 : 1);
    const data = new Float64Array(rows * columns);
    if (C) addBroadcast(data, C, shape, beta);
    const aStrides = transA ? ([1, rows] as const) : ([depth, 1] as const);
    const bStrides = transB ? ([1, depth] as const) : ([columns, 1] as const);
    accumulateProduct(data, A.data, B.data, [rows, depth, columns], [...aStrides, ...bStrides], undefined, alpha);
    return [{ shape, data }];
  },
  gradient: ({ g, A, B, C, attributes, dOutput }): { A: GradientThunk; B: GradientThunk; C: GradientThunk } => {
    const { alpha, beta, transA, transB } = attributes;
    return {
      A: () =>
        transA
          ? g.op(gemm, [B, dOutput], { alpha, transA: transB, transB: 1 })
          : g.op(gemm, [dOutput, B], { alpha, transB: transB ? 0 : 1 }),
      B: () =>
        transB
          ? g.op(gemm, [dOutput, A], { alpha, transA: 1, transB: transA })
          : g.op(gemm, [A, dOutput], { alpha, transA: transA ? 0 : 1 }),
      C: () => {
        const scaled = beta === 1 ? dOutput : g.op(mul, [dOutput, g.scalar(dOutput, beta)]);
        return sumTo(g, scaled, C?.shape ?? []);
      },
    };
  },
  cost: (node) => gemmCost(node),
  samples: [
    { name: "with a row", inputs: [{ shape: [2, 3] }, { shape: [3, 4] }, { shape: [4] }] },
    { name: "A transposed", inputs: [{ shape: [3, 2] }, { shape: [3, 4] }], attributes: { transA: 1 } },
    {
      name: "all attributes",
      inputs: [{ shape: [3, 2] }, { shape: [4, 3] }, { shape: [2, 1] }],
      attributes: { alpha: 0.5, beta: 2, transA: 1, transB: 1 },
    },
  ],
});

function gemmCost(node: Node) {
  const depth = node.inputs[0]?.shape[node.attributes.transA ? 0 : 1] ?? 0;
  const multiplyAdds = sizeOf(at(node.outputs, 0).shape) * depth;
  return { multiplyAdds, flops: 2 * multiplyAdds };
}

function addBroadcast(data: Float64Array, C: Reals, shape: Shape, beta: number): void {
  const padded = [...Array(2 - C.shape.length).fill(1), ...C.shape] as number[];
  const strides = stridesOf(padded).map((stride, axis) => (padded[axis] === 1 ? 0 : stride));
  forEachIndex(shape, [strides], (index, offset) => {
    data[index] = beta * at(C.data, offset);
  });
}
