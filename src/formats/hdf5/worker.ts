import { closeSync, openSync, readSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { asError, StriateError } from "../../errors.ts";
import type { Hdf5Source } from "./contents.ts";
import { ready } from "./h5wasm.ts";
import type { Reply, Request, Result } from "./protocol.ts";
import { Hdf5Reader, LibraryFailure } from "./reader.ts";
import type { VirtualFile } from "./virtualFile.ts";
import { Hdf5Writer } from "./writer.ts";

// HDF5 dates what it writes, to the second; a model's file depends on the model alone. This thread is for nothing else.
const DATE = Date.UTC(1980, 0, 1);
Date.now = () => DATE;

/** The worker's side: owns the HDF5 library, and does what `thread.ts` asks, for one file after the other. */
const library = await ready;
let reading: { readonly reader: Hdf5Reader; close(): void } | undefined;
let writing: Hdf5Writer | undefined;

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
  const file = openSync(source.path, "r");
  const read = (into: Uint8Array, position: number) => {
    let done = 0;
    for (let got = 1; got > 0 && done < into.length; done += got) {
      got = readSync(file, into, done, into.length - done, source.begin + position + done);
    }
    return done;
  };
  return { size: source.end - source.begin, read, close: () => closeSync(file) };
}

function answer(request: Request): Result {
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
}

/** The buffers of a result that are given away with it. */
function buffers(result: Result): ArrayBuffer[] {
  if (Array.isArray(result)) return result.map(({ buffer }) => buffer);
  return result instanceof Float32Array ? [result.buffer] : [];
}

parentPort?.on("message", (request: Request) => {
  try {
    const result = answer(request);
    parentPort?.postMessage({ result } satisfies Reply, buffers(result));
  } catch (thrown) {
    const { message } = asError(thrown);
    const code = thrown instanceof StriateError ? thrown.code : "internal";
    const broken = thrown instanceof LibraryFailure || !(thrown instanceof StriateError);
    parentPort?.postMessage({ error: { code, message, broken } } satisfies Reply);
  }
});
