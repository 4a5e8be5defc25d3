import { StriateError } from "../errors.ts";
import { defineOp, type GradientThunk, ints } from "../graph/index.ts";
import { at, shapeText, sizeOf } from "../tensor/index.ts";
import { conv, convInputGradReals, convWeightGrad } from "./conv.ts";
import { CONV_ATTRIBUTES, convGeometry } from "./convGeometry.ts";
import { reduceSum } from "./reduce.ts";

/**
 * Transposed convolution, the gradient of Conv by its input as an op of its own: every input element adds the kernel,
 * scaled, to the output. Weights are [input channels, output channels / group, ...kernel].
 */
export const convTranspose = defineOp({
  name: "ConvTranspose",
  inputs: ["X", "W"],
  optional: ["B"],
  attributes: { ...CONV_ATTRIBUTES, output_padding: ints([]) },
  infer: ({ X, W }, { group, strides, pads, dilations, output_padding, auto_pad }) => {
    const [batch = 0, channels, ...input] = X.shape;
    const [filters, outputs = 0, ...kernel] = W.shape;
    if (channels !== filters || auto_pad !== "NOTSET") {
      throw new StriateError(
        "shape",
        `ConvTranspose: weights of ${shapeText(W.shape)} do not fit ${shapeText(X.shape)} with auto_pad ${auto_pad}`,
      );
    }
    const output = input.map((size, axis) => {
      const extent = (at(kernel, axis) - 1) * (dilations[axis] ?? 1) + 1;
      const padding = (pads[axis] ?? 0) + (pads[input.length + axis] ?? 0);
      return (strides[axis] ?? 1) * (size - 1) + (output_padding[axis] ?? 0) + extent - padding;
    });
    return [{ dtype: X.dtype, shape: [batch, outputs * group, ...output] }];
  },
  reference: ({ X, W, B }, attributes, node) => {
    const { shape } = at(node.outputs, 0);
    const result = convInputGradReals(X, W, shape, convGeometry(shape, W.shape, attributes));
    if (B) {
      const plane = sizeOf(shape.slice(2));
      for (let i = 0; i < result.data.length; i++)
        result.data[i] = at(result.data, i) + at(B.data, Math.floor(i / plane) % B.data.length);
    }
    return [result];
  },
  gradient: ({ g, X, W, attributes, dOutput }): { X: GradientThunk; W: GradientThunk; B: GradientThunk } => {
    const { output_padding: _padding, kernel_shape: _kernel, ...geometry } = attributes;
    return {
      X: () => g.op(conv, [dOutput, W], geometry),
      W: () => g.op(convWeightGrad, [X, dOutput], { ...geometry, weight_shape: W.shape }),
      B: () => {
        const allButChannels = [...dOutput.shape.keys()].filter((axis) => axis !== 1);
        return g.op(reduceSum, [dOutput, g.int64s(...allButChannels)], { keepdims: 0 });
      },
    };
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
  ],
});
