import { parentPort, workerData } from "node:worker_threads";
import { asError } from "../../errors.ts";
import type { Executable, Tensors } from "../engine.ts";
import { closedError } from "../hosted.ts";
import { startEngine } from "../table.ts";
import { type Reply, type Request, type Result, sendError, transferable, type WorkerSetup } from "./protocol.ts";

/** The worker's side: runs an engine for the host in `host.ts`. */
const { engine: name, options } = workerData as WorkerSetup;
const engine = await startEngine(name, options);
const executables = new Map<number, Executable>();

function executable(id: number): Executable {
  const found = executables.get(id);
  if (!found) throw closedError();
  return found;
}

async function answer(request: Request): Promise<Result> {
  switch (request.call) {
    case "available":
      return engine.available();
    case "compile": {
      const { sharing } = request;
      const shared = sharing === undefined ? {} : { sharing: executable(sharing) };
      executables.set(request.executable, await engine.compile(request.graph, shared));
      return undefined;
    }
    case "run":
      return executable(request.executable).run(request.feeds, request.options);
    case "readState":
      return executable(request.executable).readState(request.names);
    case "writeState":
      await executable(request.executable).writeState(request.state);
      return undefined;
    case "close":
      await executable(request.executable).close();
      executables.delete(request.executable);
      return undefined;
  }
}

parentPort?.on("message", async ({ id, request }: { id: number; request: Request }) => {
  try {
    const result = await answer(request);
    const isTensors = request.call === "run" || request.call === "readState";
    const sent = isTensors ? transferable(result as Tensors) : { tensors: result, buffers: [] };
    parentPort?.postMessage({ id, result: sent.tensors } satisfies Reply, sent.buffers);
  } catch (error) {
    parentPort?.postMessage({ id, error: sendError(asError(error)) } satisfies Reply);
  }
});
// Which request it was cannot be known: the worker ends, and with it all that wait.
parentPort?.on("messageerror", (error) => {
  throw error;
});
