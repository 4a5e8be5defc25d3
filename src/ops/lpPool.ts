import { defineOp, type GradientThunk, type GraphBuilder, int, type Value } from "../graph/index.ts";
import { at, type Shape, sizeOf } from "../tensor/index.ts";
import { abs, mul, sign } from "./arithmetic.ts";
import { conv, convInputGrad } from "./conv.ts";
import { formula } from "./formula.ts";
import { nonZero } from "./reduce.ts";
import {
  padsReachKernel,
  padsToLastWindow,
  placeWindows,
  tapTable,
  WINDOW_ATTRIBUTES,
  type WindowAttributes,
  type Windows,
  writtenOut,
} from "./windows.ts";

function lpWindows(X: Shape, attributes: WindowAttributes): Windows {
  return placeWindows("LpPool", X.slice(2), attributes.kernel_shape, attributes);
}

/** The attributes of the convolution, channel by channel, whose windows are these. */
function sumAttributes(windows: Windows, channels: number) {
  const { strides, dilations } = windows;
  return { strides, dilations, pads: padsToLastWindow(windows), group: channels };
}

function onesKernel(g: GraphBuilder, X: Value, { kernel }: Windows): Value {
  const [channels = 0] = X.shape.slice(1);
  const shape = [channels, 1, ...kernel];
  return g.numbers(X.dtype, shape, new Array<number>(sizeOf(shape)).fill(1));
}

/** |x|^p */
function power(g: GraphBuilder, X: Value, p: number): Value {
  const size = g.op(abs, [X]);
  return p === 1 ? size : p === 2 ? g.op(mul, [X, X]) : formula(g, X).pow(size, p);
}

/** d (sum of |x|^p)^(1/p) / dx = (|x| / y)^(p-1) sign(x), as a factor for y and one for x; 0 where y is 0. */
function slopes(g: GraphBuilder, X: Value, output: Value, p: number): { byY(dY: Value): Value; byX(dS: Value): Value } {
  const f = formula(g, X);
  return {
    byY: (dY) => (p === 1 ? dY : f.div(dY, power(g, nonZero(g, output), p - 1))),
    byX: (dS) => f.mul(dS, p === 2 ? X : f.mul(power(g, X, p - 1), g.op(sign, [X]))),
  };
}

/** The p-norm of each window: (sum of |x|^p)^(1/p). */
export const lpPool = defineOp({
  name: "LpPool",
  inputs: ["X"],
  attributes: { ...WINDOW_ATTRIBUTES, ceil_mode: int(0), p: int(2) },
  infer: ({ X }, attributes) => [
    { dtype: X.dtype, shape: [...X.shape.slice(0, 2), ...lpWindows(X.shape, attributes).output] },
  ],
  reference: ({ X }, attributes, node) => {
    const windows = lpWindows(X.shape, attributes);
    const table = tapTable(windows);
    const { shape } = at(node.outputs, 0);
    const [plane, positions, taps] = [sizeOf(windows.input), sizeOf(windows.output), sizeOf(windows.kernel)];
    const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
      const base = Math.floor(i / positions) * plane;
      let sum = 0;
      for (let t = 0; t < taps; t++) {
        const offset = at(table, (i % positions) * taps + t);
        if (offset >= 0) sum += Math.abs(at(X.data, base + offset)) ** attributes.p;
      }
      return sum ** (1 / attributes.p);
    });
    return [{ shape, data }];
  },
  gradient: ({ g, X, output, attributes, dOutput }): { X: GradientThunk } => ({
    X: () => {
      const windows = lpWindows(X.shape, attributes);
      const { byX, byY } = slopes(g, X, output, attributes.p);
      const geometry = { ...sumAttributes(windows, at(X.shape, 1)), input_shape: X.shape };
      return byX(g.op(convInputGrad, [byY(dOutput), onesKernel(g, X, windows)], geometry));
    },
  }),
  lower: ({ g, inputs: { X }, attributes }): readonly Value[] | undefined => {
    const windows = lpWindows(X.shape, attributes);
    // ONNX Runtime takes no notice of dilations here.
    const plain = windows.dilations.every((rate) => rate === 1) && !padsReachKernel(windows);
    const explicit = writtenOut(attributes, windows);
    if (plain) return explicit && [g.op(lpPool, [X], explicit)];
    const kernel = onesKernel(g, X, windows);
    const sum = g.op(conv, [power(g, X, attributes.p), kernel], sumAttributes(windows, at(X.shape, 1)));
    return [formula(g, X).pow(sum, 1 / attributes.p)];
  },
  cost: (node) => ({
    multiplyAdds: 0,
    flops: 2 * sizeOf(at(node.outputs, 0).shape) * sizeOf(node.attributes.kernel_shape as Shape),
  }),
  samples: [
    { name: "2x2", inputs: [{ shape: [2, 2, 4, 6] }], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
    { name: "the 3-norm", inputs: [{ shape: [1, 2, 5, 5] }], attributes: { kernel_shape: [3, 3], p: 3 } },
    { name: "the 1-norm", inputs: [{ shape: [1, 2, 4, 4] }], attributes: { kernel_shape: [2, 2], p: 1 } },
    {
      name: "padded",
      inputs: [{ shape: [1, 2, 5, 6] }],
      attributes: { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] },
    },
    {
      name: "same",
      inputs: [{ shape: [1, 2, 5, 5] }],
      attributes: { kernel_shape: [2, 2], strides: [2, 2], auto_pad: "SAME_UPPER" },
    },
    {
      name: "ceil mode",
      inputs: [{ shape: [1, 2, 6, 5] }],
      attributes: { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 },
    },
    { name: "dilated", inputs: [{ shape: [1, 1, 6, 6] }], attributes: { kernel_shape: [2, 2], dilations: [2, 3] } },
  ],
});

/** The p-norm of each channel: [N, C, ...] to [N, C, 1, ...]. */
export const globalLpPool = defineOp({
  name: "GlobalLpPool",
  inputs: ["X"],
  attributes: { p: int(2) },
  infer: ({ X }) => [{ dtype: X.dtype, shape: X.shape.map((size, axis) => (axis < 2 ? size : 1)) }],
  reference: ({ X }, { p }, node) => {
    const plane = sizeOf(X.shape.slice(2));
    const { shape } = at(node.outputs, 0);
    const data = Float64Array.from(
      { length: sizeOf(shape) },
      (_, i) => X.data.subarray(i * plane, (i + 1) * plane).reduce((sum, x) => sum + Math.abs(x) ** p, 0) ** (1 / p),
    );
    return [{ shape, data }];
  },
  gradient: ({ g, X, output, attributes: { p }, dOutput }): { X: GradientThunk } => ({
    X: () => {
      const { byX, byY } = slopes(g, X, output, p);
      return byX(byY(dOutput));
    },
  }),
  cost: (node) => ({ multiplyAdds: 0, flops: 2 * sizeOf(node.inputs[0]?.shape ?? []) }),
  samples: [2, 1, 3].map((p) => ({ name: `the ${p}-norm`, inputs: [{ shape: [2, 2, 3, 4] }], attributes: { p } })),
});
