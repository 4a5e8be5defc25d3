import type { Job } from "../../platform/index.ts";
import type { Engine, Executable, Tensors } from "../engine.ts";
import { closedError } from "../hosted.ts";
import { startEngine } from "../table.ts";
import { type Request, type Result, transferable, type WorkerSetup } from "./protocol.ts";

/** The worker's side: runs an engine for the host in `host.ts`. */
export const engineJob: Job<WorkerSetup, Request> = async ({ engine: name, options }) => {
  const engine = await startEngine(name, options);
  const executables = new Map<number, Executable>();
  return {
    async answer(request) {
      const result = await answer(engine, executables, request);
      if (request.call !== "run" && request.call !== "readState") return { result };
      const { tensors, buffers } = transferable(result as Tensors);
      return { result: tensors, transfer: buffers };
    },
  };
};

async function answer(engine: Engine, executables: Map<number, Executable>, request: Request): Promise<Result> {
  const executable = (id: number): Executable => {
    const found = executables.get(id);
    if (!found) throw closedError();
    return found;
  };
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
