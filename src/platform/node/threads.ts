import { parentPort, Worker } from "node:worker_threads";
import { internalError } from "../../errors.ts";
import type { Threads } from "../threads.ts";

export const threads: Threads = {
  start(events, address = new URL("../../entries/worker.js", import.meta.url)) {
    const worker = new Worker(address);
    worker.on("message", events.message);
    worker.on("messageerror", events.failed);
    worker.on("error", events.failed);
    worker.on("exit", (code) => events.ended(`ended with code ${code}`));
    return {
      post: (message, transfer) => worker.postMessage(message, transfer),
      ref: () => worker.ref(),
      unref: () => worker.unref(),
      terminate: async () => void (await worker.terminate()),
    };
  },
  parent() {
    const port = parentPort;
    if (!port) throw internalError("the program of Striate's workers was not started in one");
    return {
      post: (message, transfer) => port.postMessage(message, transfer),
      listen(receive) {
        port.on("message", receive);
        // Which request it was cannot be known: the thread ends, and with it all that wait.
        port.on("messageerror", (error) => {
          throw error;
        });
      },
      close: () => port.close(),
    };
  },
};
