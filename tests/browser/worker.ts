// A dedicated worker that does a task.
import { read } from "./read.ts";
import { report, type Task } from "./report.ts";

// What is used of the browser; its types would bring the whole DOM into Node's.
interface WorkerScope {
  onmessage: ((event: { readonly data: Task }) => void) | null;
  postMessage(message: unknown): void;
}
const scope = globalThis as unknown as WorkerScope;

scope.onmessage = async ({ data }) => {
  try {
    scope.postMessage({ report: await report(data, read) });
  } catch (thrown) {
    scope.postMessage({ failed: String(thrown) });
  }
};
