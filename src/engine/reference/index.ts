import type { Graph, Reals, Value } from "../../graph/index.ts";
import { interpret } from "../../ops/index.ts";
import { fromNumbers, type Tensor, toNumbers } from "../../tensor/index.ts";
import type { Availability, Backend, Program, RandomSource, States, Tensors } from "../engine.ts";
import { drawRandom } from "../random.ts";

/** A state: float64, rounded to its own type between runs. */
interface Held extends Reals {
  readonly dtype: Tensor["dtype"];
}

export async function available(): Promise<Availability> {
  return { available: true, version: "1" };
}

/** The meaning of every op: plain loops in float64, slow. States are kept in their own types from run to run. */
export async function start(): Promise<Backend<Held>> {
  return {
    drawsRandom: true,
    compile: async (graph, states) => new ReferenceProgram(graph, states),
    toState: held,
    toTensor: tensorOf,
    close: async () => {},
  };
}

class ReferenceProgram implements Program {
  readonly #graph: Graph;
  readonly #states: States<Held>;

  constructor(graph: Graph, states: States<Held>) {
    this.#graph = graph;
    this.#states = states;
  }

  async run(feeds: Tensors, fetch: readonly string[], random?: RandomSource): Promise<Tensors> {
    const { inputs, randoms, states, outputs } = this.#graph;
    const values = new Map<Value, Reals>();
    const feed = (value: Value, tensor: Tensor | undefined) => tensor && values.set(value, held(tensor));
    for (const value of inputs) feed(value, feeds[value.name]);
    for (const input of randoms) feed(input.value, random ? drawRandom(input, random) : feeds[input.value.name]);
    for (const { now } of states) values.set(now, this.#states.get(now.name));
    const results = interpret(this.#graph, values);
    const result = ({ dtype, shape }: Value, value: Value) =>
      tensorOf({ dtype, shape, data: results.get(value)?.data ?? new Float64Array() });
    // Rounded to the state's type: a run that goes on from a checkpoint is the run that never stopped.
    for (const { now, next } of states) {
      if (next !== now) this.#states.set(now.name, held(result(now, next)));
    }
    return Object.fromEntries(
      fetch.flatMap((name) => {
        const value = outputs[name];
        return value ? [[name, result(value, value)]] : [];
      }),
    );
  }

  async close(): Promise<void> {}
}

function held(tensor: Tensor): Held {
  return { dtype: tensor.dtype, shape: tensor.shape, data: toNumbers(tensor) };
}

function tensorOf({ dtype, shape, data }: Held): Tensor {
  return fromNumbers(dtype, shape, data);
}
