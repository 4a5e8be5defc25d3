import { defineOp, type GraphBuilder, int, type Value } from "../graph/index.ts";
import { type DType, isFloat } from "../tensor/index.ts";
import { mapReals } from "./broadcast.ts";
import { dtypeFromOnnx, ONNX_TYPES } from "./onnxTypes.ts";

/** The same numbers in another element type; towards integers they are truncated. */
export const cast = defineOp({
  name: "Cast",
  inputs: ["input"],
  attributes: { to: int(ONNX_TYPES.float32) },
  infer: ({ input }, { to }) => [{ dtype: dtypeFromOnnx(to), shape: input.shape }],
  reference: ({ input }, { to }) => {
    const dtype = dtypeFromOnnx(to);
    if (isFloat(dtype)) return [input];
    return [mapReals(input, dtype === "bool" ? (x) => (x === 0 ? 0 : 1) : Math.trunc)];
  },
  gradient: ({ g, input, dOutput }) => (isFloat(input.dtype) ? { input: () => castTo(g, dOutput, input.dtype) } : {}),
  samples: [
    { name: "to int32", inputs: [{ shape: [2, 3], low: -3, high: 3 }], attributes: { to: ONNX_TYPES.int32 } },
    { name: "from int64", inputs: [{ shape: [3], values: [-2, 0, 7], dtype: "int64" }] },
    { name: "to bool", inputs: [{ shape: [3], values: [-2, 0, 0.5] }], attributes: { to: ONNX_TYPES.bool } },
  ],
});

/** `value` as another element type; itself when it has that type already. */
export function castTo(g: GraphBuilder, value: Value, dtype: DType): Value {
  return value.dtype === dtype ? value : g.op(cast, [value], { to: ONNX_TYPES[dtype] });
}
