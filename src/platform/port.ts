import { platform } from "#platform";
import { asError, type ErrorCode, type StriateError } from "../errors.ts";
import { type FromThread, type JobName, receiveError, type ToThread } from "./messages.ts";
import type { Thread } from "./threads.ts";

let workerUrl: string | URL | undefined;

/**
 * Says where the program of Striate's workers is: the entry `striate/worker`, bundled as a module. Only for bundlers that
 * do not follow `new Worker(new URL(..., import.meta.url))`, such as esbuild; the others put it beside the page's own.
 * @example setWorkerUrl(new URL("striate-worker.js", document.baseURI));
 */
export function setWorkerUrl(url: string | URL): void {
  workerUrl = url;
}

export interface WorkerPortOptions {
  /** What the thread is to do. */
  readonly job: JobName;
  /** What the work begins with: plain data. */
  readonly setup: unknown;
  /** The code of errors that are none of Striate's. */
  readonly foreignCode: ErrorCode;
  /** The error of all that a thread leaves unanswered, from how it came to its end: "failed: ...", "ended with code 1". */
  readonly ended: (how: string, cause?: Error) => StriateError;
}

export interface AskOptions {
  /** Buffers that are given away with the request. */
  readonly transfer?: readonly ArrayBuffer[];
  /** Milliseconds after which the thread is ended. Default: it may take as long as it takes. */
  readonly patience?: number;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A promise that is kept from outside. */
function deferred(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((kept) => {
    resolve = kept;
  });
  return { promise, resolve };
}

/**
 * One worker thread from its start to its end, and the requests that it has not answered yet. It keeps the process alive
 * while something is asked of it, and while it is being ended.
 */
export class WorkerPort<Request, Result> {
  readonly #options: WorkerPortOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ready = deferred();
  readonly #exited = deferred();
  #thread: Thread | undefined;
  #counter = 0;
  #end: StriateError | undefined;

  constructor(options: WorkerPortOptions) {
    this.#options = options;
    const events = {
      message: (message: unknown) => this.#receive(message as FromThread),
      failed: (error: Error) => this.#fail(`failed: ${error.message}`, error),
      ended: (how: string) => {
        if (!this.#end) this.#rejectAll(options.ended(how));
        this.#ready.resolve();
        this.#exited.resolve();
      },
    };
    try {
      this.#thread = platform.threads.start(events, workerUrl);
      this.#post({ kind: "start", job: options.job, setup: options.setup });
      this.#thread.unref();
    } catch (thrown) {
      const error = asError(thrown);
      this.#fail(`failed: ${error.message}`, error);
      events.ended("ended");
    }
  }

  /** Why it cannot be asked any more; `undefined` while it can. */
  get end(): StriateError | undefined {
    return this.#end;
  }

  /** How many requests it has not answered. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** @throws Error for a request that cannot be sent; StriateError that the thread's work throws, or of its end */
  ask(request: Request, { transfer = [], patience }: AskOptions = {}): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      if (this.#end) return reject(this.#end);
      const id = this.#counter++;
      this.#post({ kind: "ask", id, request }, transfer);
      const tooLate = () => this.#fail(`took more than ${((patience ?? 0) / 1000).toFixed(0)} s`);
      const late = patience === undefined ? undefined : setTimeout(tooLate, patience);
      this.#waiting.set(id, {
        resolve: (result) => {
          clearTimeout(late);
          resolve(result as Result);
        },
        reject: (error) => {
          clearTimeout(late);
          reject(error);
        },
      });
      this.#thread?.ref();
    });
  }

  /** Ends the thread at once, whatever it does; what it has not answered fails with `error`. */
  async close(error: StriateError): Promise<void> {
    this.#rejectAll(error);
    await this.#thread?.terminate();
  }

  /**
   * The same, but what the thread does just then it may finish, for so many milliseconds: a thread that is ended from
   * outside leaves the files open that it reads, modules among them.
   */
  async finish(error: StriateError, patience: number): Promise<void> {
    this.#rejectAll(error);
    // Who waits for the end shall see it, so the thread holds the process until then.
    this.#thread?.ref();
    this.#post({ kind: "finish" });
    await this.#ready.promise;
    const late = setTimeout(() => void this.#thread?.terminate(), patience);
    await this.#exited.promise;
    clearTimeout(late);
  }

  #post(message: ToThread, transfer?: readonly ArrayBuffer[]): void {
    this.#thread?.post(message, transfer);
  }

  #receive(message: FromThread): void {
    if (message.kind === "ready") {
      this.#ready.resolve();
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    // A thread that is being ended must be waited for, also when an answer of it comes late.
    if (this.#waiting.size === 0 && !this.#end) this.#thread?.unref();
    if (message.kind === "result") {
      waiting?.resolve(message.result);
      return;
    }
    waiting?.reject(receiveError(message.error, this.#options.foreignCode));
    if (message.error.isFatal) this.#fail("failed before");
  }

  #fail(how: string, cause?: Error): void {
    this.#rejectAll(this.#options.ended(how, cause));
    void this.#thread?.terminate();
  }

  #rejectAll(error: StriateError): void {
    this.#end ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#end);
    this.#waiting.clear();
  }
}
