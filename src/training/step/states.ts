import type { Graph } from "../../graph/index.ts";
import type { Model, Weights } from "../../model/index.ts";
import { copyTensor, fromNumbers, type Tensor, zeros } from "../../tensor/index.ts";
import type { Optimizer } from "../optimizers/index.ts";

/** The state that counts the updates. */
export const STEP_STATE = "optimizer/step";

/** The state that counts the steps whose gradients are added up since the last update. */
export const ACCUMULATED_STATE = "optimizer/accumulated";

/** The name of an optimizer's slot for a weight, as a state. */
export function slotName(weight: string, slot: string): string {
  return `optimizer/${weight}/${slot}`;
}

/** The name of a weight's gradient, as a state between the two halves of a step. */
export function gradientName(weight: string): string {
  return slotName(weight, "gradient");
}

/** Weights as states that an engine may take over: none of them shares its numbers with the weights. */
export function ownStates(model: Model, weights: Weights): Record<string, Tensor> {
  const shared = new Set<Tensor>(weights.values());
  const states = Object.entries(model.toStates(weights));
  return Object.fromEntries(states.map(([name, state]) => [name, shared.has(state) ? copyTensor(state) : state]));
}

/** The states of a training graph before the first step: the model's weights, the optimizer's slots, the counter. */
export function initialStates(
  model: Model,
  optimizer: Optimizer,
  { states: expected }: Pick<Graph, "states">,
): Record<string, Tensor> {
  const states: Record<string, Tensor> = { ...ownStates(model, model.weights), [STEP_STATE]: zeros("int64", []) };
  const starts = new Map(optimizer.slots.map(({ name, initial }) => [name, initial]));
  for (const { now } of expected) {
    if (now.name in states) continue;
    const initial = starts.get(now.name.slice(now.name.lastIndexOf("/") + 1)) ?? 0;
    const empty = zeros(now.dtype, now.shape);
    if (initial !== 0 && now.dtype === "float32") (empty.data as Float32Array).fill(initial);
    states[now.name] = empty;
  }
  return states;
}

/** A learning rate as the input of a step. */
export function rateTensor(rate: number): Tensor {
  return fromNumbers("float32", [], [rate]);
}
