import { StriateError } from "../../errors.ts";
import { WorkerPort } from "../../platform/index.ts";
import type { DType, Tensor } from "../../tensor/tensor.ts";
import type { DataProblem, ReadOptions, SingleInputBatch } from "../dataset.ts";
import type { CacheOptions, CacheShare } from "../files/pictureCache.ts";
import type { SourceDescription } from "../source.ts";
import { blank, type LoaderPart, type LoaderRequest, type LoaderSetup } from "./protocol.ts";

/** At what moment something is read, and whether with augmentation. */
export type Reading = Required<Pick<ReadOptions, "epoch" | "augment">>;

/** Whoever reads a loader's batches. */
export interface BatchReader {
  /** Whether its batches are nobody else's. */
  readonly fresh: boolean;
  read(indices: ArrayLike<number>, how: Reading): Promise<SingleInputBatch>;
  problems(): readonly DataProblem[];
  /** Stops at once; what is being read fails with this error. */
  stop(reason: StriateError): Promise<void>;
}

/**
 * How work is shared: whole batches, each to the worker with the fewest; or each batch by its examples, to the worker
 * index mod count, so that a cached picture is in one place.
 */
export type Shares = "batches" | "examples";

export interface WorkerPoolOptions {
  readonly workers: number;
  readonly shares: Shares;
  readonly cache: CacheOptions;
}

/** Worker threads that read a source together. Who reads an example makes no difference to what is in the batch. */
export function workerPool(
  source: SourceDescription,
  { workers: count, shares, cache }: WorkerPoolOptions,
): BatchReader {
  const cacheShare: CacheShare = {
    ...cache,
    ...(cache.memoryBytes !== undefined && { memoryBytes: Math.floor(cache.memoryBytes / count) }),
    diskShare: 1 / count,
  };
  const found = new Map<string, DataProblem>();
  const workers = Array.from({ length: count }, () => new LoaderWorker({ source, cache: cacheShare }, found));
  return {
    fresh: true,
    async read(indices, how) {
      if (shares === "batches") {
        const idlest = workers.reduce((best, each) => (each.waiting < best.waiting ? each : best));
        return (await idlest.read(Float64Array.from(indices), how)).batch;
      }
      const rows: number[][] = Array.from({ length: count }, () => []);
      for (let row = 0; row < indices.length; row++) rows[Math.abs(indices[row] ?? 0) % count || 0]?.push(row);
      const parts = await Promise.all(
        workers.map(async (worker, i) => {
          const mine = rows[i] ?? [];
          if (mine.length === 0) return undefined;
          const { batch } = await worker.read(
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
      await Promise.all(workers.map((worker) => worker.stop(reason)));
    },
  };
}

/** How long a worker may go on with what it is reading after it was told to stop. */
const PATIENCE_MS = 2000;

class LoaderWorker {
  readonly #port: WorkerPort<LoaderRequest, LoaderPart>;
  readonly #problems: Map<string, DataProblem>;

  constructor(setup: LoaderSetup, problems: Map<string, DataProblem>) {
    this.#problems = problems;
    this.#port = new WorkerPort<LoaderRequest, LoaderPart>({
      job: "loader",
      setup,
      foreignCode: "internal",
      ended: (how, cause) => new StriateError("data", `a worker of the loader ${how}`, { cause }),
    });
  }

  /** How many requests it has not answered. */
  get waiting(): number {
    return this.#port.waiting;
  }

  async read(indices: Float64Array<ArrayBuffer>, how: Reading): Promise<LoaderPart> {
    const part = await this.#port.ask({ indices, ...how }, { transfer: [indices.buffer] });
    for (const problem of part.problems) this.#problems.set(problem.path, problem);
    return part;
  }

  stop(reason: StriateError): Promise<void> {
    return this.#port.finish(reason, PATIENCE_MS);
  }
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
