import { gradients } from "../autodiff/index.ts";
import { type Graph, GraphBuilder, type Value } from "../graph/index.ts";
import { constrained, penalty } from "../layers/index.ts";
import type { Model, Weights } from "../model/index.ts";
import { add, mul, reduceMean } from "../ops/index.ts";
import { at, copyTensor, fromNumbers, type Tensor, tensor, zeros } from "../tensor/index.ts";
import { exampleLosses, type LossName, targetShape, targetType, weightsByClass } from "./losses/index.ts";
import { type Objective, type ObjectiveOptions, objectivesOf } from "./objective.ts";
import type { Optimizer } from "./optimizers.ts";

/** The state that counts the steps taken. */
const STEP_STATE = "optimizer/step";

/** The name of an optimizer's slot for a weight, as a state. */
function slotName(weight: string, slot: string): string {
  return `optimizer/${weight}/${slot}`;
}

/** The input of a graph with what each example counts, where examples count differently. */
export const SAMPLE_WEIGHTS = "sampleWeights";

/** What a graph is made for, beside the objective. */
export interface GraphOptions {
  /** Whether it has an input `sampleWeights` [batch], which every example's loss is multiplied by. Default false. */
  readonly weighted?: boolean;
}

interface LossParts extends GraphOptions {
  readonly batchSize: number;
  readonly training: boolean;
}

/** A model in a graph with its losses: those of each output for each example, and their weighted sum. */
function addLosses(g: GraphBuilder, model: Model, objectives: readonly Objective[], parts: LossParts) {
  const { batchSize, training, weighted = false } = parts;
  const { outputs, weights, losses: activityLosses } = model.addTo(g, model.addInputs(g, batchSize), training);
  const sampleWeights = weighted ? g.input(SAMPLE_WEIGHTS, "float32", [batchSize]) : undefined;
  const each = objectives.map((objective) => {
    const { loss, classWeight, index, target, predictions } = objective;
    const output = at(outputs, index);
    const targets = g.input(target, targetType(loss), targetShape(loss, output.shape));
    g.output(predictions, output);
    const losses = g.scoped("loss", () => {
      const factors = [
        ...(sampleWeights ? [sampleWeights] : []),
        ...(training && classWeight ? [weightsByClass(g, classWeight, targets)] : []),
      ];
      const plain = exampleLosses(g, loss, output, targets);
      return factors.reduce((losses, factor) => g.op(mul, [losses, factor]), plain);
    });
    return { objective, losses };
  });
  const sum = g.scoped("loss", () =>
    each
      .map(({ objective: { weight }, losses }) =>
        weight === 1 ? losses : g.op(mul, [losses, g.scalar(losses, weight)]),
      )
      .reduce((a, b) => g.op(add, [a, b])),
  );
  const penalized = withPenalties(g, model, weights, sum);
  const all = g.scoped("loss", () => activityLosses.reduce((a, b) => g.op(add, [a, b]), penalized));
  return { each, sum: all, weights };
}

/** As in Keras, what the weights cost is part of the loss, in an evaluation too; frozen weights cost nothing. */
function withPenalties(g: GraphBuilder, model: Model, weights: ReadonlyMap<string, Value>, losses: Value): Value {
  return model.weightSpecs.reduce((sum, { key, spec: { regularizer }, trainable }) => {
    const weight = weights.get(key);
    if (!regularizer || !trainable || !weight) return sum;
    return g.scoped("loss", () => g.op(add, [sum, penalty(g, weight, regularizer)]));
  }, losses);
}

/**
 * One training step as a graph: forward, backward, update. Inputs: the model's, `target` and `learningRate`; outputs:
 * `loss` (the mean over the batch) and `predictions`; the weights, the optimizer's slots and the step counter are
 * states. With several outputs there is a `target/NAME`, a `predictions/NAME` and a `losses/NAME` (the mean) for each.
 */
export function trainingGraph(
  model: Model,
  objective: ObjectiveOptions | LossName,
  optimizer: Optimizer,
  batchSize: number,
  options: GraphOptions = {},
): Graph {
  const g = new GraphBuilder(`${model.name} training step`);
  const { each, sum, weights } = addLosses(g, model, objectivesOf(model, objective), {
    ...options,
    batchSize,
    training: true,
  });
  const rate = g.input("learningRate", "float32", []);
  const meanOf = (losses: Value) => g.scoped("loss", () => g.op(reduceMean, [losses], { keepdims: 0 }));
  const mean = meanOf(sum);
  const counter = g.state(STEP_STATE, "int64", []);
  const trained = model.weightSpecs.flatMap(({ key, spec, trainable }) => {
    const weight = weights.get(key);
    return trainable && weight ? [{ key, weight, spec }] : [];
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
    for (const [i, { key, weight, spec }] of trained.entries()) {
      const slots = optimizer.slots.map(({ name }) => g.state(slotName(key, name), weight.dtype, weight.shape));
      const gradient = slopes[i] ?? weight;
      const [next, ...nextSlots] = update(weight, gradient, slots);
      g.update(weight, constrained(g, next ?? weight, spec));
      for (const [k, slot] of slots.entries()) g.update(slot, nextSlots[k] ?? slot);
    }
  });
  g.output("loss", mean);
  if (each.length > 1) for (const { objective, losses } of each) g.output(objective.losses, meanOf(losses));
  return g.build();
}

/** Weights as states that an engine may take over: none of them shares its numbers with the weights. */
export function ownStates(model: Model, weights: Weights): Record<string, Tensor> {
  const shared = new Set<Tensor>(weights.values());
  const states = Object.entries(model.toStates(weights));
  return Object.fromEntries(states.map(([name, state]) => [name, shared.has(state) ? copyTensor(state) : state]));
}

/** The states of a training graph before the first step: the model's weights, the optimizer's slots, the counter. */
export function initialStates(model: Model, optimizer: Optimizer, graph: Graph): Record<string, Tensor> {
  const states: Record<string, Tensor> = { ...ownStates(model, model.weights), [STEP_STATE]: zeros("int64", []) };
  const starts = new Map(optimizer.slots.map(({ name, initial }) => [name, initial]));
  for (const { now } of graph.states) {
    if (now.name in states) continue;
    const initial = starts.get(now.name.slice(now.name.lastIndexOf("/") + 1)) ?? 0;
    const empty = zeros("float32", now.shape);
    states[now.name] = tensor("float32", now.shape, empty.data.fill(initial));
  }
  return states;
}

/**
 * The forward pass with the loss of each example: outputs `losses` [batch] and `predictions`. With several outputs
 * `losses` is the weighted sum, and each has its own as in a training graph, [batch].
 */
export function evaluationGraph(
  model: Model,
  objective: ObjectiveOptions | LossName,
  batchSize: number,
  options: GraphOptions = {},
): Graph {
  const g = new GraphBuilder(`${model.name} evaluation`);
  const { each, sum } = addLosses(g, model, objectivesOf(model, objective), {
    ...options,
    batchSize,
    training: false,
  });
  g.output("losses", sum);
  if (each.length > 1) for (const { objective, losses } of each) g.output(objective.losses, losses);
  return g.build();
}

export function rateTensor(rate: number): Tensor {
  return fromNumbers("float32", [], [rate]);
}
