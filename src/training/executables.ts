import type { Engine, Executable } from "../engine/index.ts";
import { StriateError } from "../errors.ts";
import type { Graph } from "../graph/index.ts";
import type { Model } from "../model/index.ts";
import type { Objective } from "./objective.ts";
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
  readonly objective: Objective;
  readonly optimizer: Optimizer;
  /** Whether the examples of the training, and those of the validation, count differently. */
  readonly weighted: { readonly training: boolean; readonly validation: boolean };
}

/** What a run has compiled, each thing when it is first needed. All of it shares the states of the first step. */
export class Executables {
  readonly #parts: Parts;
  readonly #steps = new Map<number, Step>();
  readonly #evaluations = new Map<number, Executable>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The executable whose states are those of the run. */
  get main(): Executable {
    const [first] = this.#steps.values();
    if (!first) throw new StriateError("usage", "the training run has not started");
    return first.executable;
  }

  async step(batchSize: number): Promise<Step> {
    const known = this.#steps.get(batchSize);
    if (known) return known;
    const { model, engine, objective, optimizer, weighted } = this.#parts;
    const graph = trainingGraph(model, objective, optimizer, batchSize, { weighted: weighted.training });
    const executable = await engine.compile(graph, this.#steps.size > 0 ? { sharing: this.main } : {});
    const step = { graph, executable };
    this.#steps.set(batchSize, step);
    return step;
  }

  async evaluation(batchSize: number): Promise<Executable> {
    const known = this.#evaluations.get(batchSize);
    if (known) return known;
    const { model, engine, objective, weighted } = this.#parts;
    const graph = evaluationGraph(model, objective, batchSize, { weighted: weighted.validation });
    const executable = await engine.compile(graph, { sharing: this.main });
    this.#evaluations.set(batchSize, executable);
    return executable;
  }

  async close(): Promise<void> {
    for (const executable of this.#evaluations.values()) await executable.close();
    for (const { executable } of this.#steps.values()) await executable.close();
  }
}
