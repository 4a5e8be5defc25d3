import { expect, test } from "vitest";
import { selectEngine } from "#striate/engine/index";
import { updateInPlace } from "#striate/engine/onnxruntime/inPlace";
import { type Graph, GraphBuilder } from "#striate/graph/index";
import { conv2d, dense, dropout, flatten } from "#striate/layers/index";
import { sequential } from "#striate/model/index";
import { lower } from "#striate/onnx/index";
import { add, concat, reshapeTo, sliceAxis } from "#striate/ops/index";
import { copyTensor, type Tensor, tensor, uniform } from "#striate/tensor/index";
import { adagrad, adam, adamW, rmsprop, sgd } from "#striate/training/index";
import { initialStates, rateTensor, trainingGraph } from "#striate/training/step/index";
import { ENGINES } from "../support/engines.ts";

const OPTIMIZERS = {
  sgd: sgd({ learningRate: 0.1 }),
  momentum: sgd({ learningRate: 0.1, momentum: 0.9 }),
  nesterov: sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
  adagrad: adagrad({ learningRate: 0.1 }),
  rmsprop: rmsprop({ learningRate: 0.01, momentum: 0.5 }),
  centered: rmsprop({ learningRate: 0.01, centered: true }),
  adam: adam({ learningRate: 0.01 }),
  adamW: adamW({ learningRate: 0.01 }),
};

/**
 * A net with four weights of more than a megabyte, which the backward pass reads too: those of the convolutions under
 * other shapes, which are views of the same memory.
 */
function largeNet() {
  return sequential({ name: "large", inputShape: [6, 6, 4], seed: 1 }, [
    conv2d({ filters: 520, kernelSize: 3, strides: 3, activation: "relu" }),
    conv2d({ filters: 520, kernelSize: 1, activation: "relu" }),
    conv2d({ filters: 60, kernelSize: 3, padding: "same", activation: "relu" }),
    flatten(),
    dense({ units: 1100, activation: "relu" }),
    dropout({ rate: 0.25 }),
    dense({ units: 240, activation: "tanh" }),
    dense({ units: 3, activation: "softmax" }),
  ]);
}

const LARGE = 1 << 20;

function largeStates(graph: Graph): string[] {
  return graph.states.filter(({ now }) => now.shape.reduce((a, b) => a * b, 4) >= LARGE).map(({ now }) => now.name);
}

function bytesOf(state: Tensor | undefined): Buffer {
  if (state === undefined) throw new Error("the state is missing");
  const { buffer, byteOffset, byteLength } = state.data;
  return Buffer.from(buffer, byteOffset, byteLength);
}

const feedsOf = (graph: Graph, step: number) => {
  const draw = (name: string, shape: readonly number[]) =>
    tensor(
      "float32",
      shape,
      uniform(
        { seed: step, stream: name, counter: 0 },
        shape.reduce((a, b) => a * b, 1),
      ),
    );
  const randoms = graph.randoms.map(({ value }) => [value.name, draw(value.name, value.shape)] as const);
  return {
    input: draw("input", [5, 6, 6, 4]),
    target: tensor("int32", [5], Int32Array.of(0, 1, 2, 0, 1)),
    learningRate: rateTensor(0.01),
    ...Object.fromEntries(randoms),
  };
};

test.each(Object.entries(OPTIMIZERS))("%s: every large state can be updated where it lies", (_name, optimizer) => {
  const graph = lower(trainingGraph(largeNet(), {}, optimizer, 5), { target: "cpu" });
  const { inPlace } = updateInPlace(graph);
  expect([...inPlace].sort()).toEqual(largeStates(graph).sort());
  expect(inPlace.size).toBeGreaterThanOrEqual(4);
});

test("a graph without large states stays as it is", () => {
  const small = sequential({ inputShape: [4] }, [dense({ units: 3, activation: "softmax" })]);
  const graph = lower(trainingGraph(small, {}, adam(), 5), { target: "cpu" });
  expect(updateInPlace(graph).graph).toBe(graph);
});

test("a state that is moved into its next value, or leaves the graph, keeps two buffers", () => {
  const g = new GraphBuilder("moved");
  const rolling = g.state("rolling", "float32", [300_000]);
  g.update(rolling, g.op(concat, [sliceAxis(g, rolling, 0, 1, 300_000), g.input("x", "float32", [1])], { axis: 0 }));
  const shown = g.state("shown", "float32", [300_000]);
  g.update(shown, g.op(add, [shown, g.scalar(shown, 1)]));
  g.output("before", reshapeTo(g, shown, [300, 1000]));
  const plain = g.state("plain", "float32", [300_000]);
  g.update(plain, g.op(add, [plain, g.scalar(plain, 1)]));
  expect([...updateInPlace(lower(g.build(), { target: "cpu" })).inPlace]).toEqual(["plain"]);
});

test.skipIf(!ENGINES.available.includes("onnxruntime")).each(Object.entries(OPTIMIZERS))(
  "%s: in place gives the bits that two buffers give",
  async (_name, optimizer) => {
    const engine = await selectEngine({ engine: "onnxruntime", inline: true, threads: 1 });
    const model = largeNet();
    const graph = trainingGraph(model, {}, optimizer, 5);
    const stateful = await engine.compile(graph);
    await stateful.writeState(initialStates(model, optimizer, graph));
    // The same step with its states as inputs and outputs, as it stands in a file.
    const outputs = Object.fromEntries(graph.states.map(({ now, next }) => [`${now.name}.next`, next]));
    const plain = await engine.compile({
      ...graph,
      inputs: [...graph.inputs, ...graph.states.map(({ now }) => now)],
      states: [],
      outputs: { ...graph.outputs, ...outputs },
    });
    let states: Record<string, Tensor> = initialStates(model, optimizer, graph);
    for (let step = 0; step < 3; step++) {
      const given = Object.fromEntries(Object.entries(states).map(([name, state]) => [name, copyTensor(state)]));
      const next = await plain.run({ ...feedsOf(graph, step), ...given });
      states = Object.fromEntries(graph.states.map(({ now }) => [now.name, next[`${now.name}.next`] as Tensor]));
      const { loss } = await stateful.run(feedsOf(graph, step));
      expect(loss).toEqual(next.loss);
    }
    const inPlace = await stateful.readState();
    expect(Object.keys(inPlace).sort()).toEqual(Object.keys(states).sort());
    const apart = Object.keys(states).filter((name) => !bytesOf(inPlace[name]).equals(bytesOf(states[name])));
    expect(apart).toEqual([]);
    await engine.close();
  },
);
