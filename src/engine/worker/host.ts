import { StriateError } from "../../errors.ts";
import type { Availability, Engine, EngineOptions, Executable, Tensors } from "../engine.ts";
import { transferable } from "./protocol.ts";
import { EngineThread } from "./thread.ts";

/** Where an executable lives, and the number by which it is known there. */
interface Place {
  readonly thread: EngineThread;
  readonly id: number;
}

/**
 * An engine that runs in a worker thread, so that the caller's event loop stays free while it computes. The thread
 * starts at the first request, and does not keep the process alive when nothing is asked of it. One that failed is
 * replaced at the next request; its executables are lost.
 */
export function workerEngine(name: string, options: EngineOptions): Engine {
  const places = new WeakMap<Executable, Place>();
  const closedError = new StriateError("engine", `engine ${name} is closed; select it again`);
  let current: EngineThread | undefined;
  let counter = 0;
  let closed = false;

  const thread = (): EngineThread => {
    if (closed) throw closedError;
    if (!current || current.ended) current = new EngineThread(name, options);
    return current;
  };

  const executable = ({ thread: home, id }: Place): Executable => ({
    run: async (feeds, options) => {
      const { tensors, buffers } = transferable(feeds);
      return (await home.ask({ call: "run", executable: id, feeds: tensors, options }, buffers)) as Tensors;
    },
    readState: async (names) => (await home.ask({ call: "readState", executable: id, names })) as Tensors,
    writeState: async (state) => {
      const { tensors, buffers } = transferable(state);
      await home.ask({ call: "writeState", executable: id, state: tensors }, buffers);
    },
    close: async () => void (await home.ask({ call: "close", executable: id })),
  });

  return {
    name,
    available: async () => (await thread().ask({ call: "available" })) as Availability,
    compile: async (graph, { sharing } = {}) => {
      const shared = sharing && places.get(sharing);
      if (sharing && !shared) {
        throw new StriateError("engine", "an executable can only share the states of the same engine");
      }
      const place = { thread: shared?.thread ?? thread(), id: counter++ };
      await place.thread.ask({ call: "compile", executable: place.id, graph, sharing: shared?.id });
      const compiled = executable(place);
      places.set(compiled, place);
      return compiled;
    },
    close: async () => {
      closed = true;
      await current?.close(closedError);
      current = undefined;
    },
  };
}
