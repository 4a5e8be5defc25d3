import { platform } from "#platform";
import { checkOptions } from "../../checks/index.ts";
import { StriateError } from "../../errors.ts";
import type { ReadOptions, SingleInputBatch, SingleInputDataset } from "../dataset.ts";
import { derived } from "../derived.ts";
import { type CacheOptions, checkBudgets } from "../files/pictureCache.ts";
import { openSource } from "./openSource.ts";
import { type BatchReader, type Reading, type Shares, type WorkerPoolOptions, workerPool } from "./workerPool.ts";

/** How a loader works. */
export interface LoaderOptions {
  /** Worker threads that decode and augment; 0 does it in this thread. Default: one for each core, at most 4; 0 in a browser. */
  readonly workers?: number;
  /** Batches that are read before they are asked for; default: one for each worker, and at least 2. */
  readonly prefetch?: number;
  /** What is kept of decoded pictures, for all workers together; default nothing. */
  readonly cache?: CacheOptions;
  /** Stops all reading at once. */
  readonly signal?: AbortSignal;
}

/** A data set that is read ahead by workers. */
export interface Loader extends SingleInputDataset {
  /** Ends the workers; reading fails from then on. */
  close(): Promise<void>;
}

/**
 * The same data set, read by worker threads ahead of time. What is read is the same for any number of workers, in the same
 * order. Memory is bounded by the batches that are read ahead and the cache, whatever the size of the data: nothing is
 * read ahead of what `ReadOptions.upcoming` says, which `fit` does.
 *
 * @throws StriateError `usage` for options out of range, and where the data set is made of functions that cannot be sent
 * to a worker (`preprocessingFunction`, steps of your own, `mixup`): put those around the loader, or take `workers: 0`.
 * Reading fails with `interrupted` after the signal or `close`
 */
export function loader(dataset: SingleInputDataset, options: LoaderOptions = {}): Loader {
  checkOptions("loader", options, { workers: true, prefetch: true, cache: true, signal: true });
  const { cache = {}, signal } = options;
  checkOptions("loader: cache", cache, { memoryBytes: true, folder: true, diskBytes: true });
  const workers = options.workers ?? usualWorkers();
  const prefetch = options.prefetch ?? Math.max(2, workers);
  for (const [name, value] of Object.entries({ workers, prefetch })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new StriateError("usage", `loader: ${name} is a whole number from 0 on; got ${value}`);
    }
  }
  checkBudgets(cache);
  const shares = sharesFor(prefetch, workers, cache);
  const reader = readerFor(dataset, { workers, shares, cache, asked: options.workers !== undefined });
  const ahead = new Map<string, Promise<SingleInputBatch>>();
  let stopped: StriateError | undefined;

  const request = (indices: ArrayLike<number>, how: Reading): Promise<SingleInputBatch> => {
    const batch = reader.read(indices, how);
    // Nobody may ever ask for it; whoever does gets the error.
    batch.catch(() => undefined);
    return batch;
  };
  const stop = async (reason: string, cause?: unknown): Promise<void> => {
    stopped ??= new StriateError("interrupted", reason, { cause });
    ahead.clear();
    signal?.removeEventListener("abort", onAbort);
    await reader.stop(stopped);
  };
  const onAbort = () => void stop("reading was interrupted", signal?.reason);
  if (signal?.aborted) onAbort();
  else signal?.addEventListener("abort", onAbort, { once: true });

  const read = derived(dataset, {
    fresh: reader.fresh,
    ...(dataset.versions !== undefined && { versions: dataset.versions }),
    signatures: async () => dataset.signatures?.(),
    problems: () => {
      const all = [...(dataset.problems?.() ?? []), ...reader.problems()];
      return [...new Map(all.map((problem) => [problem.path, problem])).values()];
    },
    async read(indices: ArrayLike<number>, { epoch = 0, augment = true, upcoming = [] }: ReadOptions = {}) {
      if (stopped) throw stopped;
      const how = { epoch, augment };
      const key = keyOf(indices, how);
      const batch = ahead.get(key) ?? request(indices, how);
      ahead.delete(key);
      const next = new Map(upcoming.slice(0, prefetch).map((some) => [keyOf(some, how), some]));
      for (const known of ahead.keys()) if (!next.has(known)) ahead.delete(known);
      for (const [name, some] of next) if (!ahead.has(name)) ahead.set(name, request(some, how));
      return batch;
    },
  });
  return { ...read, close: () => stop("the loader was closed") };
}

/** In browsers none: what is read there is in memory already, and would be copied into each of them. */
function usualWorkers(): number {
  return platform.name === "browser" ? 0 : Math.min(4, platform.cores());
}

function keyOf(indices: ArrayLike<number>, { epoch, augment }: Reading): string {
  return `${epoch}${augment ? "" : " plain"}:${Array.from(indices).join()}`;
}

/**
 * Whole batches need no putting together, which costs the caller's thread as much as a worker's augmentation. They are
 * shared out by example where a picture is to be cached in one place, and where too few are read ahead for all workers.
 */
function sharesFor(prefetch: number, workers: number, { memoryBytes = 0 }: CacheOptions): Shares {
  return memoryBytes > 0 || prefetch < workers ? "examples" : "batches";
}

function readerFor(
  dataset: SingleInputDataset,
  { workers, shares, cache, asked }: WorkerPoolOptions & { readonly asked: boolean },
): BatchReader {
  const source = dataset.describe?.();
  if (source && workers > 0) return workerPool(source, { workers, shares, cache });
  if (!source && workers > 0 && asked) {
    throw new StriateError(
      "usage",
      "this data set cannot be sent to workers, because it is made of functions or of streams; put the loader inside " +
        "of what cannot be sent, or take workers: 0",
    );
  }
  return thisThread(source ? openSource(source, cache) : dataset);
}

/** Reads in the thread of the caller. */
function thisThread(dataset: SingleInputDataset): BatchReader {
  // A race with one promise for the end would keep every batch: what a race waits for remembers its results.
  const pending = new Set<(reason: Error) => void>();
  return {
    fresh: dataset.fresh === true,
    read: (indices, how) =>
      new Promise<SingleInputBatch>((resolve, reject) => {
        pending.add(reject);
        const batch = Promise.resolve().then(() => dataset.read(indices, how));
        batch.then(resolve, reject).finally(() => pending.delete(reject));
      }),
    problems: () => dataset.problems?.() ?? [],
    async stop(reason) {
      for (const reject of pending) reject(reason);
    },
  };
}
