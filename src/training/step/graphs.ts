import { gradients } from "../../autodiff/index.ts";
import { type Graph, GraphBuilder, type Value } from "../../graph/index.ts";
import type { Model } from "../../model/index.ts";
import { add, castTo, formula, greater, mul, where } from "../../ops/index.ts";
import { at } from "../../tensor/index.ts";
import type { LossName } from "../losses/index.ts";
import { type ObjectiveOptions, objectivesOf } from "../objective.ts";
import type { Optimizer } from "../optimizers/index.ts";
import { addLosses, type GraphOptions, meanOf } from "./losses.ts";
import { ACCUMULATED_STATE, gradientName } from "./states.ts";
import { addUpdate, type TrainedWeight } from "./update.ts";

/** The name of the input with the learning rate. */
export const RATE_INPUT = "learningRate";

/**
 * One training step as a graph: forward, backward, update. Inputs: the model's, `target` and `learningRate`; outputs:
 * `loss` (the mean over the batch) and `predictions`; the weights, the optimizer's slots and the number of updates are
 * states. With several outputs there is a `target/NAME`, a `predictions/NAME` and a `losses/NAME` (the mean) for each.
 *
 * It is `gradientGraph` and `updateGraph` in one, for where nothing happens between the two.
 */
export function trainingGraph(
  model: Model,
  objective: ObjectiveOptions | LossName,
  optimizer: Optimizer,
  batchSize: number,
  options: GraphOptions = {},
): Graph {
  const g = new GraphBuilder(`${model.name} training step`);
  const losses = addLosses(g, model, objectivesOf(model, objective), { ...options, batchSize, training: true });
  const rate = g.input(RATE_INPUT, "float32", []);
  addUpdate(g, model, optimizer, rate, addGradients(g, model, losses));
  return g.build();
}

/**
 * The first half of a step: forward and backward. The gradient of each trained weight is a state, `optimizer/KEY/gradient`, to
 * which that of the batch is added; the state `optimizer/accumulated` counts the batches, and where it is 0 the sum begins anew.
 */
export function gradientGraph(
  model: Model,
  objective: ObjectiveOptions | LossName,
  batchSize: number,
  options: GraphOptions = {},
): Graph {
  const g = new GraphBuilder(`${model.name} gradients`);
  const losses = addLosses(g, model, objectivesOf(model, objective), { ...options, batchSize, training: true });
  const trained = addGradients(g, model, losses);
  const count = g.state(ACCUMULATED_STATE, "int64", []);
  g.scoped("accumulate", () => {
    const isFurther = g.op(greater, [count, g.scalar(count, 0)]);
    for (const { key, gradient } of trained) {
      const sum = g.state(gradientName(key), gradient.dtype, gradient.shape);
      const before = g.op(where, [isFurther, sum, g.scalar(sum, 0)]);
      g.update(sum, g.op(add, [before, gradient]));
    }
    g.update(count, g.op(add, [count, g.scalar(count, 1)]));
  });
  return g.build();
}

/**
 * The second half of a step: the weights follow from the mean of the gradients that `gradientGraph` has added up, of whatever
 * batch size. Its only input is `learningRate`.
 */
export function updateGraph(model: Model, optimizer: Optimizer): Graph {
  const g = new GraphBuilder(`${model.name} update`);
  const rate = g.input(RATE_INPUT, "float32", []);
  const count = g.state(ACCUMULATED_STATE, "int64", []);
  const trained = model.weightSpecs.flatMap(({ key, spec, trainable }): TrainedWeight[] => {
    if (!trainable) return [];
    const shape = spec.toGraph ? spec.toGraph.map((axis) => at(spec.shape, axis)) : spec.shape;
    const weight = g.state(key, "float32", shape);
    const sum = g.state(gradientName(key), "float32", shape);
    const mean = g.scoped("update", () => formula(g, sum).div(sum, castTo(g, count, "float32")));
    return [{ key, spec, weight, gradient: mean }];
  });
  g.update(count, g.op(mul, [count, g.scalar(count, 0)]));
  addUpdate(g, model, optimizer, rate, trained);
  return g.build();
}

/** Adds the mean loss and the gradients of the trained weights by it, and the outputs of a step. */
function addGradients(
  g: GraphBuilder,
  model: Model,
  { each, sum, weights }: ReturnType<typeof addLosses>,
): TrainedWeight[] {
  const mean = meanOf(g, sum);
  const trained = model.weightSpecs.flatMap(({ key, spec, trainable }) => {
    const weight = weights.get(key);
    return trainable && weight ? [{ key, spec, weight }] : [];
  });
  const values: Value[] = trained.map(({ weight }) => weight);
  const slopes = gradients(g, mean, values);
  g.output("loss", mean);
  if (each.length > 1) for (const { objective, losses } of each) g.output(objective.losses, meanOf(g, losses));
  return trained.map((one, i) => ({ ...one, gradient: at(slopes, i) }));
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
  const { each, sum } = addLosses(g, model, objectivesOf(model, objective), { ...options, batchSize, training: false });
  g.output("losses", sum);
  if (each.length > 1) for (const { objective, losses } of each) g.output(objective.losses, losses);
  return g.build();
}
