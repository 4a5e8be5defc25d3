export { permute } from "./permute.ts";
export { type DrawAddress, normal, permutation, truncatedNormal, uniform } from "./random.ts";
export { randomStream } from "./randomStream.ts";
export { at, broadcastShapes, normalizeAxis, type Shape, sameShape, shapeText, sizeOf, stridesOf } from "./shape.ts";
export {
  type ArrayTypes,
  asFloat32,
  BYTES_PER_ELEMENT,
  bytesOf,
  copyTensor,
  DTYPES,
  type DType,
  fromNumbers,
  isFloat,
  type Tensor,
  tensor,
  toNumbers,
  typeText,
  zeros,
} from "./tensor.ts";
