import { asError, StriateError } from "../errors.ts";
import type { Model } from "../model/index.ts";
import { sameShape, type Tensor, typeText } from "../tensor/index.ts";
import type { Callback } from "./callbacks/index.ts";
import type { Checkpoint } from "./checkpoint.ts";

/**
 * The states of a graph with what a checkpoint holds in their place.
 * @param initial every state, as it would be at the start
 * @throws StriateError `checkpoint` that names a state which is missing or has another type.
 */
export function restoredStates(
  path: string,
  model: Model,
  { tensors }: Checkpoint,
  initial: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const keys = new Set(model.weightSpecs.map(({ key }) => key));
  const weights = [...tensors].filter(([name]) => keys.has(name)) as [string, Tensor<"float32">][];
  const states: Record<string, Tensor> = { ...initial, ...model.toStates(new Map(weights)) };
  for (const [name, expected] of Object.entries(initial)) {
    if (keys.has(name)) continue;
    const state = tensors.get(name);
    if (state?.dtype !== expected.dtype || !sameShape(state.shape, expected.shape)) {
      const found = state ? `is ${typeText(state)} in place of ${typeText(expected)}` : "is missing";
      throw new StriateError("checkpoint", `checkpoint ${path} does not hold all of the run's state: ${name} ${found}`);
    }
    states[name] = state;
  }
  return states;
}

/** What callbacks want to find again: their data, and their tensors under names that nothing else in a checkpoint has. */
export function callbackStates(callbacks: readonly Callback[]) {
  const data: Record<string, unknown> = {};
  const tensors = new Map<string, Tensor>();
  for (const [name, callback] of named(callbacks)) {
    const kept = callback.state?.();
    if (!kept) continue;
    data[name] = kept.data;
    for (const [key, tensor] of kept.tensors ?? []) tensors.set(prefixOf(name) + key, tensor);
  }
  return { data, tensors };
}

/** @throws StriateError `checkpoint` that names the callback whose state is not what it writes. */
export function restoreCallbacks(
  path: string,
  { progress, tensors }: Checkpoint,
  callbacks: readonly Callback[],
): void {
  for (const [name, callback] of named(callbacks)) {
    if (!Object.hasOwn(progress.callbacks, name)) continue;
    const prefix = prefixOf(name);
    const kept = [...tensors].filter(([key]) => key.startsWith(prefix)) as [string, Tensor<"float32">][];
    const stripped = new Map(kept.map(([key, tensor]) => [key.slice(prefix.length), tensor]));
    try {
      callback.restore?.({ data: progress.callbacks[name], tensors: stripped });
    } catch (error) {
      const reason = `the state of ${name} is not what it writes: ${asError(error).message}`;
      throw new StriateError("checkpoint", `checkpoint ${path}: ${reason}`, { cause: error });
    }
  }
}

/** The callbacks under the names that a checkpoint knows them by: from the second of a kind on with a number. */
function named(callbacks: readonly Callback[]): [string, Callback][] {
  const counts = new Map<string, number>();
  return callbacks.map((callback) => {
    const count = (counts.get(callback.name) ?? 0) + 1;
    counts.set(callback.name, count);
    return [count === 1 ? callback.name : `${callback.name} ${count}`, callback];
  });
}

function prefixOf(callback: string): string {
  return `callback/${callback}/`;
}
