import { platform } from "#platform";
import { StriateError } from "../../errors.ts";
import type { Job } from "../../platform/index.ts";
import type { Hdf5Source } from "./contents.ts";
import { type H5Module, ready } from "./h5wasm.ts";
import type { Request, Result } from "./protocol.ts";
import { Hdf5Reader, LibraryFailure } from "./reader.ts";
import type { VirtualFile } from "./virtualFile.ts";
import { Hdf5Writer } from "./writer.ts";

const DATE = Date.UTC(1980, 0, 1);

/** The worker's side: owns the HDF5 library, and does what `thread.ts` asks, for one file after the other. */
export const hdf5Job: Job<undefined, Request> = async () => {
  // HDF5 dates what it writes, to the second; a model's file depends on the model alone. This thread is for nothing else.
  Date.now = () => DATE;
  const answer = answering(await ready);
  return {
    answer(request) {
      const result = answer(request);
      return { result, transfer: buffers(result) };
    },
    isFatal: (error) => error instanceof LibraryFailure || !(error instanceof StriateError),
  };
};

function access(source: Hdf5Source): VirtualFile & { close(): void } {
  if ("bytes" in source) {
    const { bytes } = source;
    const read = (into: Uint8Array, position: number) => {
      const part = bytes.subarray(position, position + into.length);
      into.set(part);
      return part.length;
    };
    return { size: bytes.length, read, close: () => {} };
  }
  const file = platform.files.openSync(source.path);
  return {
    size: source.end - source.begin,
    read: (into, position) => file.read(into, source.begin + position),
    close: () => file.close(),
  };
}

function answering(library: H5Module): (request: Request) => Result {
  let reading: { readonly reader: Hdf5Reader; close(): void } | undefined;
  let writing: Hdf5Writer | undefined;
  return (request) => {
    switch (request.call) {
      case "open": {
        const file = access(request.source);
        try {
          const reader = new Hdf5Reader(library, file, request.name, request.options);
          reading = { reader, close: () => file.close() };
          return reader.contents;
        } catch (thrown) {
          file.close();
          throw thrown;
        }
      }
      case "read":
        return reading?.reader.read(request.dataset);
      case "close":
        reading?.reader.close();
        reading?.close();
        reading = undefined;
        return undefined;
      case "create":
        writing = new Hdf5Writer(library);
        return undefined;
      case "add":
        writing?.add(request.part);
        return undefined;
      case "finish":
        return writing?.finish();
    }
  };
}

/** The buffers of a result that are given away with it. */
function buffers(result: Result): ArrayBuffer[] {
  if (Array.isArray(result)) return result.map(({ buffer }) => buffer);
  return result instanceof Float32Array ? [result.buffer] : [];
}
