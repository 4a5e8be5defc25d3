import { StriateError } from "../errors.ts";
import { type Graph, verify } from "../graph/index.ts";
import { OPS } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { checkNames, checkTensors } from "./checkTensors.ts";
import type { Availability, Backend, Engine, Executable, ExecuteOptions, Program, Tensors } from "./engine.ts";
import { Queue } from "./queue.ts";
import { drawRandom } from "./random.ts";
import { StateStore } from "./state.ts";

/** What executables that share their states have in common. */
interface Shared {
  readonly store: StateStore<unknown>;
  readonly queue: Queue;
}

/** An engine of a backend: all that engines have in common. */
export function hostedEngine(name: string, available: () => Promise<Availability>, backend: Backend): Engine {
  const known = new WeakMap<Executable, Shared>();
  return {
    name,
    available,
    compile: async (graph, { sharing } = {}) => {
      const shared = sharing ? known.get(sharing) : newShared(backend);
      if (!shared) throw new StriateError("engine", "an executable can only share the states of the same engine");
      verify(graph, OPS);
      shared.store.join(graph);
      try {
        const program = await backend.compile(graph, shared.store);
        const executable = new HostedExecutable(backend, graph, program, shared);
        known.set(executable, shared);
        return executable;
      } catch (error) {
        shared.store.leave();
        throw error;
      }
    },
    close: () => backend.close(),
  };
}

/** What a call to an executable that was closed ends with. */
export function closedError(): StriateError {
  return new StriateError("usage", "this executable is closed; compile its graph again");
}

function newShared(backend: Backend): Shared {
  return { store: new StateStore((state) => backend.freeState?.(state)), queue: new Queue() };
}

class HostedExecutable implements Executable {
  readonly #backend: Backend;
  readonly #graph: Graph;
  readonly #program: Program;
  readonly #shared: Shared;
  #closed = false;

  constructor(backend: Backend, graph: Graph, program: Program, shared: Shared) {
    this.#backend = backend;
    this.#graph = graph;
    this.#program = program;
    this.#shared = shared;
  }

  run(feeds: Tensors, options: ExecuteOptions = {}): Promise<Tensors> {
    return this.#call(() => this.#run(feeds, options));
  }

  readState(names?: readonly string[]): Promise<Tensors> {
    return this.#call(async () => {
      const states = this.#graph.states.map(({ now }) => now.name);
      const read: Record<string, Tensor> = {};
      for (const name of checkNames(this.#graph, "state", names, states)) {
        read[name] = await this.#backend.toTensor(this.#shared.store.get(name));
      }
      return read;
    });
  }

  writeState(state: Tensors): Promise<void> {
    return this.#call(async () => {
      const states = this.#graph.states.map(({ now }) => now);
      checkTensors(this.#graph, "state", state, states, []);
      for (const [name, tensor] of Object.entries(state)) {
        this.#shared.store.write(name, await this.#backend.toState(tensor));
      }
    });
  }

  close(): Promise<void> {
    return this.#shared.queue.add(async () => {
      if (this.#closed) return;
      this.#closed = true;
      await this.#program.close();
      this.#shared.store.leave();
    });
  }

  #call<T>(call: () => Promise<T>): Promise<T> {
    return this.#shared.queue.add(() => {
      if (this.#closed) throw closedError();
      return call();
    });
  }

  async #run(feeds: Tensors, { fetch, random }: ExecuteOptions): Promise<Tensors> {
    const { inputs, randoms, states, outputs } = this.#graph;
    const undrawn = randoms.filter(({ value }) => !(value.name in feeds));
    const drawn = random ? undrawn : [];
    const fed = [...inputs, ...randoms.map(({ value }) => value)];
    const needed = fed.filter((value) => !drawn.some((input) => input.value === value));
    checkTensors(this.#graph, "input", feeds, fed, needed);
    const fetched = checkNames(this.#graph, "output", fetch, Object.keys(outputs));
    for (const { now } of states) this.#shared.store.get(now.name);
    if (!random || drawn.length === 0) return this.#program.run(feeds, fetched);
    if (this.#backend.drawsRandom && drawn.length === randoms.length) return this.#program.run(feeds, fetched, random);
    const draws = drawn.map((input) => [input.value.name, drawRandom(input, random)]);
    return this.#program.run({ ...feeds, ...Object.fromEntries(draws) }, fetched);
  }
}
