import type { GraphBuilder, Value } from "../../graph/index.ts";
import { constrained, type WeightSpec } from "../../layers/index.ts";
import type { Model } from "../../model/index.ts";
import { add, formula } from "../../ops/index.ts";
import { multipliersIn, type Optimizer, type UpdateRule } from "../optimizers/index.ts";
import { STEP_STATE, slotName } from "./states.ts";

/** A weight that training changes, in the update's graph. */
export interface TrainedWeight {
  readonly key: string;
  readonly spec: WeightSpec;
  readonly weight: Value;
  readonly gradient: Value;
}

/**
 * Adds what follows from the gradients of a step: clipping, the optimizer's update of each weight at the rate and decay of its
 * parameter groups, and the constraints. The slots and the number of updates become states.
 */
export function addUpdate(
  g: GraphBuilder,
  model: Model,
  optimizer: Optimizer,
  rate: Value,
  trained: readonly TrainedWeight[],
): void {
  const counter = g.state(STEP_STATE, "int64", []);
  g.scoped("update", () => {
    const step = g.op(add, [counter, g.scalar(counter, 1)]);
    g.update(counter, step);
    const gradients = trained.map(({ gradient }) => gradient);
    const clipped = optimizer.clipping?.clip(g, gradients) ?? gradients;
    const ruleOf = rulesByGroup(g, model, optimizer, rate, step);
    for (const [i, { key, weight, spec }] of trained.entries()) {
      const slots = optimizer.slots.map(({ name }) => g.state(slotName(key, name), weight.dtype, weight.shape));
      const [next, ...nextSlots] = ruleOf(key)(weight, clipped[i] ?? weight, slots);
      g.update(weight, constrained(g, next ?? weight, spec));
      for (const [k, slot] of slots.entries()) g.update(slot, nextSlots[k] ?? slot);
    }
  });
}

/** The rule of each weight: those of the same multipliers share one, with what it computes once. */
function rulesByGroup(g: GraphBuilder, model: Model, optimizer: Optimizer, rate: Value, step: Value) {
  const multipliersOf = multipliersIn(model, optimizer.parameterGroups ?? []);
  const f = formula(g, rate);
  const rules = new Map<string, UpdateRule>();
  return (key: string): UpdateRule => {
    const { learningRateMultiplier, weightDecayMultiplier } = multipliersOf(key);
    const group = `${learningRateMultiplier} ${weightDecayMultiplier}`;
    const known = rules.get(group);
    if (known) return known;
    const groupRate = learningRateMultiplier === 1 ? rate : f.mul(rate, learningRateMultiplier);
    const rule = optimizer.begin({ g, rate: groupRate, step, weightDecayMultiplier });
    rules.set(group, rule);
    return rule;
  };
}
