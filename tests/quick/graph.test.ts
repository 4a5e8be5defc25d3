import { describe, expect, test } from "vitest";
import { gradients } from "#striate/autodiff/index";
import {
  freeze,
  type Graph,
  GraphBuilder,
  graphCost,
  type Node,
  nodeCost,
  print,
  prune,
  type Value,
  verify,
} from "#striate/graph/index";
import { averagePooling2d, conv2d, dense, dropout, flatten, type Layer, maxPooling2d } from "#striate/layers/index";
import { sequential } from "#striate/model/index";
import { add, conv, exp, gemm, log, mul, OPS, relu } from "#striate/ops/index";
import { fromNumbers } from "#striate/tensor/index";
import { adam, initialStates, sgd, trainingGraph } from "#striate/training/index";
import { lenet } from "#striate/zoo/index";

describe("print", () => {
  test("shows a whole training step as a program", () => {
    const model = sequential({ name: "tiny", inputShape: [2] }, [
      dropout({ rate: 0.5, name: "drop" }),
      dense({ units: 3, activation: "softmax", name: "out" }),
    ]);
    const graph = trainingGraph(model, "sparseCategoricalCrossentropy", sgd({ momentum: 0.9 }), 4);
    verify(graph, OPS);
    expect(print(graph)).toMatchInlineSnapshot(`
      "graph tiny training step
        input  input: float32[4,2]
        input  target: int32[4]
        input  learningRate: float32[]
        random drop/random: float32[4,2]
        state  out/kernel: float32[2,3] <- update/MomentumUpdate
        state  out/bias: float32[3] <- update/MomentumUpdate_1
        state  optimizer/step: int64[] <- update/Add
        state  optimizer/out/kernel/velocity: float32[2,3] <- update/MomentumUpdate.1
        state  optimizer/out/bias/velocity: float32[3] <- update/MomentumUpdate_1.1
        drop/RandomDropout: float32[4,2] = RandomDropout(input, drop/random) ratio=0.5
        out/Gemm: float32[4,3] = Gemm(drop/RandomDropout, out/kernel, out/bias) alpha=1 beta=1 transA=0 transB=0
        out/Softmax: float32[4,3] = Softmax(out/Gemm) axis=-1
        loss/SparseSoftmaxCrossEntropy: float32[4] = SparseSoftmaxCrossEntropy(out/Gemm, target)
        loss/ReduceMean: float32[] = ReduceMean(loss/SparseSoftmaxCrossEntropy) keepdims=0 noop_with_empty_axes=0
        gradient/Reshape_1: float32[1] = Reshape(1, {1}) allowzero=0
        gradient/Div: float32[1] = Div(gradient/Reshape_1, 4)
        gradient/Expand: float32[4] = Expand(gradient/Div, {4})
        gradient/Softmax: float32[4,3] = Softmax(out/Gemm) axis=-1
        gradient/Cast: int64[4] = Cast(target) to=7
        gradient/OneHot: float32[4,3] = OneHot(gradient/Cast, 3, {0, 1}) axis=-1
        gradient/Sub: float32[4,3] = Sub(gradient/Softmax, gradient/OneHot)
        gradient/Reshape_2: float32[4,1] = Reshape(gradient/Expand, {4, 1}) allowzero=0
        gradient/Mul: float32[4,3] = Mul(gradient/Sub, gradient/Reshape_2)
        gradient/Gemm: float32[2,3] = Gemm(drop/RandomDropout, gradient/Mul) alpha=1 beta=1 transA=1 transB=0
        gradient/ReduceSum: float32[1,3] = ReduceSum(gradient/Mul, {0}) keepdims=1 noop_with_empty_axes=0
        gradient/Reshape_3: float32[3] = Reshape(gradient/ReduceSum, {3}) allowzero=0
        update/Add: int64[] = Add(optimizer/step, 1)
        update/MomentumUpdate: float32[2,3], update/MomentumUpdate.1: float32[2,3] = MomentumUpdate(out/kernel, gradient/Gemm, learningRate, optimizer/out/kernel/velocity) momentum=0.9 nesterov=0
        update/MomentumUpdate_1: float32[3], update/MomentumUpdate_1.1: float32[3] = MomentumUpdate(out/bias, gradient/Reshape_3, learningRate, optimizer/out/bias/velocity) momentum=0.9 nesterov=0
        output predictions = out/Softmax
        output loss = loss/ReduceMean
      "
    `);
  });

  test("shows what small constants hold, and leaves out large ones and missing inputs", () => {
    const g = new GraphBuilder("constants");
    const x = g.input("x", "float32", [1, 3]);
    const w = g.numbers("float32", [3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const y = g.op(gemm, [x, w, undefined]);
    const b = g.numbers("float32", [3], [1, -0.5, 0]);
    g.output("y", g.op(mul, [g.op(add, [y, b]), g.scalar(y, 0.25)]));
    expect(print(g.build())).toMatchInlineSnapshot(`
      "graph constants
        input  x: float32[1,3]
        Gemm: float32[1,3] = Gemm(x, float32[3,3]{...}) alpha=1 beta=1 transA=0 transB=0
        Add: float32[1,3] = Add(Gemm, {1, -0.5, 0})
        Mul: float32[1,3] = Mul(Add, 0.25)
        output y = Mul
      "
    `);
  });
});

describe("verify names the node and the broken rule:", () => {
  const value = (name: string, shape: readonly number[] = [2], dtype: Value["dtype"] = "float32"): Value => ({
    name,
    dtype,
    shape,
  });
  const node = (op: string, name: string, inputs: readonly (Value | undefined)[], outputs: readonly Value[]): Node => ({
    op,
    name,
    inputs,
    outputs,
    attributes: {},
  });
  const graph = (parts: Partial<Graph>): Graph => ({
    name: "broken",
    inputs: [],
    randoms: [],
    states: [],
    nodes: [],
    outputs: {},
    ...parts,
  });
  const [x, y, z, long] = [value("x"), value("y"), value("z"), value("long", [3])];

  const cases: readonly (readonly [rule: string, broken: Graph, message: string])[] = [
    [
      "an op that nobody knows",
      graph({ inputs: [x], nodes: [node("Rule", "layer/Rule", [x], [y])] }),
      "graph broken: node layer/Rule (Rule) is of an unknown op",
    ],
    [
      "a value that is used before it is made",
      graph({ inputs: [x], nodes: [node("Relu", "first", [y], [z]), node("Relu", "second", [x], [y])] }),
      "graph broken: node first (Relu) uses y before anything makes it",
    ],
    [
      "two values of one name",
      graph({ inputs: [x], nodes: [node("Relu", "again", [x], [value("x")])] }),
      "graph broken: node again makes a second value named x",
    ],
    [
      "two inputs of one name",
      graph({ inputs: [x, value("x")] }),
      "graph broken: the graph makes a second value named x",
    ],
    [
      "an output of another type than the op infers",
      graph({ inputs: [x], nodes: [node("Relu", "wrong", [x], [value("y", [3])])] }),
      "graph broken: node wrong (Relu) has output float32[3], but its op infers float32[2]",
    ],
    [
      "more outputs than the op has",
      graph({ inputs: [x], nodes: [node("Relu", "two", [x], [y, z])] }),
      "graph broken: node two (Relu) has output float32[2], but its op infers none",
    ],
    [
      "an output that nothing makes",
      graph({ inputs: [x], outputs: { result: y } }),
      "graph broken: the graph returns y, which nothing makes",
    ],
    [
      "a state whose next value has another type",
      graph({ inputs: [long], states: [{ now: x, next: long }] }),
      "graph broken: state x is float32[2] and would become float32[3]",
    ],
    [
      "an attribute that the op does not have",
      graph({ inputs: [x], nodes: [{ ...node("Relu", "odd", [x], [y]), attributes: { slope: 1 } }] }),
      "graph broken: node odd (Relu) does not fit: Relu: unknown attribute slope; it has none",
    ],
    [
      "an input that is missing",
      graph({ inputs: [x], nodes: [node("Add", "half", [x], [y])] }),
      "graph broken: node half (Add) does not fit: Add takes A, B; received float32[2]",
    ],
    [
      "shapes that do not fit each other",
      graph({ inputs: [x, long], nodes: [node("Add", "odd", [x, long], [y])] }),
      "graph broken: node odd (Add) does not fit: shapes [2] and [3] do not broadcast together",
    ],
  ];
  test.each(cases)("%s", (_rule, broken, message) => {
    expect(() => verify(broken, OPS)).toThrow(message);
  });

  test("and a whole graph is fine, before and after it is frozen", () => {
    const model = lenet();
    const whole = trainingGraph(model, "sparseCategoricalCrossentropy", adam(), 2);
    expect(() => verify(whole, OPS)).not.toThrow();
    const inference = model.inferenceGraph(2);
    const frozen = freeze(inference, model.toStates(model.weights));
    expect(() => verify(frozen, OPS)).not.toThrow();
    expect([inference.states.length, frozen.states.length]).toEqual([8, 0]);
    // What a step changes cannot be frozen.
    expect(freeze(whole, initialStates(model, adam(), whole)).states).toHaveLength(whole.states.length);
  });
});

describe("the builder", () => {
  test("names the node whose inputs do not fit", () => {
    const g = new GraphBuilder("wrong");
    const [a, b] = [g.input("a", "float32", [2]), g.input("b", "float32", [3])];
    expect(() => g.scoped("layer", () => g.op(add, [a, b]))).toThrow(
      /^layer\/Add: .*shapes \[2\] and \[3\] do not broadcast together/,
    );
    expect(() => g.op(add, [a])).toThrow("Add takes A, B; received float32[2]");
    expect(() => g.op(relu, [a], { slope: 1 } as Record<never, never>)).toThrow(
      "Relu: unknown attribute slope; it has none",
    );
  });

  test("refuses two values of one name, and an update that does not fit", () => {
    const g = new GraphBuilder("names");
    const a = g.state("a", "float32", [2]);
    expect(() => g.input("a", "float32", [2])).toThrow("graph names has two values named a");
    expect(() => g.update(a, g.numbers("float32", [3], [1, 2, 3]))).toThrow(
      "state a is float32[2] and cannot become float32[3]",
    );
    expect(() => g.update(g.scalar(a, 1), a)).toThrow("is not a state of graph names");
  });
});

test("prune drops the nodes that no output and no state needs, and build does so as well", () => {
  const g = new GraphBuilder("pruned");
  const x = g.input("x", "float32", [2]);
  const counter = g.state("counter", "float32", [2]);
  const unused = g.op(exp, [x]);
  g.op(log, [unused]);
  g.update(counter, g.op(add, [counter, x]));
  g.output("y", g.op(relu, [x]));
  const graph = g.build();
  expect(graph.nodes.map(({ op }) => op)).toEqual(["Add", "Relu"]);
  const less = prune({ ...graph, outputs: {} });
  expect(less.nodes.map(({ op }) => op)).toEqual(["Add"]);
  expect(less.inputs).toEqual(graph.inputs);
});

describe("the reverse pass", () => {
  const counts = (layers: readonly Layer[], inputShape = [8, 8, 2]) => {
    const model = sequential({ inputShape }, layers);
    const { nodes } = trainingGraph(model, "sparseCategoricalCrossentropy", sgd(), 2);
    const of = (op: string) => nodes.filter((node) => node.op === op).length;
    return {
      input: of("ConvInputGrad"),
      weight: of("ConvWeightGrad"),
      updates: of("SgdUpdate"),
      pool: of("MaxPoolGrad"),
    };
  };
  const three = (frozen: readonly string[] = []) => [
    ...["a", "b", "c"].map((name) =>
      conv2d({ name, filters: 3, kernelSize: 3, activation: "relu", trainable: !frozen.includes(name) }),
    ),
    flatten(),
    dense({ name: "out", units: 2, activation: "softmax", trainable: !frozen.includes("out") }),
  ];

  test("never computes the gradient of the input pictures", () => {
    expect(counts(three())).toEqual({ input: 2, weight: 3, updates: 8, pool: 0 });
    expect(counts([maxPooling2d(), ...three().slice(2)])).toEqual({ input: 0, weight: 1, updates: 4, pool: 0 });
    expect(counts([...three().slice(0, 1), maxPooling2d(), ...three().slice(2)]).pool).toBe(1);
  });

  test("computes no gradient for frozen layers, and none of what lies below them all", () => {
    expect(counts(three(["a"]))).toEqual({ input: 1, weight: 2, updates: 6, pool: 0 });
    expect(counts(three(["a", "b"]))).toEqual({ input: 0, weight: 1, updates: 4, pool: 0 });
    expect(counts(three(["a", "b", "c"]))).toEqual({ input: 0, weight: 0, updates: 2, pool: 0 });
    // Between trained layers a frozen one passes the gradient on.
    expect(counts(three(["b"]))).toEqual({ input: 2, weight: 2, updates: 6, pool: 0 });
    expect(counts(three(["a", "b", "c", "out"]))).toEqual({ input: 0, weight: 0, updates: 0, pool: 0 });
  });

  test("frozen weights are states that no step changes, and have no slots", () => {
    const model = sequential({ inputShape: [8, 8, 2] }, three(["a", "b", "out"]));
    const { states } = trainingGraph(model, "sparseCategoricalCrossentropy", adam(), 2);
    expect(states.filter(({ now, next }) => now !== next).map(({ now }) => now.name)).toEqual([
      "c/kernel",
      "c/bias",
      "optimizer/step",
      "optimizer/c/kernel/momentum",
      "optimizer/c/kernel/velocity",
      "optimizer/c/bias/momentum",
      "optimizer/c/bias/velocity",
    ]);
    expect(states.filter(({ now, next }) => now === next).map(({ now }) => now.name)).toEqual([
      "a/kernel",
      "a/bias",
      "b/kernel",
      "b/bias",
      "out/kernel",
      "out/bias",
    ]);
  });

  test("adds up the gradients of a value that is used twice, and gives zeros where there is none", () => {
    const g = new GraphBuilder("sum");
    const [x, other] = [g.input("x", "float32", []), g.input("other", "float32", [2])];
    const [dx, dOther] = gradients(g, g.op(mul, [x, g.op(exp, [x])]), [x, other]);
    g.output("dx", dx as Value);
    expect(g.build().nodes.filter(({ op }) => op === "Add")).toHaveLength(1);
    expect(dOther?.constant).toEqual(fromNumbers("float32", [2], [0, 0]));
  });

  test("wants a scalar", () => {
    const g = new GraphBuilder("vector");
    const x = g.input("x", "float32", [2]);
    expect(() => gradients(g, x, [x])).toThrow("only a scalar has a gradient; x has shape [2]");
  });
});

test("random inputs and states are listed with the graph", () => {
  const model = sequential({ inputShape: [3] }, [
    dropout({ rate: 0.5, name: "first" }),
    dense({ units: 2, name: "hidden" }),
    dropout({ rate: 0.1, name: "second" }),
    dense({ units: 2, activation: "softmax", name: "out" }),
  ]);
  const graph = trainingGraph(model, "sparseCategoricalCrossentropy", sgd({ momentum: 0.5 }), 4);
  expect(graph.randoms.map(({ value, stream }) => [stream, value.shape])).toEqual([
    ["first/random", [4, 3]],
    ["second/random", [4, 2]],
  ]);
  expect(graph.inputs.map(({ name }) => name)).toEqual(["input", "target", "learningRate"]);
  expect(graph.states.map(({ now }) => now.name)).toEqual([
    "hidden/kernel",
    "hidden/bias",
    "out/kernel",
    "out/bias",
    "optimizer/step",
    ...["hidden/kernel", "hidden/bias", "out/kernel", "out/bias"].map((key) => `optimizer/${key}/velocity`),
  ]);
  const text = print(graph);
  expect(text).toContain("  random first/random: float32[4,3]\n");
  expect(text).toMatch(/ {2}state {2}hidden\/kernel: float32\[3,2\] <- update\/\S+\n/);
  // Outside training nothing is dropped, and nothing changes.
  const inference = model.inferenceGraph(4);
  expect(inference.randoms).toEqual([]);
  expect(inference.states.every(({ now, next }) => now === next)).toBe(true);
});

describe("cost", () => {
  test("a convolution of 32 kernels 5x5 over 28x28x192, padding same, takes 120,422,400 multiply-adds", () => {
    const g = new GraphBuilder("inception 3a");
    const x = g.input("x", "float32", [1, 192, 28, 28]);
    const w = g.state("w", "float32", [32, 192, 5, 5]);
    g.output("y", g.op(conv, [x, w], { auto_pad: "SAME_UPPER" }));
    expect(graphCost(g.build(), OPS)).toEqual({
      multiplyAdds: 120_422_400,
      flops: 240_844_800,
      activationBytes: 4 * 32 * 28 * 28,
      stateBytes: 4 * 32 * 192 * 5 * 5,
    });
  });

  test("groups divide it, strides and batches multiply the outputs", () => {
    const cost = (layer: Layer, batch: number) => {
      const graph = sequential({ inputShape: [8, 8, 4] }, [layer]).inferenceGraph(batch);
      return graph.nodes.reduce((sum, node) => sum + nodeCost(node, OPS).multiplyAdds, 0);
    };
    expect(cost(conv2d({ filters: 6, kernelSize: 3, padding: "same" }), 1)).toBe(64 * 6 * 9 * 4);
    expect(cost(conv2d({ filters: 6, kernelSize: 3, padding: "same", groups: 2 }), 1)).toBe(64 * 6 * 9 * 2);
    expect(cost(conv2d({ filters: 6, kernelSize: 3, padding: "same", strides: 2 }), 5)).toBe(5 * 16 * 6 * 9 * 4);
    expect(cost(averagePooling2d(), 1)).toBe(0);
    expect(cost(dense({ units: 10 }), 3)).toBe(3 * 64 * 4 * 10);
  });

  test("a training step costs a forward pass, and as much again by the weights and by the inputs that need it", () => {
    const model = sequential({ inputShape: [8, 8, 2] }, [
      conv2d({ filters: 3, kernelSize: 3 }),
      conv2d({ filters: 4, kernelSize: 3 }),
      flatten(),
      dense({ units: 5, activation: "softmax" }),
    ]);
    const [first, second, last] = [36 * 3 * 9 * 2, 16 * 4 * 9 * 3, 64 * 5];
    const batch = 2;
    const step = trainingGraph(model, "sparseCategoricalCrossentropy", sgd(), batch);
    expect(graphCost(model.inferenceGraph(batch), OPS).multiplyAdds).toBe(batch * (first + second + last));
    expect(graphCost(step, OPS).multiplyAdds).toBe(batch * (2 * first + 3 * second + 3 * last));
  });
});
