import { afterEach, describe, expect, test } from "vitest";
import type { Backend, Program, States } from "#striate/engine/engine";
import { hostedEngine } from "#striate/engine/hosted";
import { drawRandoms, type Engine, type RandomSource, type Tensors } from "#striate/engine/index";
import { type Graph, GraphBuilder, type Node, type Value, verify } from "#striate/graph/index";
import { batchNormalization, conv2d, dense, dropout, flatten, maxPooling2d } from "#striate/layers/index";
import { sequential } from "#striate/model/index";
import { lower, passesOf } from "#striate/onnx/index";
import { add, interpret, mul, OPS } from "#striate/ops/index";
import { fromNumbers, type Tensor, toNumbers } from "#striate/tensor/index";
import { adagrad, adam, initialStates, type Optimizer, rateTensor, rmsprop, sgd } from "#striate/training/index";
import { trainingGraph } from "#striate/training/step/index";
import { describeNumbers, describeOrder } from "../support/conformance.ts";
import { startSmall } from "../support/engines.ts";
import { labels, pattern } from "../support/pattern.ts";
import { numbersOf } from "../support/runs.ts";

/** What an engine of kernels of its own might take whole. */
const NATIVE = ["Conv", "ConvWeightGrad", "ConvInputGrad", "BatchNormTraining", "BatchNormGrad", "MaxPoolGrad"];
const UPDATES = ["SgdUpdate", "MomentumUpdate", "AdamUpdate", "RMSpropUpdate", "AdagradUpdate"];

/** A state in a layout of the engine's own: its numbers from the last to the first, in memory that has to be freed. */
interface Reversed {
  readonly like: Tensor;
  readonly numbers: Float64Array;
  freed: boolean;
}

/** An engine that takes some ops whole and keeps its states in another layout. What it did can be looked at. */
class Imaginary implements Backend<Reversed> {
  readonly drawsRandom: boolean;
  readonly native: ReadonlySet<string>;
  readonly graphs: Graph[] = [];
  readonly runs: { readonly fed: string[]; readonly fetch: readonly string[]; readonly random?: RandomSource }[] = [];
  /** States that are in the engine's memory. */
  readonly held = new Set<Reversed>();

  constructor({ drawsRandom = true, native = [...NATIVE, ...UPDATES] } = {}) {
    this.drawsRandom = drawsRandom;
    this.native = new Set(native);
  }

  async compile(graph: Graph, states: States<Reversed>): Promise<Program> {
    const lowered = lower(graph, { target: "native", native: this.native });
    verify(lowered, OPS);
    this.graphs.push(lowered);
    return {
      run: async (feeds, fetch, random) => {
        this.runs.push({ fed: Object.keys(feeds), fetch, ...(random && { random }) });
        return this.#run(lowered, states, random ? { ...feeds, ...drawRandoms(lowered, random) } : feeds, fetch);
      },
      close: async () => {},
    };
  }

  async #run(graph: Graph, states: States<Reversed>, feeds: Tensors, fetch: readonly string[]): Promise<Tensors> {
    const fed = [...graph.inputs, ...graph.randoms.map(({ value }) => value)];
    const values = new Map(fed.map((value) => [value, realsOf(feeds[value.name])]));
    for (const { now } of graph.states) values.set(now, realsOf(this.toTensor(states.get(now.name))));
    const results = interpret(graph, values);
    const tensorOf = ({ dtype, shape }: Value, value: Value) =>
      fromNumbers(dtype, shape, results.get(value)?.data ?? new Float64Array());
    for (const { now, next } of graph.states) {
      if (next === now) continue;
      this.freeState(states.get(now.name));
      states.set(now.name, this.toState(tensorOf(now, next)));
    }
    return Object.fromEntries(
      fetch.flatMap((name) => {
        const value = graph.outputs[name];
        return value ? [[name, tensorOf(value, value)]] : [];
      }),
    );
  }

  toState(like: Tensor): Reversed {
    const state = { like, numbers: toNumbers(like).reverse(), freed: false };
    this.held.add(state);
    return state;
  }

  toTensor(state: Reversed): Tensor {
    expect(state.freed, "read after it was freed").toBe(false);
    return fromNumbers(state.like.dtype, state.like.shape, state.numbers.toReversed());
  }

  freeState(state: Reversed): void {
    expect(state.freed, "freed twice").toBe(false);
    state.freed = true;
    this.held.delete(state);
  }

  async close(): Promise<void> {}
}

function realsOf(tensor: Tensor | undefined) {
  return { shape: tensor?.shape ?? [], data: tensor ? toNumbers(tensor) : new Float64Array() };
}

const hosted = (backend: Imaginary) => hostedEngine("imaginary", async () => ({ available: true }), backend);

const BATCH = 4;

const net = () =>
  sequential({ inputShape: [8, 8, 3], seed: 3 }, [
    conv2d({ filters: 5, kernelSize: 3, padding: "same", activation: "relu" }),
    maxPooling2d(),
    conv2d({ filters: 6, kernelSize: 3, strides: 2, padding: "same" }),
    batchNormalization(),
    flatten(),
    dropout({ rate: 0.4 }),
    dense({ units: 3, activation: "softmax" }),
  ]);

const OPTIMIZERS: Readonly<Record<string, Optimizer>> = {
  sgd: sgd({ learningRate: 0.1 }),
  momentum: sgd({ learningRate: 0.1, momentum: 0.9 }),
  adam: adam({ learningRate: 0.01 }),
  rmsprop: rmsprop({ learningRate: 0.01 }),
  adagrad: adagrad({ learningRate: 0.1 }),
};

const stepOf = (optimizer: Optimizer) => trainingGraph(net(), "sparseCategoricalCrossentropy", optimizer, BATCH);

/** The losses of three steps, and the states after them. */
async function trained(engine: Engine, optimizer: Optimizer, fetch?: readonly string[]) {
  const graph = stepOf(optimizer);
  const executable = await engine.compile(graph);
  await executable.writeState(initialStates(net(), optimizer, graph));
  const losses: number[] = [];
  for (let step = 0; step < 3; step++) {
    const feeds = {
      input: pattern([BATCH, 8, 8, 3], 40 + step, 2),
      target: labels(BATCH, 60 + step, 3),
      learningRate: rateTensor(Number(optimizer.learningRate)),
    };
    const outputs = await executable.run(feeds, { random: { seed: 5, step }, ...(fetch && { fetch }) });
    if (fetch) expect(Object.keys(outputs)).toEqual(fetch);
    losses.push(Number(outputs.loss?.data[0]));
  }
  const states = numbersOf(Object.entries(await executable.readState()));
  await executable.close();
  return { losses, states };
}

const opsOf = ({ nodes }: Graph) => new Set(nodes.map(({ op }) => op));

describe("lowering", () => {
  test.each(Object.entries(OPTIMIZERS))(
    "%s: leaves what an engine takes whole, and nothing else of ours",
    (_, rule) => {
      const native = new Set([...NATIVE, ...UPDATES]);
      const graph = stepOf(rule);
      const lowered = lower(graph, { target: "native", native });
      const kept = [...opsOf(lowered)].filter((op) => OPS[op]?.domain === "striate").sort();
      const given = [...opsOf(graph)].filter((op) => OPS[op]?.domain === "striate" && native.has(op)).sort();
      expect(kept).toEqual(given);
      expect(kept.filter((op) => op.endsWith("Update"))).toHaveLength(1);
      expect(kept).toEqual(expect.arrayContaining(["BatchNormTraining", "ConvWeightGrad", "MaxPoolGrad"]));
    },
  );

  test("asks for each node where that depends on more than its op", () => {
    const isSmall = ({ op, outputs }: Node) => op === "ConvWeightGrad" && outputs[0]?.shape[0] === 5;
    const lowered = lower(stepOf(sgd()), { target: "native", native: isSmall });
    expect(lowered.nodes.filter(({ op }) => op === "ConvWeightGrad")).toHaveLength(1);
    expect(lowered.nodes.every((node) => isSmall(node) || OPS[node.op]?.domain === "")).toBe(true);
  });

  test.each(["cpu", "cuda", "webgpu", "wasm", "native", "file"] as const)(
    "for %s: every pass leaves a graph",
    (target) => {
      for (const optimizer of Object.values(OPTIMIZERS)) {
        for (const native of [[], NATIVE, UPDATES]) {
          let graph = stepOf(optimizer);
          for (const { run } of passesOf({ target, native: new Set(native) })) {
            graph = run(graph);
            verify(graph, OPS);
          }
        }
      }
    },
  );

  test("relu's gradient moves behind the pooling, where it is smaller", () => {
    const graph = stepOf(sgd());
    const [move] = passesOf({ target: "native" });
    const sizes = ({ nodes }: Graph) =>
      nodes.filter(({ op }) => op === "ReluGrad").map(({ outputs }) => outputs[0]?.shape.join("x"));
    expect([move?.name, sizes(graph), move && sizes(move.run(graph))]).toEqual([
      "maskAfterPooling",
      ["4x5x8x8"],
      ["4x5x4x4"],
    ]);
  });
});

describe("an engine that takes ops whole, keeps states in its own layout and draws by itself", () => {
  const engines: Engine[] = [];
  afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.close())));

  test.each(Object.entries(OPTIMIZERS))("%s: has the reference's numbers to the last bits", async (_, optimizer) => {
    const reference = await startSmall("reference");
    engines.push(reference);
    const backend = new Imaginary();
    const [mine, numbers] = [await trained(hosted(backend), optimizer), await trained(reference, optimizer)];
    expect(Object.keys(mine.states)).toEqual(Object.keys(numbers.states));
    for (const [i, loss] of numbers.losses.entries()) expect(mine.losses[i]).toBeCloseTo(loss, 5);
    for (const [name, state] of Object.entries(numbers.states)) {
      for (const [i, x] of state.entries()) expect(mine.states[name]?.[i], name).toBeCloseTo(x, 5);
    }
    // All memory was given back, and nothing random was fed.
    expect(backend.held.size).toBe(0);
    expect(backend.runs.map(({ random }) => random)).toEqual([0, 1, 2].map((step) => ({ seed: 5, step })));
    expect(backend.runs[0]?.fed.sort()).toEqual(["input", "learningRate", "target"]);
  });

  test("gets the same numbers fed where it does not draw, and where some are fed", async () => {
    const [draws, fed] = [new Imaginary(), new Imaginary({ drawsRandom: false })];
    expect(await trained(hosted(fed), sgd())).toEqual(await trained(hosted(draws), sgd()));
    expect(fed.runs[0]?.fed).toHaveLength(4);
    expect(fed.runs[0]?.random).toBeUndefined();
  });

  test("copies no output but those that are named", async () => {
    const backend = new Imaginary();
    await trained(hosted(backend), sgd(), ["loss"]);
    expect(backend.runs.map(({ fetch }) => fetch)).toEqual([["loss"], ["loss"], ["loss"]]);
  });

  test("frees a state when it is written anew, and when the last that shares it is closed", async () => {
    const backend = new Imaginary();
    const engine = hosted(backend);
    const first = await engine.compile(totals());
    const second = await engine.compile(totals(), { sharing: first });
    for (const x of [1, 2]) await first.writeState({ total: scalar(x) });
    expect(backend.held.size).toBe(1);
    await first.close();
    await first.close();
    expect(numbersOf(Object.entries(await second.readState()))).toEqual({ total: [2] });
    await second.close();
    expect(backend.held.size).toBe(0);
    await expect(second.run({ x: scalar(1) })).rejects.toThrow("this executable is closed; compile its graph again");
  });
});

const scalar = (x: number) => fromNumbers("float32", [], [x]);

/** total += x * noise; puts out the total and its double. */
function totals(shape: readonly number[] = []): Graph {
  const g = new GraphBuilder("totals");
  const total = g.state("total", "float32", shape);
  const next = g.op(add, [total, g.op(mul, [g.input("x", "float32", []), g.random([])])]);
  g.update(total, next);
  g.output("total", next);
  g.output("double", g.op(add, [next, next]));
  return g.build();
}

describe("every engine", () => {
  test("is checked before it is asked: outputs, random inputs, tensors without their numbers, states of two types", async () => {
    const backend = new Imaginary();
    const engine = hosted(backend);
    const executable = await engine.compile(totals());
    await executable.writeState({ total: scalar(1) });
    const random = { seed: 1, step: 0 };
    const given = scalar(1);
    structuredClone(given, { transfer: [given.data.buffer] });
    const refused: readonly (readonly [Promise<unknown>, string])[] = [
      [executable.run({ x: scalar(1) }, { random, fetch: ["totl"] }), 'has no output "totl"; did you mean "total"?'],
      [executable.run({ x: scalar(1) }), "graph totals: input random was not given"],
      [executable.run({ x: given }, { random }), "tensor x has 0 numbers where its shape [] has 1"],
      [executable.readState(["sum"]), 'graph totals has no state "sum"; it has total'],
      [
        engine.compile(totals([2]), { sharing: executable }),
        'state "total" is float32[2] in graph totals, but float32[] in the graph whose states it would share',
      ],
    ];
    for (const [promise, message] of refused) await expect(promise).rejects.toThrow(message);
    expect(backend.runs).toEqual([]);
    expect(await executable.run({ x: scalar(1) }, { random, fetch: [] })).toEqual({});
    expect(Object.keys(await executable.run({ x: scalar(1), random: scalar(0) }, { random }))).toEqual([
      "total",
      "double",
    ]);
    await executable.close();
  });
});

describeNumbers("an engine that takes ops whole", { start: async () => hosted(new Imaginary()) });
describeOrder("an engine that takes ops whole", async () => hosted(new Imaginary()));
