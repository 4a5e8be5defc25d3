import type { Threads } from "../threads.ts";
import { type BrowserWorker, scope } from "./globals.ts";

/** The last message of a worker: a browser tells nobody that one has ended. */
const ENDED = "striate: ended";

export const threads: Threads = {
  start(events, address) {
    const worker = address === undefined ? besideModules() : new Worker(address, { type: "module" });
    worker.onmessage = ({ data }) => (data === ENDED ? events.ended("ended") : events.message(data));
    worker.onmessageerror = () => events.failed(new Error("a message of it could not be read"));
    // A program that cannot be loaded has no message.
    worker.onerror = ({ message }) => events.failed(new Error(message ?? NOT_LOADED));
    return {
      post: (message, transfer = []) => worker.postMessage(message, transfer),
      ref: () => undefined,
      unref: () => undefined,
      terminate: async () => {
        worker.terminate();
        events.ended("ended");
      },
    };
  },
  parent: () => ({
    post: (message, transfer = []) => scope.postMessage(message, transfer),
    listen(receive) {
      scope.onmessage = ({ data }) => receive(data);
      scope.onmessageerror = () => {
        throw new Error("a message could not be read");
      };
    },
    close() {
      scope.postMessage(ENDED, []);
      scope.close();
    },
  }),
};

const NOT_LOADED =
  "its program could not be loaded. Bundlers that follow new Worker(new URL(...)) put it beside the page's own; with others, " +
  "such as esbuild, bundle striate/worker too, as a module, and say where it is by setWorkerUrl; or do without workers";

function besideModules(): BrowserWorker {
  try {
    return new Worker(new URL("../../entries/worker.js", import.meta.url), { type: "module" });
  } catch (cause) {
    throw new Error(NOT_LOADED, { cause }); // a script that is no module has no address
  }
}
