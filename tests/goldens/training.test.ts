import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "#striate/engine/index";
import { constant } from "#striate/layers/index";
import type { Model } from "#striate/model/index";
import { castTo, formula } from "#striate/ops/index";
import { at, type Shape, type Tensor, toNumbers } from "#striate/tensor/index";
import { adam, initialStates, type Optimizer, rateTensor, sgd, trainingGraph } from "#striate/training/index";
import { lenet, lenet5 } from "#striate/zoo/index";
import { closeTo } from "../support/close.ts";
import { ENGINES, startSmall } from "../support/engines.ts";
import { readGolden } from "../support/goldens.ts";
import { isPattern, labels, type PatternSample, pattern, pictures } from "../support/pattern.ts";

interface Run {
  readonly name: string;
  readonly learningRate: number;
  readonly momentum?: number;
  readonly picturesK: number;
  readonly labelsK: number;
  readonly losses: readonly number[];
  readonly final: readonly { readonly name: string; readonly first: readonly number[]; readonly l2: number }[];
}

interface Net {
  readonly parameters: number;
  readonly tensors: readonly {
    readonly name: string;
    readonly shape: Shape;
    readonly k?: number;
    readonly scale?: number;
    readonly constant?: number;
  }[];
  readonly runs: readonly Run[];
}

interface Golden {
  readonly pattern: PatternSample;
  readonly batchSize: number;
  readonly steps: number;
  readonly classes: number;
  readonly inputShape: Shape;
  readonly nets: { readonly lenet: Net; readonly lenet5: Net };
}

const golden = readGolden<Golden>("training.json");
const { batchSize, classes, inputShape } = golden;

/** The net with the golden's first weights; the golden has them in the same order, some under other names. */
function modelOf(name: "lenet" | "lenet5"): Model {
  const model = { lenet, lenet5 }[name]();
  const { tensors } = golden.nets[name];
  expect(model.weightSpecs.map(({ spec }) => spec.shape)).toEqual(tensors.map(({ shape }) => shape));
  const values = tensors.map(({ shape, k = 0, scale, constant: value = 0 }) =>
    scale === undefined ? constant(value)(shape, { seed: 0, stream: 0, counter: 0 }) : pattern(shape, k, scale),
  );
  model.setWeights(new Map(model.weightSpecs.map(({ key }, i) => [key, at(values, i)])));
  return model;
}

/** Adam with epsilon where PyTorch adds it, to sqrt(v / (1 - beta2^t)), 1e-8 by default. Keras adds it to sqrt(v). */
function adamOfPyTorch(learningRate: number): Optimizer {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
  return {
    ...adam({ learningRate }),
    begin: ({ g, rate, step }) => {
      const f = formula(g, rate);
      const t = castTo(g, step, rate.dtype);
      const [unbias1, unbias2] = [beta1, beta2].map((beta) => f.sub(1, f.pow(beta, t)));
      return (weight, gradient, [m = weight, v = weight]) => {
        const momentum = f.add(f.mul(m, beta1), f.mul(gradient, 1 - beta1));
        const velocity = f.add(f.mul(v, beta2), f.mul(f.mul(gradient, gradient), 1 - beta2));
        const scale = f.add(f.sqrt(f.div(velocity, unbias2 ?? 1)), epsilon);
        return [f.sub(weight, f.mul(rate, f.div(f.div(momentum, unbias1 ?? 1), scale))), momentum, velocity];
      };
    },
  };
}

/**
 * For our Adam to be PyTorch's, epsilon would have to be 1e-8 sqrt(1 - beta2^t), which goes from 3e-10 to 1.4e-9 in 20
 * steps. `lenet5` is smooth, and a constant between the two is near enough. `lenet` is not: one gradient that takes the
 * other way under a max pooling moves a loss by 1e-3, so there it has to be PyTorch's formula itself.
 */
const OPTIMIZERS: Readonly<Record<string, (run: Run, net: string) => Optimizer>> = {
  sgd: ({ learningRate, momentum = 0 }) => sgd({ learningRate, momentum }),
  adamTorch: ({ learningRate }, net) =>
    net === "lenet5" ? adam({ learningRate, epsilon: 1e-9 }) : adamOfPyTorch(learningRate),
  adamKeras: () => adam(),
};

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
}

test("weights and batches follow the formula of goldens/pattern.py", () => {
  expect(isPattern(golden.pattern)).toBe(true);
});

/** The reference engine takes 2.5 s for a step of `lenet` and 0.3 s for one of `lenet5`; with CI it takes all of them. */
function stepsOf(engine: string, net: "lenet" | "lenet5"): number {
  return engine === "reference" && !process.env.CI ? { lenet: 2, lenet5: 6 }[net] : golden.steps;
}

const RUNS = (["lenet", "lenet5"] as const).flatMap((net) => golden.nets[net].runs.map((run) => ({ net, run })));

describe.each(ENGINES.available)("on %s", (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startSmall(name);
  });
  afterAll(() => engine?.close());

  const cases = RUNS.map((item) => [stepsOf(name, item.net), item.run.name, item.net, item] as const);
  test.each(cases)("%i steps of %s on %s have PyTorch's losses", { timeout: 300_000 }, async (steps, _o, _n, item) => {
    const { net, run } = item;
    const model = modelOf(net);
    const make = OPTIMIZERS[run.name];
    if (!make) throw new Error(`there is no optimizer for run ${run.name}`);
    const optimizer = make(run, net);
    const graph = trainingGraph(model, "sparseCategoricalCrossentropy", optimizer, batchSize);
    const executable = await engine.compile(graph);
    await executable.writeState(initialStates(model, optimizer, graph));
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) {
      const result = await executable.run({
        input: pictures([batchSize, ...inputShape], run.picturesK + step),
        target: labels(batchSize, run.labelsK + step, classes),
        learningRate: rateTensor(Number(optimizer.learningRate)),
      });
      losses.push(Number(result.loss?.data[0]));
    }
    const worst = Math.max(...losses.map((loss, i) => Math.abs(loss / (run.losses[i] ?? Number.NaN) - 1)));
    expect(worst, `largest relative difference of ${losses}`).toBeLessThan(1e-4);
    const weights = [...model.fromStates(await executable.readState()).values()];
    await executable.close();
    if (steps < golden.steps) return;
    for (const [i, { name: weight, first, l2 }] of run.final.entries()) {
      const values = toNumbers(at(weights, i) as Tensor);
      closeTo(values.slice(0, first.length), first, 1e-4, weight);
      expect(Math.abs(norm(values) / l2 - 1), `norm of ${weight}`).toBeLessThan(1e-4);
    }
  });
});
