import type { Dataset, ReadOptions } from "../../data/index.ts";
import type { Tensors } from "../../engine/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import type { Examples, Feeds, ReadExamples } from "../feeding.ts";
import type { CachedRows } from "./cachedRows.ts";
import { filledUp, type RowLayout, rowAt, tensorsOf } from "./layout.ts";

export interface FrozenExamplesParts {
  readonly data: Dataset;
  /** Reads the examples themselves. */
  readonly read: ReadExamples;
  /** What is fed to the rest of the graph for each example. */
  readonly layout: RowLayout;
  /** Those of what is fed that are targets. */
  readonly targets: ReadonlySet<string>;
  readonly rows: CachedRows;
  /** Examples at a time in the frozen part: always as many, so that the numbers do not depend on which are known. */
  readonly batchSize: number;
  /** Runs the frozen part: from a model's inputs to the frontier. */
  readonly run: (inputs: Feeds) => Promise<Tensors>;
}

/**
 * Examples as the rest of a graph takes them: what the frozen part makes of each version of an example is computed when it is
 * first read, and known from then on.
 */
export class FrozenExamples {
  readonly #parts: FrozenExamplesParts;
  /** Places of pictures that stand in for others. */
  readonly #standIns = new Set<number>();
  /** Examples that are read while the engine works on those before them. */
  #ahead: { readonly key: string; readonly examples: Promise<Examples> } | undefined;

  constructor(parts: FrozenExamplesParts) {
    this.#parts = parts;
  }

  readonly read: ReadExamples = async (indices, size, options = {}) => {
    const { layout, rows: cache } = this.#parts;
    const places = Array.from({ length: size }, (_, i) =>
      this.#place(indices[Math.min(i, indices.length - 1)] ?? 0, options),
    );
    const rows = new Map<number, Uint8Array>();
    for (const place of new Set(places)) {
      const row = await cache.get(place);
      if (row) rows.set(place, row);
    }
    const missing = this.#missing(indices, options, (place) => rows.has(place));
    for (const [i, some] of missing.entries()) {
      for (const [place, row] of await this.#compute(some, missing.slice(i + 1), options)) rows.set(place, row);
    }
    const feeds = tensorsOf(
      layout,
      places.flatMap((place) => rows.get(place) ?? []),
    );
    const isTarget = ([name]: [string, Tensor]) => this.#parts.targets.has(name);
    return {
      count: size,
      inputs: Object.fromEntries(Object.entries(feeds).filter((feed) => !isTarget(feed))),
      targets: Object.fromEntries(Object.entries(feeds).filter(isTarget)),
      weights: {},
      standIns: [...places.keys()].filter((i) => this.#standIns.has(places[i] ?? 0)),
    };
  };

  /** A number for each version of each example. */
  #place(index: number, { epoch = 0 }: ReadOptions): number {
    const { length, versions = 1 } = this.#parts.data;
    return (epoch % versions) * length + index;
  }

  /** The examples that are not known yet, each once, in batches. */
  #missing(indices: ArrayLike<number>, options: ReadOptions, has: (place: number) => boolean): readonly number[][] {
    const { batchSize } = this.#parts;
    const unknown = [...new Set(Array.from(indices))].filter((index) => !has(this.#place(index, options)));
    const batches: number[][] = [];
    for (let start = 0; start < unknown.length; start += batchSize)
      batches.push(unknown.slice(start, start + batchSize));
    return batches;
  }

  async #compute(
    indices: readonly number[],
    others: readonly number[][],
    options: ReadOptions,
  ): Promise<readonly (readonly [number, Uint8Array])[]> {
    const { run, batchSize, layout, rows: cache } = this.#parts;
    const known = (place: number) => cache.has(place);
    const later = (options.upcoming ?? []).flatMap((some) => this.#missing(some, options, known));
    const upcoming = [...others, ...later];
    const examples = await this.#examples(indices, { ...options, upcoming });
    const [next, ...rest] = upcoming;
    if (next) this.#readAhead(next, { ...options, upcoming: rest });
    const { inputs, targets, weights, standIns } = examples;
    // What the engine takes over may be part of the frontier itself.
    const given = layout.parts.filter(({ value }) => value.name in inputs);
    const kept = Object.fromEntries(
      given.map(({ value }) => [value.name, structuredClone(inputs[value.name] as Tensor)]),
    );
    const frontier = await run(filledUp(inputs, batchSize));
    const tensors = { ...kept, ...frontier, ...targets, ...weights };
    const computed: (readonly [number, Uint8Array])[] = [];
    for (const [i, index] of indices.entries()) {
      const place = this.#place(index, options);
      const row = rowAt(layout, tensors, i);
      const isItsOwn = !standIns.includes(i);
      if (!isItsOwn) this.#standIns.add(place);
      await cache.put(place, row, isItsOwn);
      computed.push([place, row]);
    }
    return computed;
  }

  #examples(indices: readonly number[], options: ReadOptions): Promise<Examples> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return ahead?.key === keyOf(indices, options) ? ahead.examples : this.#parts.read(indices, indices.length, options);
  }

  #readAhead(indices: readonly number[], options: ReadOptions): void {
    const examples = this.#parts.read(indices, indices.length, options);
    // Whoever asks for them gets the error.
    examples.catch(() => undefined);
    this.#ahead = { key: keyOf(indices, options), examples };
  }
}

function keyOf(indices: readonly number[], { epoch = 0 }: ReadOptions): string {
  return `${epoch}:${indices.join()}`;
}
