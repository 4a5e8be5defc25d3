import type { Engine, Executable, Tensors } from "../engine/index.ts";
import { StriateError } from "../errors.ts";
import type { Graph, State } from "../graph/index.ts";
import type { Model } from "../model/index.ts";
import { bytesOf, type Tensor } from "../tensor/index.ts";
import { splitAt } from "./frozen/split.ts";
import type { ObjectiveOptions } from "./objective.ts";
import type { Optimizer } from "./optimizers/index.ts";
import { evaluationGraph, gradientGraph, gradientName, rateTensor, trainingGraph, updateGraph } from "./step/index.ts";

/** A graph made ready. */
interface Compiled {
  readonly graph: Graph;
  readonly executable: Executable;
}

/** By name, the values that the frozen part of a step, and of an evaluation, ends in. */
export interface Frontiers {
  readonly training?: readonly string[] | undefined;
  readonly validation?: readonly string[] | undefined;
}

/** What is done with the gradients of a step before the weights follow from them: an average over several machines, say. */
export type BetweenHalves = (gradients: GradientStates) => Promise<void>;

/** The gradients of all trained weights, each the sum over the steps of an update, by the names of their states, where the engine has them: only what is read is copied. */
export interface GradientStates {
  readonly names: readonly string[];
  read(names?: readonly string[]): Promise<Tensors>;
  write(gradients: Tensors): Promise<void>;
}

export interface ExecutableParts {
  readonly model: Model;
  readonly engine: Engine;
  readonly objective: ObjectiveOptions;
  readonly optimizer: Optimizer;
  /** Whether the examples of the training, and those of the validation, count differently. */
  readonly weighted: { readonly training: boolean; readonly validation: boolean };
  /** The frontiers of frozen parts whose values are fed in place of examples. Default: none. */
  readonly frontiers?: Frontiers;
  /** Default: nothing stands between the halves of a step, so that they are one graph. */
  readonly between?: BetweenHalves;
}

/** What a step is fed. */
export interface StepFeeds {
  /** Examples in the batch. */
  readonly count: number;
  /** Everything but the learning rate. */
  readonly feeds: Tensors;
  readonly learningRate: number;
  /** Of the random inputs. */
  readonly seed: number;
  /** The number of the step in the run, from 0 on. */
  readonly step: number;
  /** Names of the outputs to return. */
  readonly fetch: readonly string[];
}

/**
 * Of steps whose values take more than this together, one is kept at a time: an engine keeps the memory of a step for the
 * next run, and the last batch of an epoch, which is smaller, is a step of its own that would take as much again.
 */
const MOST_KEPT_BYTES = 2 ** 30;

/**
 * What a run has compiled, each thing when it is first needed. All of it shares the same states. A step is one graph, or where
 * something stands between its halves (several steps for an update, `between`) two: gradients and update.
 */
export class Executables {
  readonly #parts: ExecutableParts;
  readonly #steps = new Map<number, Compiled>();
  readonly #evaluations = new Map<number, Executable>();
  readonly #frozen = new Map<keyof Frontiers, Executable>();
  /** The second half of a step, where there are two. */
  #update: Compiled | undefined;

  constructor(parts: ExecutableParts) {
    this.#parts = parts;
  }

  /** Makes the step of a batch size ready; before anything else. */
  async start(batchSize: number): Promise<void> {
    await this.#step(batchSize);
  }

  /** All that outlasts a step: weights, slots, counters, and gradients that are not applied yet. */
  get states(): readonly State[] {
    const states = this.#holders.flatMap(({ graph }) => graph.states);
    return [...new Map(states.map((state) => [state.now.name, state])).values()];
  }

  /** Runs a step, and gives outputs of its graph. */
  async run({ count, feeds, learningRate, seed, step, fetch }: StepFeeds): Promise<Tensors> {
    const { executable } = await this.#step(count);
    const rate = { learningRate: rateTensor(learningRate) };
    const options = { fetch, random: { seed, step } };
    if (!this.#update) return executable.run({ ...feeds, ...rate }, options);
    const outputs = await executable.run(feeds, options);
    const { between, optimizer } = this.#parts;
    if ((step + 1) % (optimizer.gradientAccumulationSteps ?? 1) !== 0) return outputs;
    await between?.(this.#gradients(executable));
    await this.#update.executable.run(rate);
    return outputs;
  }

  /** Copies of states, by name. */
  async readState(names: readonly string[]): Promise<Tensors> {
    const read = [...this.#byHolder(names)].map(([{ executable }, its]) => executable.readState(its));
    return Object.assign({}, ...(await Promise.all(read)));
  }

  /** Sets some or all of the states, whose tensors are taken over. */
  async writeState(states: Tensors): Promise<void> {
    for (const [{ executable }, names] of this.#byHolder(Object.keys(states))) {
      await executable.writeState(Object.fromEntries(names.map((name) => [name, states[name] as Tensor])));
    }
  }

  async evaluation(batchSize: number): Promise<Executable> {
    const known = this.#evaluations.get(batchSize);
    if (known) return known;
    const graph = this.#restOf("validation", this.#graph("validation", batchSize));
    const executable = await this.#parts.engine.compile(graph, { sharing: this.#main.executable });
    this.#evaluations.set(batchSize, executable);
    return executable;
  }

  async close(): Promise<void> {
    for (const executable of [...this.#evaluations.values(), ...this.#frozen.values()]) await executable.close();
    await this.#update?.executable.close();
    await this.#closeSteps();
  }

  async #step(batchSize: number): Promise<Compiled> {
    const known = this.#steps.get(batchSize);
    if (known) return known;
    const { model, engine, optimizer } = this.#parts;
    const graph = this.#restOf("training", this.#graph("training", batchSize));
    const executable = await engine.compile(graph, this.#steps.size > 0 ? { sharing: this.#main.executable } : {});
    if (this.#inHalves && !this.#update) {
      const update = updateGraph(model, optimizer);
      this.#update = { graph: update, executable: await engine.compile(update, { sharing: executable }) };
    }
    if (valueBytes(graph) > MOST_KEPT_BYTES) await this.#closeSteps();
    const step = { graph, executable };
    this.#steps.set(batchSize, step);
    return step;
  }

  /** The frozen part of a step or an evaluation, from examples to its frontier. */
  frozenGraph(part: keyof Frontiers, batchSize: number): Graph {
    const { model, frontiers } = this.#parts;
    return splitAt(this.#graph(part, batchSize), model.inputNames, frontiers?.[part] ?? []).prefix;
  }

  /** The same, made ready. */
  async frozen(part: keyof Frontiers, batchSize: number): Promise<Executable> {
    const known = this.#frozen.get(part);
    if (known) return known;
    const graph = this.frozenGraph(part, batchSize);
    const executable = await this.#parts.engine.compile(graph, { sharing: this.#main.executable });
    this.#frozen.set(part, executable);
    return executable;
  }

  get #inHalves(): boolean {
    const { optimizer, between } = this.#parts;
    return between !== undefined || (optimizer.gradientAccumulationSteps ?? 1) > 1;
  }

  #graph(part: keyof Frontiers, batchSize: number): Graph {
    const { model, objective, optimizer, weighted } = this.#parts;
    const options = { weighted: weighted[part] };
    if (part === "validation") return evaluationGraph(model, objective, batchSize, options);
    return this.#inHalves
      ? gradientGraph(model, objective, batchSize, options)
      : trainingGraph(model, objective, optimizer, batchSize, options);
  }

  #restOf(part: keyof Frontiers, graph: Graph): Graph {
    const { model, frontiers } = this.#parts;
    const frontier = frontiers?.[part];
    return frontier ? splitAt(graph, model.inputNames, frontier).rest : graph;
  }

  /** A step whose states are those of the run. */
  get #main(): Compiled {
    const [first] = this.#steps.values();
    if (!first) throw new StriateError("usage", "the training run has not started");
    return first;
  }

  /** Who has states: every state is in one of them, the engine's only copy in both. */
  get #holders(): readonly Compiled[] {
    return this.#update ? [this.#main, this.#update] : [this.#main];
  }

  /** Each name under the first who has the state. */
  #byHolder(names: readonly string[]): ReadonlyMap<Compiled, readonly string[]> {
    const holders = this.#holders.map((holder) => ({
      holder,
      known: new Set(holder.graph.states.map(({ now }) => now.name)),
    }));
    const grouped = new Map<Compiled, string[]>();
    for (const name of names) {
      const holder = holders.find(({ known }) => known.has(name))?.holder ?? this.#main;
      const known = grouped.get(holder);
      if (known) known.push(name);
      else grouped.set(holder, [name]);
    }
    return grouped;
  }

  #gradients(executable: Executable): GradientStates {
    const trained = this.#parts.model.weightSpecs.filter(({ trainable }) => trainable);
    const names = trained.map(({ key }) => gradientName(key));
    return {
      names,
      read: (some = names) => executable.readState(some),
      write: (gradients) => executable.writeState(gradients),
    };
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
