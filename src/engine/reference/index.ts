import { StriateError } from "../../errors.ts";
import { type Graph, type Reals, type Value, verify } from "../../graph/index.ts";
import { interpret, OPS } from "../../ops/index.ts";
import { fromNumbers, type Tensor, toNumbers } from "../../tensor/index.ts";
import type { CompileOptions, Engine, Executable, Tensors } from "../engine.ts";
import { checkTensors, fedValues, StateStore, statesNamed } from "../state.ts";

/** The meaning of every op: plain loops in float64, slow. States are kept in their own types from run to run. */
export function referenceEngine(): Engine {
  return {
    name: "reference",
    available: async () => ({ available: true, version: "1" }),
    compile: async (graph, options) => new ReferenceExecutable(graph, options),
    close: async () => {},
  };
}

class ReferenceExecutable implements Executable {
  readonly #graph: Graph;
  readonly #store: StateStore<Reals>;

  constructor(graph: Graph, { sharing }: CompileOptions = {}) {
    verify(graph, OPS);
    if (sharing && !(sharing instanceof ReferenceExecutable)) {
      throw new StriateError("engine", "an executable can only share the states of the same engine");
    }
    this.#graph = graph;
    this.#store = sharing ? sharing.#store : new StateStore();
  }

  async run(feeds: Tensors): Promise<Tensors> {
    const graph = this.#graph;
    checkTensors(graph, "input", fedValues(graph), feeds, true);
    const values = new Map<Value, Reals>();
    for (const value of fedValues(graph)) values.set(value, realsOf(feeds[value.name] as Tensor));
    for (const { now } of graph.states) values.set(now, this.#store.get(now.name));
    const results = interpret(graph, values);
    const result = (value: Value) => results.get(value) ?? { shape: value.shape, data: new Float64Array() };
    // Rounded to the state's type: a run that goes on from a checkpoint is the run that never stopped.
    for (const { now, next } of graph.states) this.#store.set(now.name, realsOf(tensorOf(now, result(next))));
    return Object.fromEntries(
      Object.entries(graph.outputs).map(([name, value]) => [name, tensorOf(value, result(value))]),
    );
  }

  async readState(names?: readonly string[]): Promise<Tensors> {
    return Object.fromEntries(
      statesNamed(this.#graph, names).map((now) => [now.name, tensorOf(now, this.#store.get(now.name))]),
    );
  }

  async writeState(state: Tensors): Promise<void> {
    checkTensors(
      this.#graph,
      "state",
      this.#graph.states.map(({ now }) => now),
      state,
      false,
    );
    for (const [name, tensor] of Object.entries(state)) this.#store.set(name, realsOf(tensor));
  }

  async close(): Promise<void> {}
}

function realsOf(tensor: Tensor): Reals {
  return { shape: tensor.shape, data: toNumbers(tensor) };
}

function tensorOf({ dtype, shape }: Value, { data }: Reals): Tensor {
  return fromNumbers(dtype, shape, data);
}
