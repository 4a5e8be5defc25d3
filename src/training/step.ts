import { gradients } from "../autodiff/index.ts";
import { type Graph, GraphBuilder } from "../graph/index.ts";
import type { Model } from "../model/index.ts";
import { add, reduceMean } from "../ops/index.ts";
import { fromNumbers, type Tensor, tensor, zeros } from "../tensor/index.ts";
import { exampleLosses, type LossName, lossNamed } from "./losses.ts";
import type { Optimizer } from "./optimizers.ts";

/** The state that counts the steps taken. */
const STEP_STATE = "optimizer/step";

/** The name of an optimizer's slot for a weight, as a state. */
function slotName(weight: string, slot: string): string {
  return `optimizer/${weight}/${slot}`;
}

/**
 * One training step as a graph: forward, backward, update. Inputs `input`, `target` and `learningRate`; outputs `loss`
 * (the mean over the batch) and `predictions`; the weights, the optimizer's slots and the step counter are states.
 */
export function trainingGraph(model: Model, loss: LossName, optimizer: Optimizer, batchSize: number): Graph {
  const g = new GraphBuilder(`${model.name} training step`);
  const rule = lossNamed(loss);
  const { output, weights } = model.build(g, g.input("input", "float32", [batchSize, ...model.inputShape]), true);
  const target = g.input("target", rule.targets, rule.targetShape(output.shape));
  const rate = g.input("learningRate", "float32", []);
  const mean = g.scoped("loss", () => g.op(reduceMean, [exampleLosses(g, loss, output, target)], { keepdims: 0 }));
  const counter = g.state(STEP_STATE, "int64", []);
  const trained = model.weightSpecs.flatMap(({ key, trainable }) => {
    const weight = weights.get(key);
    return trainable && weight ? [{ key, weight }] : [];
  });
  const slopes = gradients(
    g,
    mean,
    trained.map(({ weight }) => weight),
  );
  g.scoped("update", () => {
    const step = g.op(add, [counter, g.scalar(counter, 1)]);
    g.update(counter, step);
    const update = optimizer.begin({ g, rate, step });
    for (const [i, { key, weight }] of trained.entries()) {
      const slots = optimizer.slots.map(({ name }) => g.state(slotName(key, name), weight.dtype, weight.shape));
      const gradient = slopes[i] ?? weight;
      const [next, ...nextSlots] = update(weight, gradient, slots);
      g.update(weight, next ?? weight);
      for (const [k, slot] of slots.entries()) g.update(slot, nextSlots[k] ?? slot);
    }
  });
  g.output("loss", mean);
  g.output("predictions", output);
  return g.build();
}

/** The states of a training graph before the first step: the model's weights, the optimizer's slots, the counter. */
export function initialStates(model: Model, optimizer: Optimizer, graph: Graph): Record<string, Tensor> {
  const states: Record<string, Tensor> = { ...model.toStates(model.weights), [STEP_STATE]: zeros("int64", []) };
  const starts = new Map(optimizer.slots.map(({ name, initial }) => [name, initial]));
  for (const { now } of graph.states) {
    if (now.name in states) continue;
    const initial = starts.get(now.name.slice(now.name.lastIndexOf("/") + 1)) ?? 0;
    const empty = zeros("float32", now.shape);
    states[now.name] = tensor("float32", now.shape, empty.data.fill(initial));
  }
  return states;
}

/** The forward pass with the loss of each example: outputs `losses` [batch] and `predictions`. */
export function evaluationGraph(model: Model, loss: LossName, batchSize: number): Graph {
  const g = new GraphBuilder(`${model.name} evaluation`);
  const rule = lossNamed(loss);
  const { output } = model.build(g, g.input("input", "float32", [batchSize, ...model.inputShape]), false);
  const target = g.input("target", rule.targets, rule.targetShape(output.shape));
  g.output(
    "losses",
    g.scoped("loss", () => exampleLosses(g, loss, output, target)),
  );
  g.output("predictions", output);
  return g.build();
}

export function rateTensor(rate: number): Tensor {
  return fromNumbers("float32", [], [rate]);
}
