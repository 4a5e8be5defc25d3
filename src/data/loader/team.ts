import { startLoaderWorker } from "#data-platform";
import { StriateError } from "../../errors.ts";
import type { DType, Tensor } from "../../tensor/tensor.ts";
import type { DataProblem, ReadOptions, SingleInputBatch } from "../dataset.ts";
import type { CacheOptions, CacheShare } from "../files/pictureCache.ts";
import type { SourceDescription } from "../source.ts";
import { blank, type LoaderReply, type LoaderRequest, type LoaderSetup, READY, STOP } from "./protocol.ts";

/** At what moment something is read, and whether with augmentation. */
export type Reading = Required<Pick<ReadOptions, "epoch" | "augment">>;

/** Whoever reads a loader's batches. */
export interface Team {
  /** Whether its batches are nobody else's. */
  readonly fresh: boolean;
  read(indices: ArrayLike<number>, how: Reading): Promise<SingleInputBatch>;
  problems(): readonly DataProblem[];
  /** Stops at once; what is being read fails with this error. */
  stop(reason: Error): Promise<void>;
}

type Part = Exclude<LoaderReply, { readonly error: unknown }>;

/**
 * How work is shared: whole batches, each to the worker with the fewest; or each batch by its examples, to the worker
 * index mod count, so that a cached picture is in one place.
 */
export type Shares = "batches" | "examples";

export interface TeamOptions {
  readonly workers: number;
  readonly shares: Shares;
  readonly cache: CacheOptions;
}

/** Worker threads that read a source together. Who reads an example makes no difference to what is in the batch. */
export function workerTeam(source: SourceDescription, { workers: count, shares, cache }: TeamOptions): Team {
  const own: CacheShare = {
    ...cache,
    ...(cache.memoryBytes !== undefined && { memoryBytes: Math.floor(cache.memoryBytes / count) }),
    diskShare: 1 / count,
  };
  const found = new Map<string, DataProblem>();
  const members = Array.from({ length: count }, () => member({ source, cache: own }, found));
  return {
    fresh: true,
    async read(indices, how) {
      if (shares === "batches") {
        const idlest = members.reduce((best, each) => (each.waiting() < best.waiting() ? each : best));
        return (await idlest.read(Float64Array.from(indices), how)).batch;
      }
      const rows: number[][] = Array.from({ length: count }, () => []);
      for (let row = 0; row < indices.length; row++) rows[Math.abs(indices[row] ?? 0) % count || 0]?.push(row);
      const parts = await Promise.all(
        members.map(async (ask, i) => {
          const mine = rows[i] ?? [];
          if (mine.length === 0) return undefined;
          const { batch } = await ask.read(
            Float64Array.from(mine, (row) => indices[row] ?? 0),
            how,
          );
          return { mine, batch };
        }),
      );
      return assembled(parts, indices.length);
    },
    problems: () => [...found.values()],
    stop: async (reason) => {
      await Promise.all(members.map((each) => each.stop(reason)));
    },
  };
}

interface Member {
  /** How many requests it has not answered. */
  waiting(): number;
  read(indices: Float64Array, how: Reading): Promise<Part>;
  stop(reason: Error): Promise<void>;
}

/** A promise that is kept from outside. */
function signal(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((kept) => {
    resolve = kept;
  });
  return { promise, resolve };
}

/** How long a worker may go on with what it is reading after it was told to stop. */
const PATIENCE_MS = 2000;

function member(setup: LoaderSetup, found: Map<string, DataProblem>): Member {
  const pending = new Map<number, { resolve(part: Part): void; reject(error: Error): void }>();
  let nextId = 0;
  let ended: Error | undefined;
  const worker = startLoaderWorker(setup);
  // A program may end while nothing is asked.
  worker.unref();
  const fail = (error: Error) => {
    ended ??= error;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  const loaded = signal();
  const exited = signal();
  worker.on("message", (reply: LoaderReply | typeof READY) => {
    if (reply === READY) return loaded.resolve();
    const waiting = pending.get(reply.id);
    pending.delete(reply.id);
    if (pending.size === 0 && !ended) worker.unref();
    if ("error" in reply) return waiting?.reject(new StriateError(reply.error.code, reply.error.message));
    for (const problem of reply.problems) found.set(problem.path, problem);
    waiting?.resolve(reply);
  });
  worker.on("error", (error) =>
    fail(new StriateError("data", `a worker of the loader failed: ${error.message}`, { cause: error })),
  );
  worker.on("exit", (code) => {
    fail(new StriateError("data", `a worker of the loader ended with code ${code}`));
    loaded.resolve();
    exited.resolve();
  });
  return {
    waiting: () => pending.size,
    read: (indices, how) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        const request: LoaderRequest = { id: nextId++, indices, ...how };
        pending.set(request.id, { resolve, reject });
        worker.ref();
        worker.postMessage(request, [indices.buffer as ArrayBuffer]);
      }),
    async stop(reason) {
      fail(reason);
      // Who waits for the end shall see it, so the worker holds the process until then.
      worker.ref();
      // A thread that is ended from outside leaves the files open that it reads just then, modules or pictures.
      worker.postMessage(STOP);
      await loaded.promise;
      const late = setTimeout(() => void worker.terminate(), PATIENCE_MS);
      await exited.promise;
      clearTimeout(late);
    },
  };
}

/** The parts' rows, each in its place. */
function assembled(
  parts: readonly ({ readonly mine: readonly number[]; readonly batch: SingleInputBatch } | undefined)[],
  rows: number,
): SingleInputBatch {
  const present = parts.flatMap((part) => part ?? []);
  const [first] = present;
  if (!first) throw new StriateError("usage", "a batch needs at least one example");
  if (present.length === 1) return first.batch;
  const gathered = <D extends DType>(like: Tensor<D>, of: (batch: SingleInputBatch) => Tensor<D> | undefined) => {
    const whole = blank(like, rows);
    for (const { mine, batch } of present) {
      const part = of(batch);
      if (!part) continue;
      for (const [from, to] of mine.entries()) copyRow(part.data, whole.data, from, to, whole.data.length / rows);
    }
    return whole;
  };
  const { inputs, targets, sampleWeights } = first.batch;
  const standIns = present.flatMap(({ mine, batch }) => (batch.standIns ?? []).map((row) => mine[row] ?? 0));
  return {
    inputs: gathered(inputs, (batch) => batch.inputs),
    targets: gathered(targets, (batch) => batch.targets),
    ...(sampleWeights && { sampleWeights: gathered(sampleWeights, (batch) => batch.sampleWeights) }),
    ...(standIns.length > 0 && { standIns: standIns.sort((a, b) => a - b) }),
  };
}

type Numbers = SingleInputBatch["targets"]["data"];

function copyRow(source: Numbers, out: Numbers, from: number, to: number, size: number): void {
  // Both have one type, which the compiler cannot know.
  (out as Float32Array).set((source as Float32Array).subarray(from * size, (from + 1) * size), to * size);
}
