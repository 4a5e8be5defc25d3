import { platform } from "#platform";
import { StriateError } from "../../errors.ts";
import { WorkerPort } from "../../platform/index.ts";
import type { Request, Result } from "./protocol.ts";

/** A thread that was not asked for so long is ended: the library keeps the memory that it once took. */
const IDLE_MS = 2000;
/**
 * The longest that a request may take: a file that makes the library run on ends with its thread. Opening takes a
 * millisecond for each group, and small files have few; a dataset of a gigabyte takes some seconds, more on a slow disk.
 */
const PATIENCE_MS = 120_000;
const PATIENCE_OPENING_MS = 5000;
const PATIENCE_OPENING_MS_PER_MIB = 1000;

function patience(request: Request): number {
  if (request.call !== "open") return PATIENCE_MS;
  const { source } = request;
  const bytes = "bytes" in source ? source.bytes.length : source.end - source.begin;
  return Math.min(PATIENCE_MS, PATIENCE_OPENING_MS + (bytes / 2 ** 20) * PATIENCE_OPENING_MS_PER_MIB);
}

/**
 * A thread with the HDF5 library in it. The library is C compiled to WebAssembly, and files may come from anybody: where
 * one makes it fail or hang, the thread is ended with it, and the next file gets another one.
 */
export class Hdf5Thread {
  readonly #port = new WorkerPort<Request, Result>({
    job: "hdf5",
    setup: undefined,
    foreignCode: "internal",
    ended: hdf5Error,
  });
  #stopIdling: (() => void) | undefined;

  /** Whether it can be asked. */
  get alive(): boolean {
    return this.#port.end === undefined;
  }

  /** One request; the next one only after its answer. */
  ask(request: Request): Promise<Result> {
    this.#stopIdling?.();
    return this.#port.ask(request, { patience: patience(request) });
  }

  /** Nobody needs it for now. */
  rest(): void {
    this.#stopIdling = platform.backgroundTimer(() => void this.#port.close(hdf5Error("was idle")), IDLE_MS);
  }
}

function hdf5Error(how: string, cause?: Error): StriateError {
  return new StriateError("data", `the HDF5 library ${how}; the file is damaged, or too large for the memory`, {
    cause,
  });
}

const free: Hdf5Thread[] = [];

/** Runs `use` with a thread that nobody else has meanwhile. */
export async function withThread<T>(use: (thread: Hdf5Thread) => Promise<T>): Promise<T> {
  let thread = free.pop();
  while (thread && !thread.alive) thread = free.pop();
  thread ??= new Hdf5Thread();
  try {
    return await use(thread);
  } finally {
    if (thread.alive) {
      thread.rest();
      free.push(thread);
    }
  }
}
