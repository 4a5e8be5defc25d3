import { StriateError } from "../errors.ts";
import type { Graph, Value } from "../graph/index.ts";
import { sameShape, typeText } from "../tensor/index.ts";
import type { Tensors } from "./engine.ts";

/** Checks tensors that are fed or written by name: each is known and of the right type, and none is missing. */
export function checkTensors(
  graph: Graph,
  kind: "input" | "state",
  expected: readonly Value[],
  given: Tensors,
  all: boolean,
): void {
  const known = new Map(expected.map((value) => [value.name, value]));
  for (const [name, tensor] of Object.entries(given)) {
    const value = known.get(name);
    if (!value)
      throw new StriateError(
        "shape",
        `graph ${graph.name} has no ${kind} ${name}; it has ${[...known.keys()].join(", ")}`,
      );
    if (value.dtype !== tensor.dtype || !sameShape(value.shape, tensor.shape)) {
      throw new StriateError(
        "shape",
        `graph ${graph.name}: ${kind} ${name} is ${typeText(value)}, received ${typeText(tensor)}`,
      );
    }
  }
  const missing = all ? expected.filter(({ name }) => !(name in given)) : [];
  if (missing.length > 0) {
    throw new StriateError(
      "shape",
      `graph ${graph.name}: ${kind} ${missing.map(({ name }) => name).join(", ")} was not given`,
    );
  }
}

/** Values by name, in a form that an engine chooses, which several executables may share. */
export class StateStore<T> {
  readonly #values = new Map<string, T>();
  readonly #lost = new Set<string>();

  get(name: string): T {
    const value = this.#values.get(name);
    if (value !== undefined) return value;
    const why = this.#lost.has(name) ? "was lost in a run that failed" : "has no value yet";
    throw new StriateError(
      "shape",
      `state ${name} ${why}: call writeState before the ${this.#lost.has(name) ? "next" : "first"} run`,
    );
  }

  set(name: string, value: T): void {
    this.#values.set(name, value);
    this.#lost.delete(name);
  }

  /** Forgets values that are of no use any more, so that nobody takes them for whole ones. */
  lose(names: Iterable<string>): void {
    for (const name of names) {
      if (this.#values.delete(name)) this.#lost.add(name);
    }
  }
}

/** The inputs that a run must be fed: those of the caller and the random ones. */
export function fedValues(graph: Graph): Value[] {
  return [...graph.inputs, ...graph.randoms.map(({ value }) => value)];
}
