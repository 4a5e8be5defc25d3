import type { GraphBuilder, Value } from "../../graph/index.ts";
import { penalty } from "../../layers/index.ts";
import type { Model } from "../../model/index.ts";
import { add, mul, reduceMean } from "../../ops/index.ts";
import { at } from "../../tensor/index.ts";
import { exampleLosses, targetShape, targetType, weightsByClass } from "../losses/index.ts";
import type { Objective } from "../objective.ts";

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
export function addLosses(g: GraphBuilder, model: Model, objectives: readonly Objective[], parts: LossParts) {
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

/** The mean over a batch. */
export function meanOf(g: GraphBuilder, losses: Value): Value {
  return g.scoped("loss", () => g.op(reduceMean, [losses], { keepdims: 0 }));
}
