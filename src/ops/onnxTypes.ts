import { StriateError } from "../errors.ts";
import type { DType } from "../tensor/index.ts";

/** ONNX's numbers for element types (TensorProto.DataType). */
export const ONNX_TYPES: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

export function dtypeFromOnnx(code: number): DType {
  for (const [dtype, number] of Object.entries(ONNX_TYPES)) if (number === code) return dtype as DType;
  throw new StriateError(
    "data",
    `ONNX's element type ${code} is not supported; known: ${Object.keys(ONNX_TYPES).join(", ")}`,
  );
}
