import type { MemoryOptions } from "../../checks/index.ts";
import type { Hdf5Contents, Hdf5Part, Hdf5Source } from "./contents.ts";

/** What a host asks of its thread, for one file after the other. */
export type Request =
  | { readonly call: "open"; readonly source: Hdf5Source; readonly name: string; readonly options: MemoryOptions }
  | { readonly call: "read"; readonly dataset: string }
  | { readonly call: "close" }
  | { readonly call: "create" }
  | { readonly call: "add"; readonly part: Hdf5Part }
  | { readonly call: "finish" };

export type Result = Hdf5Contents | Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>[] | undefined;
