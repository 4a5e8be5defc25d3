// Does a task in the page and in a worker, and posts both reports.
import { read } from "./read.ts";
import { type Report, report, type Task } from "./report.ts";

/** What a page posts. */
export interface Reports {
  readonly page: Report;
  readonly worker: Report;
}

interface Message {
  readonly data: { readonly report: Report } | { readonly failed: string };
}
interface BrowserWorker {
  onmessage: ((event: Message) => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
  postMessage(task: Task): void;
}
declare const Worker: new (url: URL, options: { readonly type: "module" }) => BrowserWorker;

async function post(value: Reports | { readonly failed: string }): Promise<void> {
  await fetch("/", { method: "POST", body: JSON.stringify(value) });
}

try {
  const task = (await (await fetch("/task.json")).json()) as Task;
  await post({ page: await report(task, read), worker: await inWorker(task) });
} catch (thrown) {
  await post({ failed: String(thrown) });
}

function inWorker(task: Task): Promise<Report> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => ("report" in data ? resolve(data.report) : reject(new Error(data.failed)));
    worker.onerror = ({ message }) => reject(new Error(`the worker failed: ${message ?? "it cannot be loaded"}`));
    worker.postMessage(task);
  });
}
