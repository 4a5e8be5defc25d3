import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "#striate/engine/index";
import { GraphBuilder, type Value } from "#striate/graph/index";
import { add } from "#striate/ops/index";
import { fromNumbers, type Tensor, toNumbers } from "#striate/tensor/index";
import {
  type AdamWOptions,
  adagrad,
  adam,
  adamW,
  type Optimizer,
  type OptimizerName,
  optimizerNamed,
  type RmspropOptions,
  rateTensor,
  rmsprop,
  type SgdOptions,
  sgd,
} from "#striate/training/index";
import { closeTo } from "../support/close.ts";
import { ENGINES, startSmall } from "../support/engines.ts";
import { readGolden } from "../support/goldens.ts";

interface Case {
  readonly optimizer: string;
  readonly options: SgdOptions & RmspropOptions & AdamWOptions;
  readonly kerasConfig: Readonly<Record<string, unknown>>;
  readonly weights: readonly (readonly number[])[];
}

interface Golden {
  readonly initial: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly cases: readonly Case[];
}

const golden = readGolden<Golden>("optimizers.json");
const CASES = golden.cases.map((item) => [`${item.optimizer} ${JSON.stringify(item.options)}`, item] as const);

const MAKERS: Readonly<Record<string, (options: Case["options"]) => Optimizer>> = {
  sgd,
  adagrad,
  rmsprop,
  adam,
  adamw: adamW,
};

function optimizerOf({ optimizer, options }: Case): Optimizer {
  const make = MAKERS[optimizer];
  if (!make) throw new Error(`there is no optimizer ${optimizer}`);
  return make(options);
}

/** A graph that updates one weight of `size` elements: fed its gradient and the learning rate. */
function updateGraph({ begin, slots }: Optimizer, size: number) {
  const g = new GraphBuilder("update");
  const [gradient, rate] = [g.input("gradient", "float32", [size]), g.input("learningRate", "float32", [])];
  const counter = g.state("step", "int64", []);
  const step = g.op(add, [counter, g.scalar(counter, 1)]);
  g.update(counter, step);
  const weight = g.state("weight", "float32", [size]);
  const states: Value[] = [weight, ...slots.map(({ name }) => g.state(`slot/${name}`, "float32", [size]))];
  const next = begin({ g, rate, step })(weight, gradient, states.slice(1));
  for (const [i, state] of states.entries()) g.update(state, next[i] ?? state);
  const initial: Record<string, Tensor> = { step: fromNumbers("int64", [], [0]) };
  for (const { name, initial: value } of slots) {
    initial[`slot/${name}`] = fromNumbers("float32", [size], new Array<number>(size).fill(value));
  }
  return { graph: g.build(), initial };
}

describe.each(ENGINES.available)("on %s", (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startSmall(name);
  });
  afterAll(() => engine?.close());

  test.each(CASES)("%s moves a weight as Keras does, step by step", async (_title, item) => {
    const optimizer = optimizerOf(item);
    const { graph, initial } = updateGraph(optimizer, golden.initial.length);
    const executable = await engine.compile(graph);
    await executable.writeState({ ...initial, weight: fromNumbers("float32", [6], golden.initial) });
    const rate = Number(optimizer.learningRate);
    for (const [step, gradient] of golden.gradients.entries()) {
      await executable.run({ gradient: fromNumbers("float32", [6], gradient), learningRate: rateTensor(rate) });
      const { weight } = await executable.readState();
      // A few units in the last place of numbers near 1, which is what float32 can show.
      closeTo(toNumbers(weight as Tensor), item.weights[step], 3e-7, `weight after step ${step + 1}`);
    }
    await executable.close();
  });
});

/** What Keras's optimizers can do besides, which is off by default. */
const NOT_HERE = {
  weightDecay: null,
  clipnorm: null,
  globalClipnorm: null,
  clipvalue: null,
  useEma: false,
  emaMomentum: 0.99,
  emaOverwriteFrequency: null,
  lossScaleFactor: null,
  gradientAccumulationSteps: null,
  amsgrad: false,
};

test.each(CASES)("%s has Keras's configuration", (_title, item) => {
  const { learningRate, config } = optimizerOf(item);
  const camel = (key: string) => key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const keras = Object.fromEntries(Object.entries(item.kerasConfig).map(([key, value]) => [camel(key), value]));
  const amsgrad = "amsgrad" in keras ? {} : { amsgrad: false };
  expect({ ...NOT_HERE, learningRate, ...config }).toEqual({ ...keras, ...amsgrad });
});

test("an optimizer can be had by its name, with its defaults", () => {
  for (const [name, make] of Object.entries({ sgd, adagrad, rmsprop, adam, adamW })) {
    const { learningRate, config } = optimizerNamed(name as OptimizerName)();
    expect({ learningRate, config }).toEqual({ learningRate: make().learningRate, config: make().config });
  }
  expect(() => optimizerNamed("lion" as OptimizerName)).toThrow(
    'there is no optimizer "lion"; there are sgd, adagrad, rmsprop, adam, adamW',
  );
});
