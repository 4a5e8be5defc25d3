import type { Graph } from "../../graph/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { checkWhole } from "../checkTensors.ts";
import type { Availability, EngineOptions, ExecuteOptions, Tensors } from "../engine.ts";

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
  | {
      readonly call: "run";
      readonly executable: number;
      readonly feeds: Tensors;
      readonly options: ExecuteOptions | undefined;
    }
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
  const whole = Object.fromEntries(
    Object.entries(tensors).map(([name, given]) => {
      checkWhole(name, given);
      const { dtype, shape, data } = given;
      const isWhole = data.byteLength === data.buffer.byteLength;
      return [name, { dtype, shape, data: isWhole ? data : data.slice() } as Tensor];
    }),
  );
  return { tensors: whole, buffers: [...new Set(Object.values(whole).map(({ data }) => data.buffer))] };
}
