import type { Engine, Executable } from "./engine.ts";

/** Calls one after the other, in the order in which they come. One that fails does not stop those behind it. */
class Queue {
  #last: Promise<void> = Promise.resolve();

  add<T>(call: () => Promise<T>): Promise<T> {
    const result = this.#last.then(call);
    const done = () => {};
    this.#last = result.then(done, done);
    return result;
  }
}

/** An executable as its engine made it, and the queue that all have who share its states. */
interface Ordered {
  readonly executable: Executable;
  readonly queue: Queue;
}

/** The engine with its executables' calls in order, which the contract promises and engines need not see to. */
export function inOrder(engine: Engine): Engine {
  const known = new WeakMap<Executable, Ordered>();
  return {
    name: engine.name,
    available: () => engine.available(),
    compile: async (graph, { sharing } = {}) => {
      const shared = sharing && known.get(sharing);
      const executable = await engine.compile(graph, sharing && { sharing: shared?.executable ?? sharing });
      const queue = shared?.queue ?? new Queue();
      const ordered: Executable = {
        run: (feeds) => queue.add(() => executable.run(feeds)),
        readState: () => queue.add(() => executable.readState()),
        writeState: (state) => queue.add(() => executable.writeState(state)),
        close: () => queue.add(() => executable.close()),
      };
      known.set(ordered, { executable, queue });
      return ordered;
    },
    close: () => engine.close(),
  };
}
