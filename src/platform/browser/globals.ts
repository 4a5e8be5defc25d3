// What is used of the browser, in pages and in workers; its own types would bring the whole DOM into Node's.
interface WorkerEvents {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onmessageerror: (() => void) | null;
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
}

/** A worker, as the page has it. */
export interface BrowserWorker extends WorkerEvents {
  onerror: ((event: { readonly message?: string }) => void) | null;
  terminate(): void;
}

/** What a worker has of its page. */
export interface WorkerScope extends WorkerEvents {
  close(): void;
}

declare global {
  // Bundlers follow `new Worker(new URL(..., import.meta.url))` where it stands in these words.
  var Worker: new (address: string | URL, options: { readonly type: "module" }) => BrowserWorker;
}

export const scope = globalThis as unknown as WorkerScope & {
  readonly navigator?: { readonly hardwareConcurrency?: number };
};
