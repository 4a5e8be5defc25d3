import { Worker } from "node:worker_threads";
import { StriateError } from "../../errors.ts";
import type { Availability, Engine, EngineOptions, Executable, Tensors } from "../engine.ts";
import { type Reply, type Request, receiveError, transferable, type WorkerSetup } from "./protocol.ts";

interface Pending {
  resolve(result: Tensors | Availability | undefined): void;
  reject(error: Error): void;
}

/**
 * An engine that runs in a worker thread, so that the caller's event loop stays free while it computes. The thread
 * starts at the first request, and does not keep the process alive when nothing is asked of it.
 */
export function workerEngine(name: string, options: EngineOptions): Engine {
  const pending = new Map<number, Pending>();
  const ids = new WeakMap<Executable, number>();
  let worker: Worker | undefined;
  let counter = 0;
  let closed = false;

  const fail = (error: Error) => {
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
    worker = undefined;
  };

  const start = (): Worker => {
    const setup: WorkerSetup = { engine: name, options };
    const started = new Worker(new URL("./main.js", import.meta.url), { workerData: setup });
    started.on("message", (reply: Reply) => {
      const waiting = pending.get(reply.id);
      pending.delete(reply.id);
      // Whoever waits for the thread to end shall see it: a late reply must not let the process go before.
      if (pending.size === 0 && !closed) started.unref();
      if ("error" in reply) waiting?.reject(receiveError(reply.error));
      else waiting?.resolve(reply.result);
    });
    started.on("error", (error) =>
      fail(new StriateError("engine", `the worker of engine ${name} failed: ${error.message}`, { cause: error })),
    );
    started.on("exit", (code) =>
      fail(new StriateError("engine", `the worker of engine ${name} ended with code ${code}`)),
    );
    return started;
  };

  const ask = (request: Request, transfer: ArrayBuffer[] = []) => {
    if (closed) return Promise.reject(new StriateError("engine", `engine ${name} is closed; select it again`));
    return new Promise<Tensors | Availability | undefined>((resolve, reject) => {
      worker ??= start();
      const id = counter++;
      pending.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, request }, transfer);
    });
  };

  const executable = (id: number): Executable => ({
    run: async (feeds) => {
      const { tensors, buffers } = transferable(feeds);
      return (await ask({ call: "run", executable: id, feeds: tensors }, buffers)) as Tensors;
    },
    readState: async () => (await ask({ call: "readState", executable: id })) as Tensors,
    writeState: async (state) => {
      const { tensors, buffers } = transferable(state);
      await ask({ call: "writeState", executable: id, state: tensors }, buffers);
    },
    close: async () => void (await ask({ call: "close", executable: id })),
  });

  return {
    name,
    available: async () => (await ask({ call: "available" })) as Availability,
    compile: async (graph, { sharing } = {}) => {
      const id = counter++;
      const shared = sharing && ids.get(sharing);
      if (sharing && shared === undefined) {
        throw new StriateError("engine", "an executable can only share the states of the same engine");
      }
      await ask({ call: "compile", executable: id, graph, sharing: shared });
      const made = executable(id);
      ids.set(made, id);
      return made;
    },
    close: async () => {
      closed = true;
      await worker?.terminate();
      worker = undefined;
    },
  };
}
