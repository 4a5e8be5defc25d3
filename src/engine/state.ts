import { quoted } from "../checks/index.ts";
import { StriateError } from "../errors.ts";
import type { Graph, ValueType } from "../graph/index.ts";
import { sameShape, typeText } from "../tensor/index.ts";
import type { States } from "./engine.ts";

/** States by name, in the form that an engine keeps them in, for all executables that share them. */
export class StateStore<S> implements States<S> {
  readonly #values = new Map<string, S>();
  readonly #types = new Map<string, ValueType>();
  readonly #lost = new Set<string>();
  readonly #free: (state: S) => void;
  #users = 0;

  /** @param free told of every state that is written anew, that is lost, or that nobody has any more */
  constructor(free: (state: S) => void = () => {}) {
    this.#free = free;
  }

  get(name: string): S {
    const value = this.#values.get(name);
    if (value !== undefined) return value;
    const [why, which] = this.#lost.has(name)
      ? ["was lost in a run that failed", "next"]
      : ["has no value yet", "first"];
    throw new StriateError("shape", `state ${name} ${why}: call writeState before the ${which} run`);
  }

  set(name: string, value: S): void {
    this.#values.set(name, value);
    this.#lost.delete(name);
  }

  /** What `writeState` does: the value before is freed. */
  write(name: string, value: S): void {
    this.#drop(name);
    this.set(name, value);
  }

  lose(names: Iterable<string>): void {
    for (const name of names) if (this.#drop(name)) this.#lost.add(name);
  }

  /**
   * A graph's executable will use the store, until it calls `leave`.
   * @throws StriateError `shape` where another one has a state of the same name and of another type
   */
  join({ name: graph, states }: Graph): void {
    for (const { now } of states) {
      const known = this.#types.get(now.name);
      if (known && (known.dtype !== now.dtype || !sameShape(known.shape, now.shape))) {
        throw new StriateError(
          "shape",
          `state ${quoted(now.name)} is ${typeText(now)} in graph ${graph}, but ${typeText(known)} in the graph whose ` +
            "states it would share",
        );
      }
    }
    for (const { now } of states) this.#types.set(now.name, now);
    this.#users++;
  }

  leave(): void {
    this.#users--;
    if (this.#users > 0) return;
    for (const name of [...this.#values.keys()]) this.#drop(name);
  }

  #drop(name: string): boolean {
    const value = this.#values.get(name);
    if (value === undefined) return false;
    this.#values.delete(name);
    this.#free(value);
    return true;
  }
}
