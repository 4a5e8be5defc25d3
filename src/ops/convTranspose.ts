import { StriateError } from "../errors.ts";
import { type AttributesOf, defineOp, type GradientThunk, ints, type Value } from "../graph/index.ts";
import { at, type Shape, sameShape, shapeText, sizeOf } from "../tensor/index.ts";
import { conv, convInputGradReals, convWeightGrad } from "./conv.ts";
import { CONV_ATTRIBUTES, convGeometry } from "./convGeometry.ts";
import { reduceSum } from "./reduce.ts";

const CONV_TRANSPOSE = { ...CONV_ATTRIBUTES, output_padding: ints([]), output_shape: ints([]) };

/** The spatial sizes of the output and the padding that is cut off it, with `auto_pad` and `output_shape` resolved. */
function placeOutput(
  input: Shape,
  kernel: Shape,
  { strides, pads, dilations, output_padding, output_shape, auto_pad }: AttributesOf<typeof CONV_TRANSPOSE>,
): { readonly output: number[]; readonly pads: number[] } {
  const rank = input.length;
  const same = auto_pad.startsWith("SAME");
  const [output, before, after]: [number[], number[], number[]] = [[], [], []];
  for (const [axis, size] of input.entries()) {
    const extent = (at(kernel, axis) - 1) * (dilations[axis] ?? 1) + 1;
    const stride = strides[axis] ?? 1;
    const full = stride * (size - 1) + (output_padding[axis] ?? 0) + extent;
    const requested = output_shape[output_shape.length - rank + axis] ?? (same ? stride * size : undefined);
    if (requested === undefined) {
      before.push(auto_pad === "VALID" ? 0 : (pads[axis] ?? 0));
      after.push(auto_pad === "VALID" ? 0 : (pads[rank + axis] ?? 0));
      output.push(full - at(before, axis) - at(after, axis));
      continue;
    }
    // An odd one goes to the end with SAME_UPPER, else to the beginning. An output larger than the full one gets zeros.
    const total = Math.max(0, full - requested);
    const less = Math.floor(total / 2);
    before.push(auto_pad === "SAME_UPPER" ? less : total - less);
    after.push(total - at(before, axis));
    output.push(requested);
  }
  return { output, pads: [...before, ...after] };
}

/**
 * Transposed convolution, the gradient of Conv by its input as an op of its own: every input element adds the kernel,
 * scaled, to the output. Weights are [input channels, output channels / group, ...kernel].
 */
export const convTranspose = defineOp({
  name: "ConvTranspose",
  inputs: ["X", "W"],
  optional: ["B"],
  attributes: CONV_TRANSPOSE,
  infer: ({ X, W }, attributes) => {
    const [batch = 0, channels, ...input] = X.shape;
    const [filters, outputs = 0, ...kernel] = W.shape;
    if (channels !== filters || kernel.length !== input.length) {
      throw new StriateError(
        "shape",
        `ConvTranspose: weights of ${shapeText(W.shape)} do not fit ${shapeText(X.shape)}`,
      );
    }
    const { output, pads } = placeOutput(input, kernel, attributes);
    const shape = [batch, outputs * attributes.group, ...output];
    const { windows } = convGeometry(shape, W.shape, { ...attributes, auto_pad: "NOTSET", pads });
    if (!sameShape(windows.output, input)) {
      throw new StriateError(
        "shape",
        `ConvTranspose: no output of ${shapeText(output)} has windows of ${shapeText(kernel)} at ${shapeText(input)} places`,
      );
    }
    return [{ dtype: X.dtype, shape }];
  },
  reference: ({ X, W, B }, attributes, node) => {
    const { shape } = at(node.outputs, 0);
    const { pads } = placeOutput(X.shape.slice(2), W.shape.slice(2), attributes);
    const geometry = convGeometry(shape, W.shape, { ...attributes, auto_pad: "NOTSET", pads });
    const result = convInputGradReals(X, W, shape, geometry);
    if (B) {
      const plane = sizeOf(shape.slice(2));
      for (let i = 0; i < result.data.length; i++)
        result.data[i] = at(result.data, i) + at(B.data, Math.floor(i / plane) % B.data.length);
    }
    return [result];
  },
  gradient: ({ g, X, W, attributes, dOutput }): { X: GradientThunk; W: GradientThunk; B: GradientThunk } => {
    const { strides, dilations, group } = attributes;
    const { pads } = placeOutput(X.shape.slice(2), W.shape.slice(2), attributes);
    const geometry = { strides, dilations, group, pads };
    return {
      X: () => g.op(conv, [dOutput, W], geometry),
      W: () => g.op(convWeightGrad, [X, dOutput], { ...geometry, weight_shape: W.shape }),
      B: () => {
        const allButChannels = [...dOutput.shape.keys()].filter((axis) => axis !== 1);
        return g.op(reduceSum, [dOutput, g.int64s(...allButChannels)], { keepdims: 0 });
      },
    };
  },
  // Written out as pads, on which all runtimes agree; what the output has beyond the full one is `output_padding`.
  lower: ({ g, inputs: { X, W, B }, attributes }): readonly Value[] | undefined => {
    if (attributes.auto_pad === "NOTSET" && attributes.output_shape.length === 0) return undefined;
    const [input, kernel] = [X.shape.slice(2), W.shape.slice(2)];
    const { output, pads } = placeOutput(input, kernel, attributes);
    const plain = { ...attributes, auto_pad: "NOTSET", output_shape: [], output_padding: [], pads };
    const bare = placeOutput(input, kernel, plain);
    const output_padding = output.map((size, axis) => size - at(bare.output, axis));
    return [g.op(convTranspose, [X, W, B], { ...plain, output_padding })];
  },
  cost: (node) => {
    const multiplyAdds = sizeOf(node.inputs[0]?.shape ?? []) * sizeOf(node.inputs[1]?.shape.slice(1) ?? []);
    return { multiplyAdds, flops: 2 * multiplyAdds };
  },
  samples: [
    { name: "stride 1", inputs: [{ shape: [2, 3, 4, 4] }, { shape: [3, 2, 3, 3] }, { shape: [2] }] },
    {
      name: "stride 2 with a rest",
      inputs: [{ shape: [1, 2, 3, 3] }, { shape: [2, 2, 3, 3] }],
      attributes: { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] },
    },
    {
      name: "grouped and dilated",
      inputs: [{ shape: [1, 4, 3, 3] }, { shape: [4, 1, 2, 2] }],
      attributes: { group: 2, dilations: [2, 2] },
    },
    ...["SAME_UPPER", "SAME_LOWER"].map((auto_pad) => ({
      name: auto_pad,
      inputs: [{ shape: [1, 2, 3, 4] }, { shape: [2, 2, 4, 3] }, { shape: [2] }],
      attributes: { strides: [1, 2], auto_pad },
    })),
    {
      name: "valid",
      inputs: [{ shape: [1, 1, 3, 3] }, { shape: [1, 2, 3, 3] }],
      attributes: { strides: [2, 2], auto_pad: "VALID" },
    },
    {
      name: "a given output",
      inputs: [{ shape: [1, 1, 3, 3] }, { shape: [1, 2, 3, 3] }],
      attributes: { strides: [3, 2], output_shape: [10, 6] },
    },
  ],
});
