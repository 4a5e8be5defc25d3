import { StriateError } from "../../errors.ts";
import type { Graph } from "../../graph/index.ts";
import { shapeText, sizeOf, type Tensor } from "../../tensor/index.ts";
import type { Availability, EngineOptions, Tensors } from "../engine.ts";

/** What the worker is started with. */
export interface WorkerSetup {
  readonly engine: string;
  readonly options: EngineOptions;
}

/** What the host asks of the worker. Executables are known to both by a number. */
export type Request =
  | { readonly call: "available" }
  | {
      readonly call: "compile";
      readonly executable: number;
      readonly graph: Graph;
      readonly sharing: number | undefined;
    }
  | { readonly call: "run"; readonly executable: number; readonly feeds: Tensors }
  | { readonly call: "readState"; readonly executable: number; readonly names: readonly string[] | undefined }
  | { readonly call: "writeState"; readonly executable: number; readonly state: Tensors }
  | { readonly call: "close"; readonly executable: number };

/** What a request is answered with, where it is answered with anything. */
export type Result = Tensors | Availability | undefined;

/**
 * The buffers of tensors that can be given away; views of a part of a larger buffer are copied first.
 * @throws StriateError `usage` for a tensor whose numbers were given away before
 */
export function transferable(tensors: Tensors): { readonly tensors: Tensors; readonly buffers: ArrayBuffer[] } {
  const own = Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
      if (data.length !== sizeOf(shape)) {
        throw new StriateError(
          "usage",
          `tensor ${name} has ${data.length} numbers where its shape ${shapeText(shape)} has ${sizeOf(shape)}; what an engine is given belongs to it from then on: make it anew for each call`,
        );
      }
      const isWhole = data.byteLength === data.buffer.byteLength;
      return [name, { dtype, shape, data: isWhole ? data : data.slice() } as Tensor];
    }),
  );
  return { tensors: own, buffers: [...new Set(Object.values(own).map(({ data }) => data.buffer))] };
}
