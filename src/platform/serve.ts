import { platform } from "#platform";
import { asError } from "../errors.ts";
import { type FromThread, type JobName, sendError, type ToThread } from "./messages.ts";

export type { JobName };

/** What a request is answered with. */
export interface Answer {
  readonly result: unknown;
  /** Buffers that are given away with it. */
  readonly transfer?: readonly ArrayBuffer[];
}

/** The work of a thread: what answers its requests, each as soon as it comes. */
export interface Serving<Request> {
  answer(request: Request): Answer | Promise<Answer>;
  /** Whether nothing may be asked any more after an error. */
  isFatal?(error: Error): boolean;
}

/**
 * Begins the work of a thread.
 * @param setup what the port was made with
 * @param finish says that nothing more will be asked, and what has not been begun need not be
 */
export type Job<Setup, Request> = (setup: Setup, finish: AbortSignal) => Serving<Request> | Promise<Serving<Request>>;

/** The thread's side of a port: does the job that it is started for. Each job is loaded only where it is done. */
export function serveJobs(jobs: Readonly<Record<JobName, () => Promise<Job<never, never>>>>): void {
  const parent = platform.threads.parent();
  const post = (message: FromThread, transfer?: readonly ArrayBuffer[]) => parent.post(message, transfer);
  const finish = new AbortController();
  const running = new Set<Promise<void>>();
  let serving: Promise<Serving<unknown>> | undefined;

  const start = async (job: JobName, setup: unknown): Promise<Serving<unknown>> => {
    // The port and the job of a name belong together: see `JobName`.
    const begin = (await jobs[job]()) as Job<unknown, unknown>;
    const begun = await begin(setup, finish.signal);
    post({ kind: "ready" });
    return begun;
  };
  const answer = async (id: number, request: unknown): Promise<void> => {
    const work = await serving;
    try {
      const { result, transfer } = (await work?.answer(request)) ?? { result: undefined };
      post({ kind: "result", id, result }, transfer);
    } catch (thrown) {
      const error = asError(thrown);
      post({ kind: "error", id, error: sendError(error, work?.isFatal?.(error) ?? false) });
    }
  };

  parent.listen((received) => {
    const message = received as ToThread;
    if (message.kind === "start") {
      serving = start(message.job, message.setup);
      serving.catch(failThread);
    } else if (message.kind === "ask") {
      const work = answer(message.id, message.request).catch(failThread);
      running.add(work);
      void work.finally(() => running.delete(work));
    } else {
      finish.abort();
      void Promise.allSettled([serving, ...running]).then(() => parent.close());
    }
  });
}

/** An error that no request's promise can hold ends the thread, in browsers too: there a promise's would be lost. */
function failThread(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}
