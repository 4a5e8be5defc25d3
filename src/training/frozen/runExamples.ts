import type { Dataset } from "../../data/index.ts";
import type { Graph } from "../../graph/index.ts";
import type { Model } from "../../model/index.ts";
import type { Executables, Frontiers } from "../executables.ts";
import { type ReadExamples, readExamples } from "../feeding.ts";
import { objectiveText } from "../objective.ts";
import type { FitSettings } from "../settings.ts";
import { evaluationGraph, trainingGraph } from "../step/index.ts";
import { CachedRows } from "./cachedRows.ts";
import { computationDigest, textDigest } from "./digest.ts";
import { FrozenExamples } from "./frozenExamples.ts";
import { openRows } from "./openRows.ts";
import { bytesKept, type FrozenPart, frozenPart, mayBeFrozen } from "./plan.ts";
import type { RowFolder } from "./rowFolder.ts";
import { changingStates } from "./split.ts";

type PartName = keyof Frontiers;

/** What is computed once in a run: of the training, of the validation. */
export type FrozenParts = Readonly<Partial<Record<PartName, FrozenPart>>>;

/** The frozen parts of a run, as far as its options allow to keep what they make; the training has the first claim to memory. */
export function frozenParts(model: Model, settings: FitSettings): FrozenParts {
  const { train, validation, batchSize, objective, optimizer, cacheFrozen } = settings;
  const isPossible = mayBeFrozen(model, train) || (validation !== undefined && mayBeFrozen(model, validation));
  if (!cacheFrozen || !isPossible) return {};
  const step = trainingGraph(model, objective, optimizer, batchSize, { weighted: train.weighted === true });
  const partOf = (data: Dataset, graph: Graph, memoryBytes: number) =>
    mayBeFrozen(model, data)
      ? frozenPart(model, data, graph, changingStates(step), cacheFrozen, memoryBytes)
      : undefined;
  const training = partOf(train, step, cacheFrozen.memoryBytes);
  const left = cacheFrozen.memoryBytes - (training ? bytesKept(train, training.layout) : 0);
  const options = { weighted: validation?.weighted === true };
  const validated =
    validation &&
    partOf(validation, evaluationGraph(model, objective, validationSize(settings), options), Math.max(0, left));
  return { ...(training && { training }), ...(validated && { validation: validated }) };
}

/** Examples at a time in the validation. */
export function validationSize({ validation, validationBatchSize }: FitSettings): number {
  return Math.min(validationBatchSize, validation?.length ?? 0);
}

/** How a run reads its examples: from the data, or where a frozen part makes something of them, that, computed once. */
export class RunExamples {
  readonly #model: Model;
  readonly #engine: string;
  readonly #settings: FitSettings;
  readonly #parts: FrozenParts;
  readonly #executables: Executables;
  readonly #readers = new Map<PartName, ReadExamples>();
  #folders: RowFolder[] = [];
  /** Of the frozen parts as they were last. */
  #digests = "";

  constructor(model: Model, engine: string, settings: FitSettings, parts: FrozenParts, executables: Executables) {
    this.#model = model;
    this.#engine = engine;
    this.#settings = settings;
    this.#parts = parts;
    this.#executables = executables;
  }

  /** Reads examples of the training or the validation. */
  reader(name: PartName): ReadExamples {
    const known = this.#readers.get(name) ?? this.#plain(name);
    this.#readers.set(name, known);
    return known;
  }

  /** To be called when the states have been written: what other frozen weights have made is forgotten. */
  async weightsChanged(): Promise<void> {
    const named = Object.entries(this.#parts) as [PartName, FrozenPart][];
    if (named.length === 0) return;
    const digests = await Promise.all(named.map(([name]) => this.#digest(name)));
    if (digests.join() === this.#digests) return;
    this.#digests = digests.join();
    await this.flush();
    this.#folders = [];
    for (const [i, [name, part]] of named.entries()) {
      this.#readers.set(name, await this.#frozen(name, part, digests[i] ?? ""));
    }
  }

  /** Writes what a folder is still to get. */
  async flush(): Promise<void> {
    for (const folder of this.#folders) await folder.flush();
  }

  #plain(name: PartName): ReadExamples {
    const { objectives } = this.#settings;
    return (...how) => readExamples(this.#model, this.#data(name), objectives, ...how);
  }

  #data(name: PartName): Dataset {
    const { train, validation = train } = this.#settings;
    return name === "training" ? train : validation;
  }

  async #digest(name: PartName): Promise<string> {
    // By the graph of one example: what a row becomes does not depend on how many others there are.
    const graph = this.#executables.frozenGraph(name, this.#model.batchSize ?? 1);
    const states = await this.#executables.readState(graph.states.map(({ now }) => now.name));
    return computationDigest(this.#engine, graph, states);
  }

  async #frozen(name: PartName, { layout }: FrozenPart, digest: string): Promise<ReadExamples> {
    const { batchSize, cacheFrozen, objectives } = this.#settings;
    const data = this.#data(name);
    const size = name === "training" ? batchSize : validationSize(this.#settings);
    const types = layout.parts.map(({ value: { name, dtype, shape } }) => [name, dtype, shape.slice(1)]);
    const stored = await textDigest(JSON.stringify([digest, types, objectiveText(objectives)]));
    const rows = cacheFrozen && (await openRows(data, stored, layout.size, cacheFrozen));
    if (rows) this.#folders.push(rows.folder);
    const examples = new FrozenExamples({
      data,
      layout,
      read: this.#plain(name),
      targets: new Set(objectives.map(({ target }) => target)),
      rows: new CachedRows(cacheFrozen?.memoryBytes ?? 0, rows),
      batchSize: size,
      run: async (inputs) => (await this.#executables.frozen(name, size)).run(inputs),
    });
    return examples.read;
  }
}
