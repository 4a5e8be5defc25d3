import type { Engine, Executable } from "../engine/index.ts";
import { StriateError } from "../errors.ts";
import type { Graph } from "../graph/index.ts";
import type { Model } from "../model/index.ts";
import { bytesOf } from "../tensor/index.ts";
import type { ObjectiveOptions } from "./objective.ts";
import type { Optimizer } from "./optimizers.ts";
import { evaluationGraph, trainingGraph } from "./step.ts";

/** A training step made ready for a batch size. */
export interface Step {
  readonly graph: Graph;
  readonly executable: Executable;
}

interface Parts {
  readonly model: Model;
  readonly engine: Engine;
  readonly objective: ObjectiveOptions;
  readonly optimizer: Optimizer;
  /** Whether the examples of the training, and those of the validation, count differently. */
  readonly weighted: { readonly training: boolean; readonly validation: boolean };
}

/**
 * Of steps whose values take more than this together, one is kept at a time: an engine keeps the memory of a step for the
 * next run, and the last batch of an epoch, which is smaller, is a step of its own that would take as much again.
 */
const MOST_KEPT_BYTES = 2 ** 30;

/** What a run has compiled, each thing when it is first needed. All of it shares the same states. */
export class Executables {
  readonly #parts: Parts;
  readonly #steps = new Map<number, Step>();
  readonly #evaluations = new Map<number, Executable>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A step whose states are those of the run. */
  get main(): Step {
    const [first] = this.#steps.values();
    if (!first) throw new StriateError("usage", "the training run has not started");
    return first;
  }

  async step(batchSize: number): Promise<Step> {
    const known = this.#steps.get(batchSize);
    if (known) return known;
    const { model, engine, objective, optimizer, weighted } = this.#parts;
    const graph = trainingGraph(model, objective, optimizer, batchSize, { weighted: weighted.training });
    const executable = await engine.compile(graph, this.#steps.size > 0 ? { sharing: this.main.executable } : {});
    if (valueBytes(graph) > MOST_KEPT_BYTES) await this.#closeSteps();
    const step = { graph, executable };
    this.#steps.set(batchSize, step);
    return step;
  }

  async evaluation(batchSize: number): Promise<Executable> {
    const known = this.#evaluations.get(batchSize);
    if (known) return known;
    const { model, engine, objective, weighted } = this.#parts;
    const graph = evaluationGraph(model, objective, batchSize, { weighted: weighted.validation });
    const executable = await engine.compile(graph, { sharing: this.main.executable });
    this.#evaluations.set(batchSize, executable);
    return executable;
  }

  async close(): Promise<void> {
    for (const executable of this.#evaluations.values()) await executable.close();
    await this.#closeSteps();
  }

  async #closeSteps(): Promise<void> {
    const steps = [...this.#steps.values()];
    this.#steps.clear();
    for (const { executable } of steps) await executable.close();
  }
}

/** Bytes of all that the nodes of a graph make. */
function valueBytes({ nodes }: Graph): number {
  return nodes.flatMap(({ outputs }) => outputs).reduce((sum, value) => sum + bytesOf(value), 0);
}
