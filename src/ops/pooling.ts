import { StriateError } from "../errors.ts";
import { type Cost, defineOp, type GradientThunk, int, ints, type Node, type Value } from "../graph/index.ts";
import { at, type Shape, shapeText, sizeOf } from "../tensor/index.ts";
import { div, mul } from "./arithmetic.ts";
import { lowerAveragePoolGrad, lowerMaxPoolGrad, padToLastWindow, unpaddedIndices } from "./poolLowering.ts";
import { expandTo } from "./reshape.ts";
import {
  BEYOND_PADDING,
  IN_PADDING,
  padsReachKernel,
  placeWindows,
  tapTable,
  WINDOW_ATTRIBUTES,
  type WindowAttributes,
  type Windows,
  writtenOut,
} from "./windows.ts";

const MAX_POOL = { ...WINDOW_ATTRIBUTES, ceil_mode: int(0), storage_order: int(0) };
const AVERAGE_POOL = { ...WINDOW_ATTRIBUTES, ceil_mode: int(0), count_include_pad: int(0) };

const UNPADDED = { auto_pad: "NOTSET", pads: [], ceil_mode: 0 };

function poolWindows(op: string, X: Shape, attributes: WindowAttributes): Windows {
  if (X.length < 3)
    throw new StriateError("shape", `${op} needs [batch, channels, ...spatial], received ${shapeText(X)}`);
  return placeWindows(op, X.slice(2), attributes.kernel_shape, attributes);
}

function poolCost(node: Node): Cost {
  return { multiplyAdds: 0, flops: sizeOf(at(node.outputs, 0).shape) * sizeOf(node.attributes.kernel_shape as Shape) };
}

/**
 * The largest element of each window, and where it lies as an index into the whole input. Among equal ones it is the
 * first in row-major order.
 */
export const maxPool = defineOp({
  name: "MaxPool",
  inputs: ["X"],
  optionalOutputs: 1,
  attributes: MAX_POOL,
  infer: ({ X }, attributes) => {
    const shape = [...X.shape.slice(0, 2), ...poolWindows("MaxPool", X.shape, attributes).output];
    return [
      { dtype: X.dtype, shape },
      { dtype: "int64", shape },
    ];
  },
  reference: ({ X }, attributes, node) => {
    const windows = poolWindows("MaxPool", X.shape, attributes);
    const table = tapTable(windows);
    const { shape } = at(node.outputs, 0);
    const [plane, positions, taps] = [sizeOf(windows.input), sizeOf(windows.output), sizeOf(windows.kernel)];
    const data = new Float64Array(sizeOf(shape));
    const indices = new Float64Array(sizeOf(shape));
    for (let i = 0; i < data.length; i++) {
      const base = Math.floor(i / positions) * plane;
      let [largest, index] = [Number.NEGATIVE_INFINITY, base];
      for (let t = 0; t < taps; t++) {
        const offset = table[(i % positions) * taps + t] ?? 0;
        if (offset < 0 || !((X.data[base + offset] ?? 0) > largest)) continue;
        largest = X.data[base + offset] ?? 0;
        index = base + offset;
      }
      data[i] = largest;
      indices[i] = index;
    }
    return [
      { shape, data },
      { shape, data: indices },
    ];
  },
  gradient: ({ g, X, node, attributes, output, dOutput }) => {
    const { storage_order: _, ...windows } = attributes;
    return { X: () => g.op(maxPoolGrad, [dOutput, X, output, node.outputs[1]], windows) };
  },
  lower: ({ g, inputs: { X }, attributes }): readonly Value[] | undefined => {
    const windows = poolWindows("MaxPool", X.shape, attributes);
    if (padsReachKernel(windows)) {
      const padded = padToLastWindow(g, X, windows, Number.NEGATIVE_INFINITY);
      const [Y, Indices] = g.ops(maxPool, [padded], { ...attributes, ...UNPADDED }) as [Value, Value];
      return [Y, unpaddedIndices(g, Indices, windows, padded.shape.slice(2))];
    }
    const explicit = writtenOut(attributes, windows);
    return explicit && g.ops(maxPool, [X], explicit);
  },
  cost: poolCost,
  samples: [
    { name: "2x2", inputs: [{ shape: [2, 2, 4, 6] }], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
    { name: "overlapping", inputs: [{ shape: [1, 2, 7, 7] }], attributes: { kernel_shape: [3, 3], strides: [2, 2] } },
    {
      name: "padded",
      inputs: [{ shape: [1, 2, 5, 6] }],
      attributes: { kernel_shape: [3, 2], strides: [1, 2], pads: [1, 0, 1, 1] },
    },
    {
      name: "ceil mode",
      inputs: [{ shape: [1, 2, 6, 5] }],
      attributes: { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 },
    },
    { name: "dilated", inputs: [{ shape: [1, 1, 6, 6] }], attributes: { kernel_shape: [2, 2], dilations: [2, 3] } },
    {
      name: "same",
      inputs: [{ shape: [1, 2, 5, 5] }],
      attributes: { kernel_shape: [2, 2], strides: [2, 2], auto_pad: "SAME_UPPER" },
    },
  ],
});

const { storage_order: _order, ...MAX_POOL_GRAD } = MAX_POOL;

/** Sends each element of dY to where MaxPool found its maximum; where windows overlap, they add up. */
export const maxPoolGrad = defineOp({
  name: "MaxPoolGrad",
  domain: "striate",
  inputs: ["dY", "X", "Y", "Indices"],
  attributes: MAX_POOL_GRAD,
  infer: ({ X }) => [X],
  reference: ({ dY, X, Indices }) => {
    const data = new Float64Array(X.data.length);
    for (let i = 0; i < dY.data.length; i++) {
      const index = at(Indices.data, i);
      data[index] = at(data, index) + at(dY.data, i);
    }
    return [{ shape: X.shape, data }];
  },
  lower: ({ g, inputs, attributes }) => [
    lowerMaxPoolGrad(g, inputs, poolWindows("MaxPool", inputs.X.shape, attributes)),
  ],
  cost: (node) => ({ multiplyAdds: 0, flops: sizeOf(node.inputs[0]?.shape ?? []) }),
  samples: [
    {
      name: "2x2",
      inputs: [
        { shape: [1, 1, 1, 2] },
        { shape: [1, 1, 2, 4], values: [1, 4, 2, 7, 3, 0, 5, 6] },
        { shape: [1, 1, 1, 2], values: [4, 7] },
        { shape: [1, 1, 1, 2], values: [1, 3], dtype: "int64" },
      ],
      attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    },
    {
      name: "overlapping",
      inputs: [
        { shape: [1, 1, 1, 3] },
        { shape: [1, 1, 2, 4], values: [1, 4, 2, 3, 3, 0, 5, 2] },
        { shape: [1, 1, 1, 3], values: [4, 5, 5] },
        { shape: [1, 1, 1, 3], values: [1, 6, 6], dtype: "int64" },
      ],
      attributes: { kernel_shape: [2, 2] },
    },
  ],
});

/** How many elements each window averages over. */
function averageCounts(windows: Windows, countIncludePad: number): number[] {
  const table = tapTable(windows);
  const taps = sizeOf(windows.kernel);
  return Array.from({ length: sizeOf(windows.output) }, (_, p) => {
    const counted = table
      .subarray(p * taps, (p + 1) * taps)
      .filter((offset) => offset >= 0 || (countIncludePad && offset === IN_PADDING));
    return counted.length;
  });
}

/** The mean of each window; padding counts as zeros only with `count_include_pad`. */
export const averagePool = defineOp({
  name: "AveragePool",
  inputs: ["X"],
  attributes: AVERAGE_POOL,
  infer: ({ X }, attributes) => [
    { dtype: X.dtype, shape: [...X.shape.slice(0, 2), ...poolWindows("AveragePool", X.shape, attributes).output] },
  ],
  reference: ({ X }, attributes, node) => {
    const windows = poolWindows("AveragePool", X.shape, attributes);
    const table = tapTable(windows);
    const counts = averageCounts(windows, attributes.count_include_pad);
    const { shape } = at(node.outputs, 0);
    const [plane, positions, taps] = [sizeOf(windows.input), sizeOf(windows.output), sizeOf(windows.kernel)];
    const data = new Float64Array(sizeOf(shape));
    for (let i = 0; i < data.length; i++) {
      const base = Math.floor(i / positions) * plane;
      let sum = 0;
      for (let t = 0; t < taps; t++) {
        const offset = table[(i % positions) * taps + t] ?? BEYOND_PADDING;
        if (offset >= 0) sum += X.data[base + offset] ?? 0;
      }
      data[i] = sum / at(counts, i % positions);
    }
    return [{ shape, data }];
  },
  gradient: ({ g, X, attributes, dOutput }): { X: GradientThunk } => ({
    X: () => g.op(averagePoolGrad, [dOutput], { ...attributes, input_shape: X.shape }),
  }),
  lower: ({ g, inputs: { X }, attributes }): readonly Value[] | undefined => {
    const windows = poolWindows("AveragePool", X.shape, attributes);
    const wide = padsReachKernel(windows);
    const explicit = wide ? { ...attributes, ...UNPADDED } : writtenOut(attributes, windows);
    if (!explicit) return undefined;
    const input = wide ? padToLastWindow(g, X, windows, 0) : X;
    const output = g.op(averagePool, [input], explicit);
    // What it was divided by, and what it should have been: padding that is written out may be counted, or not be.
    const divided = averageCounts(poolWindows("AveragePool", input.shape, explicit), explicit.count_include_pad);
    const counts = averageCounts(windows, attributes.count_include_pad);
    const factors = divided.map((count, i) => count / at(counts, i));
    const exact = factors.every((factor) => factor === 1);
    return [exact ? output : g.op(mul, [output, g.numbers(X.dtype, windows.output, factors)])];
  },
  cost: poolCost,
  samples: [
    { name: "2x2", inputs: [{ shape: [2, 2, 4, 6] }], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
    {
      name: "2x2 with a rest",
      inputs: [{ shape: [1, 2, 5, 5] }],
      attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    },
    { name: "overlapping", inputs: [{ shape: [1, 2, 7, 7] }], attributes: { kernel_shape: [3, 3], strides: [2, 2] } },
    {
      name: "padded, not counted",
      inputs: [{ shape: [1, 2, 5, 6] }],
      attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
    },
    {
      name: "padded, counted",
      inputs: [{ shape: [1, 2, 5, 6] }],
      attributes: { kernel_shape: [3, 3], pads: [1, 0, 1, 1], count_include_pad: 1 },
    },
    {
      name: "ceil mode",
      inputs: [{ shape: [1, 2, 6, 5] }],
      attributes: { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 },
    },
    {
      name: "ceil mode, counted",
      inputs: [{ shape: [1, 1, 6, 6] }],
      attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 0, 0], ceil_mode: 1, count_include_pad: 1 },
    },
    {
      name: "same",
      inputs: [{ shape: [1, 2, 5, 5] }],
      attributes: { kernel_shape: [2, 2], strides: [2, 2], auto_pad: "SAME_UPPER" },
    },
  ],
});

/** Spreads each element of dY evenly over its window. */
export const averagePoolGrad = defineOp({
  name: "AveragePoolGrad",
  domain: "striate",
  inputs: ["dY"],
  attributes: { ...AVERAGE_POOL, input_shape: ints([]) },
  infer: ({ dY }, { input_shape }) => [{ dtype: dY.dtype, shape: input_shape }],
  reference: ({ dY }, attributes) => {
    const shape = attributes.input_shape;
    const windows = poolWindows("AveragePool", shape, attributes);
    const table = tapTable(windows);
    const counts = averageCounts(windows, attributes.count_include_pad);
    const [plane, positions, taps] = [sizeOf(windows.input), sizeOf(windows.output), sizeOf(windows.kernel)];
    const data = new Float64Array(sizeOf(shape));
    for (let i = 0; i < dY.data.length; i++) {
      const base = Math.floor(i / positions) * plane;
      const share = at(dY.data, i) / at(counts, i % positions);
      for (let t = 0; t < taps; t++) {
        const offset = table[(i % positions) * taps + t] ?? BEYOND_PADDING;
        if (offset >= 0) data[base + offset] = (data[base + offset] ?? 0) + share;
      }
    }
    return [{ shape, data }];
  },
  lower: ({ g, inputs: { dY }, attributes }) => {
    const windows = poolWindows("AveragePool", attributes.input_shape, attributes);
    const counts = averageCounts(windows, attributes.count_include_pad);
    return [lowerAveragePoolGrad(g, dY, windows, counts)];
  },
  cost: poolCost,
  samples: [
    {
      name: "2x2",
      inputs: [{ shape: [1, 2, 2, 3] }],
      attributes: { kernel_shape: [2, 2], strides: [2, 2], input_shape: [1, 2, 4, 6] },
    },
    {
      name: "padded",
      inputs: [{ shape: [1, 2, 5, 6] }],
      attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], input_shape: [1, 2, 5, 6] },
    },
    {
      name: "ceil mode",
      inputs: [{ shape: [1, 2, 3, 3] }],
      attributes: { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1, input_shape: [1, 2, 6, 5] },
    },
  ],
});

/** The mean of each channel: [N, C, ...] to [N, C, 1, ...]. */
export const globalAveragePool = defineOp({
  name: "GlobalAveragePool",
  inputs: ["X"],
  infer: ({ X }: { X: Value }) => [{ dtype: X.dtype, shape: X.shape.map((size, axis) => (axis < 2 ? size : 1)) }],
  reference: ({ X }, _, node) => {
    const plane = sizeOf(X.shape.slice(2));
    const { shape } = at(node.outputs, 0);
    const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) =>
      X.data.subarray(i * plane, (i + 1) * plane).reduce((sum, x) => sum + x / plane, 0),
    );
    return [{ shape, data }];
  },
  gradient: ({ g, X, dOutput }) => ({
    X: () => expandTo(g, g.op(div, [dOutput, g.scalar(dOutput, sizeOf(X.shape.slice(2)))]), X.shape),
  }),
  cost: (node) => ({ multiplyAdds: 0, flops: sizeOf(node.inputs[0]?.shape ?? []) }),
  samples: [{ name: "two channels", inputs: [{ shape: [2, 2, 3, 4] }] }],
});
