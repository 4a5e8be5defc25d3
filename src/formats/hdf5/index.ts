import type { MemoryOptions } from "../../checks/index.ts";
import { internalError } from "../../errors.ts";
import type { Hdf5Contents, Hdf5Part, Hdf5Source } from "./contents.ts";
import { withThread } from "./thread.ts";

export type { Hdf5Contents, Hdf5Part, Hdf5Source } from "./contents.ts";

/** An HDF5 file that is open for reading: what is in it, and its datasets one by one. */
export interface Hdf5File {
  readonly contents: Hdf5Contents;
  /** @throws StriateError `data` that names the file and the dataset. */
  read(dataset: string): Promise<Float32Array<ArrayBuffer>>;
}

/**
 * Opens an HDF5 file for as long as `use` takes. It may come from anybody: it is read in a thread of its own, without
 * any other file in sight, and whatever it does to the library ends in a StriateError.
 * @param name what to call the file in messages: its path
 */
export function withHdf5<T>(
  source: Hdf5Source,
  name: string,
  use: (file: Hdf5File) => Promise<T>,
  options: MemoryOptions = {},
): Promise<T> {
  return withThread(async (thread) => {
    const contents = await thread.ask({ call: "open", source, name, options });
    if (!isContents(contents)) throw internalError("the HDF5 thread opened no file");
    try {
      return await use({
        contents,
        read: async (dataset) => {
          const data = await thread.ask({ call: "read", dataset });
          if (data instanceof Float32Array) return data;
          throw internalError("the HDF5 thread read nothing");
        },
      });
    } finally {
      if (thread.alive) await thread.ask({ call: "close" });
    }
  });
}

function isContents(result: unknown): result is Hdf5Contents {
  return typeof result === "object" && result !== null && "datasets" in result;
}

/** An HDF5 file's bytes in order. The parts' data are copied, one at a time. */
export function encodeHdf5(parts: Iterable<Hdf5Part>): Promise<Uint8Array<ArrayBuffer>[]> {
  return withThread(async (thread) => {
    await thread.ask({ call: "create" });
    for (const part of parts) await thread.ask({ call: "add", part });
    const pages = await thread.ask({ call: "finish" });
    if (!Array.isArray(pages)) throw internalError("the HDF5 thread wrote no file");
    return pages;
  });
}
