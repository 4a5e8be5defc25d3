import type { Shape } from "../../tensor/shape.ts";
import type { DType, Tensor } from "../../tensor/tensor.ts";
import type { DataProblem, SingleInputBatch } from "../dataset.ts";
import type { CacheShare } from "../files/pictureCache.ts";
import type { SourceDescription } from "../source.ts";

/** What a worker is started with. */
export interface LoaderSetup {
  readonly source: SourceDescription;
  readonly cache: CacheShare;
}

/** Asks for some examples. */
export interface LoaderRequest {
  readonly indices: Float64Array;
  readonly epoch: number;
  readonly augment: boolean;
}

/** A part of a batch. */
export interface LoaderPart {
  readonly batch: SingleInputBatch;
  /** Those that are new since the last part. */
  readonly problems: readonly DataProblem[];
}

/** A tensor of the same type for other examples. */
export function blank<D extends DType>(like: Tensor<D>, rows: number): Tensor<D> {
  const shape: Shape = [rows, ...like.shape.slice(1)];
  const size = like.shape.slice(1).reduce((product, side) => product * side, 1);
  const make = like.data.constructor as new (length: number) => Tensor<D>["data"];
  return { dtype: like.dtype, shape, data: new make(rows * size) };
}
