import { StriateError } from "../errors.ts";
import { defineOp, ints } from "../graph/index.ts";
import { at, shapeText, sizeOf } from "../tensor/index.ts";
import { constantInts } from "./reshape.ts";

/** Puts each element where MaxPool found it, by the indices that MaxPool returned; zeros everywhere else. */
export const maxUnpool = defineOp({
  name: "MaxUnpool",
  inputs: ["X", "I", "output_shape"],
  attributes: { kernel_shape: ints([]), strides: ints([]), pads: ints([]) },
  infer: ({ X, I, output_shape }) => {
    if (sizeOf(X.shape) !== sizeOf(I.shape)) {
      throw new StriateError("shape", `MaxUnpool: ${shapeText(X.shape)} with indices ${shapeText(I.shape)}`);
    }
    return [{ dtype: X.dtype, shape: constantInts("MaxUnpool", "output_shape", output_shape) }];
  },
  reference: ({ X, I }, _, node) => {
    const { shape } = at(node.outputs, 0);
    const data = new Float64Array(sizeOf(shape));
    for (let i = 0; i < X.data.length; i++) data[at(I.data, i)] = at(X.data, i);
    return [{ shape, data }];
  },
  cost: () => ({ multiplyAdds: 0, flops: 0 }),
  samples: [
    {
      name: "2x2",
      inputs: [
        { shape: [1, 1, 1, 2] },
        { shape: [1, 1, 1, 2], values: [1, 7], dtype: "int64" },
        { shape: [4], values: [1, 1, 2, 4], dtype: "int64", constant: true },
      ],
      attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    },
  ],
});
