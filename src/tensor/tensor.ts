import { StriateError } from "../errors.ts";
import { type Shape, shapeText, sizeOf } from "./shape.ts";

/** The array that holds each element type. `bool` is one byte an element, 0 or 1. */
export interface ArrayTypes {
  float32: Float32Array<ArrayBuffer>;
  float64: Float64Array<ArrayBuffer>;
  int32: Int32Array<ArrayBuffer>;
  int64: BigInt64Array<ArrayBuffer>;
  uint8: Uint8Array<ArrayBuffer>;
  bool: Uint8Array<ArrayBuffer>;
}

/** The type of a tensor's elements. */
export type DType = keyof ArrayTypes;

/** Elements of one type in row-major order. Plain data: it can be sent to a worker, and nobody has to dispose it. */
export interface Tensor<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: Shape;
  readonly data: ArrayTypes[D];
}

const CONSTRUCTORS: { readonly [D in DType]: new (length: number) => ArrayTypes[D] } = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/** The types of elements that there are. */
export const DTYPES = Object.keys(CONSTRUCTORS) as readonly DType[];

export const BYTES_PER_ELEMENT: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  int64: 8,
  uint8: 1,
  bool: 1,
};

/** A tensor of zeros. */
export function zeros<D extends DType>(dtype: D, shape: Shape): Tensor<D> {
  return { dtype, shape, data: new CONSTRUCTORS[dtype](sizeOf(shape)) };
}

/**
 * A tensor over `data`, which is not copied.
 * @throws StriateError `shape` when the number of elements is not that of the shape.
 */
export function tensor<D extends DType>(dtype: D, shape: Shape, data: ArrayTypes[D]): Tensor<D> {
  if (data.length !== sizeOf(shape)) {
    throw new StriateError(
      "shape",
      `a tensor of shape ${shapeText(shape)} has ${sizeOf(shape)} elements, but ${data.length} were given`,
    );
  }
  return { dtype, shape, data };
}

/** A tensor of any type from numbers; integers are truncated, `bool` is 1 for all but 0. */
export function fromNumbers<D extends DType>(dtype: D, shape: Shape, numbers: ArrayLike<number>): Tensor<D> {
  const result = tensor<D>(dtype, shape, new CONSTRUCTORS[dtype](numbers.length));
  const { data } = result as Tensor;
  if (data instanceof BigInt64Array) {
    for (let i = 0; i < numbers.length; i++) data[i] = BigInt(Math.trunc(numbers[i] ?? 0));
  } else if (dtype === "bool") {
    for (let i = 0; i < numbers.length; i++) data[i] = numbers[i] === 0 ? 0 : 1;
  } else {
    data.set(numbers);
  }
  return result;
}

/** The elements as numbers; int64 beyond 2^53 loses its last digits. */
export function toNumbers(source: Tensor): Float64Array<ArrayBuffer> {
  return source.data instanceof BigInt64Array ? Float64Array.from(source.data, Number) : Float64Array.from(source.data);
}

/** The same numbers as float32, in an array of their own. */
export function asFloat32(source: Tensor): Tensor<"float32"> {
  const { shape, data } = source;
  return { dtype: "float32", shape, data: Float32Array.from(data instanceof BigInt64Array ? toNumbers(source) : data) };
}

/** The same elements in an array of their own. */
export function copyTensor<D extends DType>(source: Tensor<D>): Tensor<D> {
  return { ...source, data: source.data.slice() as ArrayTypes[D] };
}

export function isFloat(dtype: DType): dtype is "float32" | "float64" {
  return dtype === "float32" || dtype === "float64";
}

/** The bytes of a tensor's elements. */
export function bytesOf(source: { readonly dtype: DType; readonly shape: Shape }): number {
  return sizeOf(source.shape) * BYTES_PER_ELEMENT[source.dtype];
}

/** `float32[128,10]`, the way types are written in messages and listings. */
export function typeText(type: { readonly dtype: DType; readonly shape: Shape }): string {
  return `${type.dtype}${shapeText(type.shape)}`;
}
