import { type ErrorCode, StriateError } from "../../errors.ts";
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
  readonly id: number;
  readonly indices: Float64Array;
  readonly epoch: number;
  readonly augment: boolean;
}

/** What a worker says first: its modules are loaded. */
export const READY = "ready";

/** Says that nothing more will be asked: a worker finishes what it is reading, and ends. */
export const STOP = "stop";

/** A part of a batch, or why there is none. */
export type LoaderReply =
  | {
      readonly id: number;
      readonly batch: SingleInputBatch;
      /** Those that are new since the last reply. */
      readonly problems: readonly DataProblem[];
    }
  | { readonly id: number; readonly error: { readonly code: ErrorCode; readonly message: string } };

export function sentError(error: Error): { readonly code: ErrorCode; readonly message: string } {
  return { code: error instanceof StriateError ? error.code : "internal", message: error.message };
}

/** A tensor of the same type for other examples. */
export function blank<D extends DType>(like: Tensor<D>, rows: number): Tensor<D> {
  const shape: Shape = [rows, ...like.shape.slice(1)];
  const size = like.shape.slice(1).reduce((product, side) => product * side, 1);
  const make = like.data.constructor as new (length: number) => Tensor<D>["data"];
  return { dtype: like.dtype, shape, data: new make(rows * size) };
}
